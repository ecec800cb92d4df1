"""A screen and a bad line: it always comes back, never shows a stranger's page, and says when it cannot know."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from edge.features.outcome import shown_on_station
from tests.browser.town import Town, Weather
from tests.processes.chromium import ready
from tests.ui.shop_floor import SHIRT_M, ean13

Visit = Callable[..., Page]

PRODUCT, MEMBER, HOME = ".stage.product", ".stage.member", ".stage.home"


@pytest.mark.parametrize("weather", ["503", "portal", "cut"])
def test_a_screen_comes_back_after_a_bad_spell_and_hears_what_it_missed(
    visit: Visit, town: Town, weather: Weather
) -> None:
    page = visit()
    town.drop(page, weather)
    page.wait_for_event("requestfailed" if weather == "cut" else "response", lambda told: "/live/" in told.url)
    town.scan(ean13(SHIRT_M))
    town.set("fine")
    expect(page.locator(PRODUCT)).to_be_visible()


def test_a_screen_that_is_refused_at_first_comes_when_there_is_a_place(visit: Visit, town: Town) -> None:
    page = visit("/board", (1920, 1080))
    page.route("**/live/**", lambda route: route.fulfill(status=503))
    page.reload()
    ready(page)
    town.floor.order("4901")
    page.unroute("**/live/**")
    expect(page.locator("[data-number='4901']")).to_be_visible()


def test_a_stream_gone_silent_is_opened_anew(visit: Visit, town: Town) -> None:
    page = visit(clock=True)
    town.drop(page, "silent")
    page.clock.run_for(3_000)  # back on a stream that is open and says nothing
    town.set("fine")
    town.scan(ean13(SHIRT_M))
    page.clock.run_for(13_000)  # the silence is noticed
    page.clock.resume()  # an answer under way takes real time
    expect(page.locator(PRODUCT)).to_be_visible()


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_a_screen_lives_through_a_restart_of_the_box(visit: Visit, town: Town, kill: bool) -> None:
    page = visit()
    town.web.stop(kill=kill)
    town.web.start()
    town.scan(ean13(SHIRT_M))
    expect(page.locator(PRODUCT)).to_be_visible()


def test_a_captive_portals_page_is_never_put_in(visit: Visit, town: Town) -> None:
    page = visit()
    town.set("portal")
    page.locator('.tile[data-go$="/find"]').click()
    expect(page.locator(".lost")).to_be_visible()
    assert "Wi-Fi" not in page.content()
    page.mouse.click(500, 300)
    expect(page.locator(".lost")).to_be_hidden()


def test_a_slow_answer_is_announced_and_then_shown(visit: Visit, town: Town) -> None:
    page = visit()
    town.set("slow")
    page.locator('.tile[data-go$="/find"]').click()
    expect(page.locator(".late").first).to_be_visible()
    expect(page.locator(".late").first).to_contain_text("調")
    town.set("fine")
    expect(page.locator(".stage.find")).to_be_visible()
    expect(page.locator(".late").first).to_be_hidden()


def test_a_shopper_can_finish_with_the_box_away_and_the_box_is_told_later(visit: Visit, town: Town) -> None:
    page = visit()
    town.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    town.drop(page, "cut")
    page.locator(".bar [data-end]").click()
    expect(page.locator(HOME)).to_be_visible()
    assert "サ＊＊" not in page.content()
    assert shown_on_station(town.floor.db, "kiosk-1") is not None
    with page.expect_response(lambda answer: "/end?" in answer.url and answer.status == 204):
        town.set("fine")
    assert shown_on_station(town.floor.db, "kiosk-1") is None


@pytest.mark.parametrize(
    ("path", "size", "bar"), [("/kiosk/kiosk-1", (1080, 1920), ".cut"), ("/board", (1920, 1080), "#stale")]
)
def test_a_screen_cut_off_for_thirty_seconds_says_since_when(
    visit: Visit, town: Town, path: str, size: tuple[int, int], bar: str
) -> None:
    page = visit(path, size, clock=True)
    town.drop(page, "cut")
    page.clock.run_for(25_000)
    expect(page.locator(bar)).to_be_hidden()
    page.clock.run_for(12_000)
    expect(page.locator(bar)).to_be_visible()
    assert page.locator(f"{bar} [data-cut]").first.inner_text().count(":") == 1
    town.set("fine")
    page.clock.run_for(11_000)  # longer than the page waits between two attempts
    page.clock.resume()
    expect(page.locator(bar)).to_be_hidden()


def test_a_wedge_scan_the_box_has_not_kept_is_told_to_the_shopper(visit: Visit, town: Town) -> None:
    page = visit()
    town.set("cut")
    page.evaluate(
        """() => { for (const code of ['KeyM', ...'12345678'].map(c => c.length === 1 ? 'Digit' + c : c).concat('Enter'))
          document.body.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true, cancelable: true })); }"""
    )
    expect(page.locator(".lost")).to_be_visible()


def test_two_pages_of_one_kiosk_do_not_push_each_other_out(visit: Visit, town: Town) -> None:
    first, second = visit(), visit()
    town.scan(ean13(SHIRT_M))
    expect(first.locator(PRODUCT)).to_be_visible()
    expect(second.locator(PRODUCT)).to_be_visible()
