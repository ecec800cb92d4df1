"""The ready board on a television: big, calm, numbers only."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from edge.pickup.life import State
from tests.browser import rules
from tests.browser.town import Town

Visit = Callable[..., Page]

TV = (1920, 1080)
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


@pytest.mark.parametrize(("ready", "making"), [(0, 0), (1, 1), (6, 5), (9, 6), (25, 20)])
def test_the_board_keeps_the_rules_however_full_it_is(visit: Visit, empty: Town, ready: int, making: int) -> None:
    fill(empty, ready, making)
    page = visit("/board", TV)
    assert rules.axe(page) == []
    assert rules.small_text(page, TEXT) == []
    assert rules.off_screen(page) == []
    if ready:
        size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.n')).fontSize)")
        assert size * CAP_HEIGHT >= CAPITALS
        assert page.evaluate(
            "[...document.querySelectorAll('.n:not([hidden])')].every(e => e.scrollWidth <= e.clientWidth && e.clientHeight > 120)"
        )


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
    first = page.evaluate(shown)
    assert len(first) == 9
    expect(page.locator(".dots i")).to_have_count(2)
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
