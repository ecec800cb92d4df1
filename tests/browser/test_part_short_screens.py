"""An order short by line in a real browser: a substitute that is read, a piece that is missing, and what happens next."""

import pytest
from playwright.sync_api import expect

from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from tests.browser import rules
from tests.browser.test_staff_layout import broken
from tests.browser.test_staff_screens import TARGET, TEXT, Visit, keeps_the_rules, sign_in
from tests.browser.town import Town
from tests.ui.shop_floor import SHIRT_M, ean13, gtin14

LINES = [
    OrderLine(line=1, gtin=SHIRT_M, quantity=2, substitutes=[gtin14(103), gtin14(112)]),
    OrderLine(line=2, gtin=gtin14(101)),
]


@pytest.mark.parametrize("lang", ("ja", "en"))
def test_what_is_read_instead_is_said_and_what_is_missing_waits_for_hq(visit: Visit, town: Town, lang: str) -> None:
    town.floor.hq.conn.execute("delete from orders")
    town.floor.db.conn.execute("delete from pickup_steps")
    town.floor.order("4821", State.PICKING, lines=LINES)
    page = sign_in(visit, lang)
    page.goto(f"{town.url}/staff/counter-1/order/o-4821?lang={lang}")
    town.scan(ean13(gtin14(103)), "counter-1")
    expect(page.locator('[aria-checked="true"] [data-instead]')).to_be_visible()
    town.scan(ean13(gtin14(104)), "counter-1")
    expect(page.locator("#toast")).to_be_visible()
    page.click('[data-open="missing"]')
    expect(page.locator("#missing")).to_be_visible()
    page.locator('#missing input[value="1-1"]').set_checked(False, force=True)
    page.locator('#missing input[value="1-2"]').set_checked(False, force=True)
    page.locator('#missing input[value="2-1"]').set_checked(True, force=True)
    page.click('#missing [value="sold"]')
    expect(page.locator(".item .tag.alert")).to_have_count(1)
    expect(page.locator("#ready")).to_have_count(0)
    assert page.locator('[aria-checked="true"]').count() == 1
    keeps_the_rules(page)
    assert broken(page) == {}
    page.click('[data-open="missing"]')
    page.click("#missing form:last-of-type .btn")
    expect(page.locator("[data-undo]")).to_be_visible()
    assert rules.small_text(page, TEXT) == []
    assert rules.small_targets(page, TARGET) == []
    page.click("[data-undo] .btn")
    expect(page.locator(".item .tag.alert")).to_have_count(1)
