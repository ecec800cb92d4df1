"""The screens on which goods come back, with greedy data, at every size clerks hold; a tag chooses its piece."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from edge.platform.clock import utc_text
from edge.platform.database import rows
from tests.browser import greedy
from tests.browser.test_staff_layout import broken
from tests.browser.test_staff_screens import keeps_the_rules, sign_in
from tests.browser.town import Town
from tests.processes.chromium import ready
from tests.ui.shop_floor import SHIRT_M, ean13, gtin14

Visit = Callable[..., Page]
LONG_SIZE = gtin14(4100)


@pytest.fixture(params=("ja", "en"))
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def order(town: Town, lang: str) -> str:
    """An order of four pieces: one came back, one has no price of its own, all have names without end."""
    greedy._goods(town.floor)
    lines = [
        OrderLine(line=1, gtin=greedy.SWEATER, quantity=2, price=14_999),
        OrderLine(line=2, gtin=SHIRT_M),
        OrderLine(line=3, gtin=LONG_SIZE),
    ]
    given = utc_text(datetime.now(UTC) - timedelta(days=3))
    row = town.floor.order(
        f"W-1234567{lang}", State.HANDED_OVER, handed_over_at=given, lines=lines, returned={SHIRT_M: 1}
    )
    return row.order


def go(page: Page, town: Town, path: str, lang: str) -> None:
    page.goto(f"{town.url}/staff/counter-1{path}?lang={lang}")
    ready(page)


def test_every_page_of_a_return_fits_every_screen(visit: Visit, town: Town, order: str, lang: str) -> None:
    page = sign_in(visit, lang)
    for path in (
        "/returns",
        f"/returns/order/{order}",
        f"/returns/goods/{greedy.SWEATER}",
        "/goods",
        f"/goods/{SHIRT_M}",
    ):
        go(page, town, path, lang)
        assert broken(page) == {}, path
        keeps_the_rules(page)
    go(page, town, f"/returns/order/{order}", lang)
    for nth in (0, 1):
        page.locator("li label.item").nth(nth).click()
    expect(page.locator("#return .lead")).to_be_hidden()  # 29,998 yen: less than the policy's limit
    assert broken(page) == {}
    page.locator("li label.item").nth(2).click()
    expect(page.locator("#return .lead")).to_be_visible()
    assert broken(page) == {}


def test_a_tag_chooses_its_piece_and_the_return_is_done_in_three_touches(
    visit: Visit, town: Town, order: str, lang: str
) -> None:
    page = sign_in(visit, lang)
    go(page, town, f"/returns/order/{order}", lang)
    town.scan(ean13(greedy.SWEATER), "counter-1")
    expect(page.locator("[name=piece]:checked")).to_have_count(1)
    town.scan(ean13(SHIRT_M), "counter-1")
    expect(page.locator("#toast")).to_contain_text("返品済み" if lang == "ja" else "Returned already")
    expect(page.locator("#return .primary")).to_be_disabled()
    page.locator(".how:visible .choices.two .pick").first.click()
    page.locator(".how:visible .choices.three .pick").first.click()
    page.locator("#return .primary").click()
    expect(page.locator(".big-word.ok")).to_be_visible()
    assert broken(page) == {}
    page.locator("[data-undo] button").click()
    expect(page.locator(".big-word.none")).to_be_visible()
    found = rows(town.floor.db, "select action from return_steps where order_id = ? order by seq", (order,))
    assert [row["action"] for row in found] == ["accept", "undo"]
