"""What a shopper's hand meets on the kiosk: a way back, taps that hit what was aimed at, one's own session, no broken sign."""

from collections.abc import Callable

import msgspec
import pytest
from playwright.sync_api import Page, expect

from edge.features import catalog
from tests.browser.test_kiosk_session import wedge
from tests.browser.town import Town
from tests.processes.chromium import until
from tests.ui.shop_floor import POLICY, SHIRT_M, ean13, gtin14, pickup_code

Visit = Callable[..., Page]

PRODUCT, MEMBER, HOME, FIND = ".stage.product", ".stage.member", ".stage.home", ".stage.find"
BACK = "[data-back]"

# Whether the first card of a list could be touched in the very moment in which it came onto the screen.
TOUCHED_AT_ONCE = """() => { window.hit = null; new MutationObserver(() => {
  const card = document.querySelector('.stage.find .good');
  if (!card || hit !== null) return;
  const box = card.getBoundingClientRect();
  hit = card.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}).observe(document.body, { childList: true }); }"""
CAN_BE_TOUCHED = """() => { const card = document.querySelector('.stage.find .good'), box = card.getBoundingClientRect();
  return card.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"""


def to_the_list(page: Page) -> None:
    page.locator(".tile", has_text="Browse by kind").click()
    page.locator(f"{FIND} .kinds .good").first.click()
    expect(page.locator(f"{FIND} .shelf:not(.kinds) .good").first).to_be_visible()


def test_from_a_product_of_the_list_the_way_back_leads_to_the_list(visit: Visit, town: Town) -> None:
    page = visit()
    expect(page.locator(HOME)).to_be_visible()
    to_the_list(page)
    page.locator(f"{FIND} .good").first.click()
    expect(page.locator(PRODUCT)).to_be_visible()
    page.locator(".sizes button", has_text="XL").first.click()  # another size is no step away from the list
    expect(page.locator(".sizes [aria-pressed=true] b")).to_have_text("XL")
    page.locator(BACK).click()
    expect(page.locator(f"{FIND} .shelf:not(.kinds)")).to_be_visible()
    page.locator(BACK).click()
    expect(page.locator(f"{FIND} .kinds")).to_be_visible()
    expect(page.locator(BACK)).to_be_hidden()


def test_a_scan_leaves_no_way_back_to_what_somebody_looked_at_before(visit: Visit, town: Town) -> None:
    page = visit()
    to_the_list(page)
    town.scan(ean13(SHIRT_M))
    expect(page.locator(PRODUCT)).to_be_visible()
    expect(page.locator(BACK)).to_be_hidden()


def test_the_second_of_two_quick_taps_meets_nothing(visit: Visit, town: Town) -> None:
    page = visit()
    page.evaluate(TOUCHED_AT_ONCE)
    page.locator(".tile", has_text="Browse by kind").click()
    until(page, "hit !== null")
    assert page.evaluate("hit") is False
    until(page, CAN_BE_TOUCHED)


@pytest.mark.parametrize("after", ["member", "order"])
def test_the_next_shopper_begins_in_the_shops_own_language_and_size(visit: Visit, town: Town, after: str) -> None:
    town.floor.order("4821", member="m-1")
    page = visit()
    town.scan("M00000002" if after == "member" else pickup_code("4821"))
    expect(page.locator(MEMBER if after == "member" else ".stage.pickup")).to_be_visible()
    page.click("[data-aid=text]")
    page.click("[data-lang=en]")
    expect(page.locator(".stage[lang=en]")).to_be_visible()
    town.scan("M12345678" if after == "member" else "M00000002")
    expect(page.locator(f"{MEMBER}[lang=ja]")).to_be_visible()
    assert "text" not in page.evaluate("({...document.documentElement.dataset})")


def test_the_same_shopper_keeps_what_they_chose(visit: Visit, town: Town) -> None:
    page = visit()
    page.click("[data-aid=text]")
    page.click("[data-lang=en]")
    expect(page.locator(f"{HOME}[lang=en]")).to_be_visible()
    for code, screen in (("M12345678", MEMBER), (ean13(SHIRT_M), PRODUCT), ("M12345678", MEMBER)):
        town.scan(code)
        expect(page.locator(f"{screen}[lang=en]")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.text") == "large"


@pytest.mark.parametrize(("where", "kept"), [("home", "en"), ("product", "ja")])
def test_who_chose_at_the_first_screen_keeps_it_and_nobody_else_does(
    visit: Visit, town: Town, where: str, kept: str
) -> None:
    page = visit()
    if where == "product":
        town.scan(ean13(SHIRT_M))
        expect(page.locator(PRODUCT)).to_be_visible()
    page.click("[data-aid=text]")
    page.click("[data-lang=en]")
    expect(page.locator(".stage[lang=en]")).to_be_visible()
    town.scan("M12345678")
    expect(page.locator(f"{MEMBER}[lang={kept}]")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.text ?? ''") == ("large" if kept == "en" else "")
    town.scan("M00000002")
    expect(page.locator(f"{MEMBER}[lang=ja]")).to_be_visible()
    assert "text" not in page.evaluate("({...document.documentElement.dataset})")


def test_whose_code_could_not_be_kept_does_not_get_what_a_member_before_chose(visit: Visit, town: Town) -> None:
    page = visit()
    town.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    page.click("[data-lang=en]")
    expect(page.locator(f"{MEMBER}[lang=en]")).to_be_visible()
    page.route("**/scan?*", lambda route: route.fulfill(status=507))
    wedge(page, "M00000002")
    expect(page.locator(".stage.message[lang=ja]")).to_be_visible()


@pytest.mark.parametrize("how", ["never sent", "cannot be had"])
def test_where_a_picture_is_missing_a_plain_sign_stands(visit: Visit, town: Town, how: str) -> None:
    shirt = catalog.product(town.floor.hq, SHIRT_M)
    assert shirt is not None
    other = msgspec.structs.replace(shirt, gtin=gtin14(900), style="90-0001", picture="picture/none")
    town.floor.feed("catalog", other.gtin, other)
    page = visit()
    if how == "cannot be had":
        page.route("**/picture/**", lambda route: route.abort())
    town.scan(ean13(other.gtin if how == "never sent" else SHIRT_M))
    expect(page.locator(f"{PRODUCT} .photo .nopic")).to_be_visible()
    expect(page.locator(f"{PRODUCT} .photo img")).to_have_count(0)


def test_what_has_no_price_is_asked_for_and_never_free(visit: Visit, town: Town) -> None:
    shirt = catalog.product(town.floor.hq, SHIRT_M)
    assert shirt is not None
    free = msgspec.structs.replace(shirt, gtin=gtin14(901), style="90-0002", price=0)
    town.floor.feed("catalog", free.gtin, free)
    page = visit()
    town.scan(ean13(free.gtin))
    expect(page.locator(".name .price .unpriced")).to_be_visible()
    expect(page.locator(".name .price .yen")).to_have_count(0)


def test_the_number_left_is_told_only_where_few_are(visit: Visit, town: Town) -> None:
    low = POLICY.stock.low
    page = visit()
    for on_hand, told in ((low, True), (low + 1, False), (21, False)):
        town.floor.stock(SHIRT_M, on_hand)
        page.reload()
        town.scan(ean13(SHIRT_M))
        expect(page.locator(PRODUCT)).to_be_visible()
        assert (str(on_hand) in page.locator(".where .say").inner_text()) is told
