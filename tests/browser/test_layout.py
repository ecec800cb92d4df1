"""Every kiosk screen at every size a shop hangs up, normal and large, in both languages, with the greediest data."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import greedy, rules
from tests.browser.town import Town, open_town
from tests.processes.chromium import patient, ready

WAYS = {"ja": ((), ("text",), ("ruby",), ("text", "ruby")), "en": ((), ("text",))}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = open_town(tmp_path_factory.mktemp("greedy"))
    greedy.fill(town)
    yield town
    town.close()


@pytest.fixture(scope="module")
def kiosk(browser: Browser, shop: Town) -> Iterator[Page]:
    """One page for all of it: the screens change as they do in the shop, without a reload."""
    context = patient(browser, reduced_motion="reduce")
    page, trouble = context.new_page(), []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(f"{shop.url}/kiosk/kiosk-1")
    ready(page)
    yield page
    context.close()
    assert trouble == []


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("language", WAYS)
@pytest.mark.parametrize("screen", greedy.SCREENS)
def test_nothing_is_cut_or_hidden_or_out_of_reach(kiosk: Page, shop: Town, screen: str, language: str) -> None:
    greedy.show(kiosk, shop, screen, language)
    found = {}
    for size in greedy.SIZES:
        resize(kiosk, size)
        if broken := greedy.broken_in(kiosk, WAYS[language]):
            found["x".join(map(str, size))] = broken
    assert found == {}
    greedy.dress(kiosk, ())
    resize(kiosk, greedy.SIZES[0])
    assert rules.axe(kiosk) == []


@pytest.mark.parametrize("size", greedy.SIZES)
@pytest.mark.parametrize("way", [(), ("text",)], ids=["normal", "large"])
def test_what_is_too_long_for_its_place_is_reached_to_its_end_by_touching_the_bar(
    kiosk: Page, shop: Town, size: tuple[int, int], way: tuple[str, ...]
) -> None:
    greedy.show(kiosk, shop, "product", "ja")
    resize(kiosk, size)
    greedy.dress(kiosk, way)
    last = kiosk.locator(".voices q").last
    expect(last).not_to_be_in_viewport()
    for _ in range(100):
        if kiosk.locator(".do .more.up").is_visible():
            break
        kiosk.locator(".do .more:not(.up)").click()
        greedy.dress(kiosk, way)
    expect(last).to_be_in_viewport(ratio=1)
    assert greedy.broken(kiosk) == []
    kiosk.locator(".do .more.up").click()
    expect(kiosk.locator(".sw button").first).to_be_in_viewport(ratio=1)


def test_reviews_are_read_in_full_or_by_their_stars(kiosk: Page, shop: Town) -> None:
    resize(kiosk, greedy.SIZES[0])
    greedy.show(kiosk, shop, "product", "en")
    shown = kiosk.locator(".voices li:visible")
    expect(shown).to_have_count(40)
    expect(shown.nth(3)).to_contain_text("Nov 2, 2026")
    expect(shown.nth(3).get_by_role("img", name="4 out of 5")).to_have_count(1)
    two = kiosk.locator("[data-stars='2']")
    expect(two).to_have_accessible_name("2 of 5 stars, 8 reviews")
    two.click()
    expect(shown).to_have_count(8)
    expect(two).to_have_attribute("aria-pressed", "true")
    assert greedy.broken(kiosk) == []
    kiosk.locator("[data-stars='']").click()
    expect(shown).to_have_count(40)


def test_two_waiting_orders_and_coupons_need_no_scrolling_upright(kiosk: Page, shop: Town) -> None:
    greedy.show(kiosk, shop, "member two plain", "ja")
    resize(kiosk, greedy.SIZES[0])
    expect(kiosk.locator(".pick")).to_have_count(2)
    for button in kiosk.locator(".pick .btn, .pick .told, .do .row").all():
        expect(button).to_be_in_viewport(ratio=1)


def test_more_than_two_orders_are_counted_and_shown_when_asked_for(kiosk: Page, shop: Town) -> None:
    resize(kiosk, greedy.SIZES[0])
    greedy.show(kiosk, shop, "member five", "ja")
    expect(kiosk.locator(".pick")).to_have_count(2)
    others = kiosk.locator(".others")
    assert "ほか 3 件" in others.evaluate(
        "e => { const c = e.cloneNode(true); for (const r of c.querySelectorAll('rt, rp')) r.remove(); return c.textContent; }"
    )
    others.click()
    expect(kiosk.locator(".pick")).to_have_count(5)
    greedy.dress(kiosk, ())
    assert greedy.broken(kiosk) == []
    kiosk.locator(".pick .btn").last.click()  # whatever is touched there, all five stay shown
    expect(kiosk.locator(".pick")).to_have_count(5)
    expect(kiosk.locator(".pick .told")).not_to_have_count(0)


# What the check is there to find, put on a screen that is well.
BROKEN = {
    "small target": ".bar .btn { min-height: 60px !important; }",
    "small text": ".count { font-size: 20px; } .words { font-size: 20px; }",
    "out of reach": ".product .pane.answer { min-height: 0; } .photo { display: none; } .name h1 { font-size: 1rem; }",
    "cut by": ".name h1 { height: 1.5rem; overflow: hidden; }",
    "clamped": ".name h1 { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 1; overflow: hidden; }",
    "cut by an ellipsis": ".name h1 { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }",
    "scrolls and does not say so": ".more { display: none !important; }",
    "overlaps": ".where { margin-top: -5rem; }",
    "covered by": ".tail { margin-top: -12rem; position: relative; }",
    "off the screen": ".tail { transform: translateY(6rem); }",
    "off the side": ".tail { transform: translateX(20rem); }",
    ": ic": ".where .ic { margin-right: -2rem; }",  # a word over an icon
    "a broken number": ".code .num { display: inline-block; width: 2ch; overflow-wrap: anywhere; }",
    "runs out of its box": ".sizes b { white-space: nowrap; font-size: 12rem; }",
}


@pytest.mark.parametrize("rule", BROKEN)
def test_the_check_sees_what_it_is_there_for(kiosk: Page, shop: Town, rule: str) -> None:
    resize(kiosk, greedy.SIZES[0])
    greedy.show(kiosk, shop, "product", "ja")
    greedy.dress(kiosk, ())  # by then the screen has measured itself
    assert greedy.broken(kiosk) == []
    kiosk.evaluate(
        """css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }""",
        BROKEN[rule],
    )
    found = greedy.broken_in(kiosk, [(), ("text",)])
    kiosk.evaluate("document.adoptedStyleSheets = []")
    greedy.dress(kiosk, ())
    assert any(rule in one for one in found[()])
