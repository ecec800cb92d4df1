"""The ready board on a television: big, calm, numbers only."""

from collections.abc import Callable

import msgspec
import pytest
from playwright.sync_api import Page, expect

from edge.config.policy import Pickup
from edge.features.pickup.state_machine import State
from tests.browser import rules
from tests.browser.greedy import LONG_COUNTER, LONG_STORE
from tests.browser.town import Town
from tests.processes.chromium import until

Visit = Callable[..., Page]

TV = (1920, 1080)
SIZES = (TV, (1280, 800), (1080, 1920), (800, 1280))
TEXT = 26  # px at 1920 wide
CAPITALS = 115  # px: read from 4.6 m on a 43-inch television
CAP_HEIGHT = 0.727  # of the font size, for Inter


@pytest.fixture
def empty(town: Town) -> Town:
    town.floor.hq.conn.execute("delete from orders")
    return town


def fill(town: Town, ready: int, making: int = 0) -> None:
    for at in range(ready):
        town.floor.order(str(1000 + at))
    for at in range(making):
        town.floor.order(str(5000 + at), State.PICKING)


@pytest.mark.parametrize(("ready", "making"), [(0, 0), (1, 1), (6, 5), (9, 6), (25, 20), (80, 90)])
def test_the_board_keeps_the_rules_however_full_it_is(visit: Visit, empty: Town, ready: int, making: int) -> None:
    fill(empty, ready, making)
    page = visit("/board", TV)
    assert rules.axe(page) == []
    found = {}
    for size in SIZES:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        settle(page)
        if broken := rules.layout(page, 0, TEXT * min(size) / 1080):
            found[size] = broken
        if ready:
            capitals = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.n')).fontSize)") * CAP_HEIGHT
            assert capitals >= CAPITALS * (size[0] / 1920 if size[0] > size[1] else size[0] / 1080) - 1
            assert page.evaluate(
                """capitals => [...document.querySelectorAll('.n:not([hidden])')]
                   .every(e => e.scrollWidth <= e.clientWidth && e.clientHeight > capitals)""",
                capitals,
            )
    assert found == {}


def test_long_numbers_and_long_names_are_cut_nowhere(visit: Visit, empty: Town) -> None:
    before = empty.floor.shop.policy
    place = msgspec.structs.replace(before.place, name=LONG_STORE)
    empty.floor.policy(msgspec.structs.replace(before, place=place, pickup=Pickup(counter=LONG_COUNTER)))
    for at in range(20):
        empty.floor.order(f"A-4821{at:02}-77")
        empty.floor.order(f"WEB-26-004821{at:02}", State.PICKING)
    page = visit("/board", TV)
    found = {}
    for size in SIZES:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        settle(page)
        if broken := rules.layout(page, 0, TEXT * min(size) / 1080):
            found[size] = broken
    empty.floor.policy(before)
    assert found == {}


def settle(page: Page) -> None:
    """Two frames: the board lays itself out anew when its size is another."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_a_number_that_becomes_ready_is_highlighted_and_heard(visit: Visit, empty: Town) -> None:
    fill(empty, 3)
    page = visit("/board", TV)
    expect(page.locator(".n.new")).to_have_count(0)
    page.evaluate(
        """() => { window.tones = 0; const make = AudioContext.prototype.createOscillator;
          AudioContext.prototype.createOscillator = function () { tones += 1; return make.call(this); }; }"""
    )
    empty.floor.order("4821")
    expect(page.locator(".n.new")).to_have_text("4821")
    until(page, "tones >= 2")
    assert page.evaluate("tones") == 2


def test_a_number_handed_over_leaves_the_board(visit: Visit, empty: Town) -> None:
    fill(empty, 2)
    page = visit("/board", TV)
    expect(page.locator(".n")).to_have_count(2)
    empty.floor.order("1000", State.HANDED_OVER)
    expect(page.locator(".n")).to_have_count(1)


def test_more_numbers_than_fit_turn_their_pages(visit: Visit, empty: Town) -> None:
    fill(empty, 12)
    page = visit("/board", TV, clock=True)
    shown = "[...document.querySelectorAll('.n:not([hidden])')].map(e => e.dataset.number)"
    expect(page.locator(".ready .dots i")).to_have_count(2)
    expect(page.locator(".ready .dots")).to_have_text("1/2")
    first = page.evaluate(shown)
    assert len(first) == 9
    page.clock.run_for(8_500)
    second = page.evaluate(shown)
    assert len(second) == 3
    assert not set(first) & set(second)
    page.clock.run_for(8_000)
    assert page.evaluate(shown) == first


def test_a_board_that_is_cut_off_highlights_nothing(visit: Visit, empty: Town) -> None:
    fill(empty, 2)
    page = visit("/board", TV, clock=True)
    empty.floor.order("4821")
    expect(page.locator(".n.new")).to_have_count(1)
    empty.drop(page, "cut")
    page.clock.run_for(40_000)
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#say")).to_be_hidden()
    expect(page.locator(".n.new")).to_have_count(0)
    page.clock.resume()  # axe waits by the page's own clock
    assert rules.axe(page) == []


def test_the_list_of_pages_keeps_the_rules(visit: Visit) -> None:
    page = visit("/", (1280, 800))
    assert rules.axe(page) == []
    assert rules.small_targets(page, 50) == []
