"""Every kiosk screen keeps the rules of sight, reach and language, in every way it can be shown."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from edge.features.pickup.state_machine import State
from tests.browser import rules
from tests.browser.town import Town
from tests.ui.shop_floor import SHIRT_M, ean13, pickup_code

Visit = Callable[..., Page]

TARGET, TEXT = 80, 26  # px at 1080 wide: experience.md rules 1 and 3
SCANS = {
    "member": "M12345678",
    "product": ean13(SHIRT_M),
    "pickup": pickup_code("4821"),
    "pickup making": pickup_code("4826"),
    "message": "4901230001028",
    "message unknown order": pickup_code("9999"),
    "message other store": pickup_code("7001"),
}
TAPS = {"how": "pickup", "find": "find", "find styles": "find/shirts", "calling": "calling"}


@pytest.fixture
def stocked(town: Town) -> Town:
    """Orders in the states the screens show."""
    town.floor.order("4821", member="m-1")
    town.floor.order("4826", State.PICKING)
    town.floor.order("7001", store="yurakucho", name="", lines=[], secret_sha256="")
    return town


def open_screen(page: Page, town: Town, screen: str) -> None:
    """Bring a screen up as a shopper would."""
    kind = screen.split()[0]
    if screen in SCANS:
        town.scan(SCANS[screen])
    elif screen in TAPS:
        tap(page, f"/kiosk/kiosk-1/{TAPS[screen]}")
    expect(page.locator(f".stage.{kind}")).to_be_visible()


def tap(page: Page, path: str) -> None:
    page.evaluate(
        """path => { const b = document.createElement('button'); b.dataset.go = path;
           document.querySelector('.stage').append(b); b.click(); b.remove(); }""",
        path,
    )


def in_every_way(page: Page, ways: tuple[tuple[str, ...], ...]) -> dict[str, list[str]]:
    """What breaks a rule in each way the screen can be shown; the aids are switched on the screen itself."""
    found: dict[str, list[str]] = {}
    for way in ways:
        for aid in ("text", "ruby"):
            button = page.locator(f"[data-aid={aid}]")
            if button.count() and (button.get_attribute("aria-pressed") == "true") != (aid in way):
                button.click()
        if broken := rules.layout(page, TARGET, TEXT):
            found["+".join(way) or "plain"] = broken
    return found


@pytest.mark.parametrize("screen", ["home", *SCANS, *TAPS])
def test_a_screen_in_japanese_keeps_the_rules(visit: Visit, stocked: Town, screen: str) -> None:
    page = visit()
    open_screen(page, stocked, screen)
    assert rules.axe(page) == []
    assert in_every_way(page, ((), ("ruby",), ("text", "ruby"), ("text",))) == {}


@pytest.mark.parametrize("screen", ["home", *SCANS, *TAPS])
def test_a_screen_in_english_keeps_the_rules(visit: Visit, stocked: Town, screen: str) -> None:
    page = visit()
    page.click("[data-lang=en]")
    expect(page.locator(".stage[lang=en]")).to_be_visible()
    open_screen(page, stocked, screen)
    assert page.locator("html").get_attribute("lang") == "en"
    assert rules.axe(page) == []
    assert in_every_way(page, ((), ("text",))) == {}


@pytest.mark.parametrize("screen", [*SCANS, *TAPS])
def test_every_shoppers_screen_can_be_ended(visit: Visit, stocked: Town, screen: str) -> None:
    page = visit()
    open_screen(page, stocked, screen)
    page.locator(".bar [data-end]").click()
    expect(page.locator(".stage.home")).to_be_visible()


def test_larger_text_is_a_quarter_larger(visit: Visit) -> None:
    page = visit()
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.click("[data-aid=text]")
    assert page.evaluate(size) == pytest.approx(before * 1.25)


def test_furigana_shows_only_when_asked_for(visit: Visit) -> None:
    page = visit()
    expect(page.locator("h1 rt").first).to_be_hidden()
    page.click("[data-aid=ruby]")
    expect(page.locator("h1 rt").first).to_be_visible()


@pytest.mark.parametrize("size", [(390, 844), (844, 390)], ids=["phone", "phone lying"])
@pytest.mark.parametrize("screen", ["home", "member", "product", "pickup", "message", "how", "find", "find styles"])
def test_a_phone_loses_nothing_to_the_side(visit: Visit, stocked: Town, screen: str, size: tuple[int, int]) -> None:
    page = visit(size=size)
    open_screen(page, stocked, screen)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    if screen != "home":
        expect(page.locator(".bar [data-end]")).to_be_in_viewport(ratio=1)
    assert rules.axe(page) == []


def test_a_state_is_never_colour_alone(visit: Visit, stocked: Town) -> None:
    page = visit()
    open_screen(page, stocked, "product")
    for state in page.locator(".stock").all():
        assert state.locator("svg").count() == 1
        assert state.inner_text().strip() != ""
