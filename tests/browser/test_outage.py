"""The box does not answer: what a browser shows that loads a page then, and what is whole again afterwards."""

import http.client
import socket

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.test_staff_screens import sign_in
from tests.browser.town import Town, Weather
from tests.processes.chromium import ready, until
from tests.processes.town import eventually
from tests.ui.shop_floor import FULL_NAME

PAGES = ("/kiosk/kiosk-1", "/board", "/status", "/staff/counter-1", "/setup/kiosk-1", "/")
HOLDS = """async () => {
  await navigator.serviceWorker.ready;
  const open = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const found = await Promise.all(open.map((cache) => cache.match('/offline')));
  return found.some(Boolean) && navigator.serviceWorker.controller !== null;
}"""
SIZES = ((1080, 1920), (800, 1280), (1280, 800), (1920, 1080), (390, 844))
SCROLLS = 600  # px; a page in a narrower window is somebody's phone, which scrolls


def kept(page: Page) -> None:
    """Wait until the browser keeps the page for when the box is away, and the worker serves this one."""
    until(page, HOLDS)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loaded_while_the_box_is_away_comes_by_itself(visit: Open, town: Town, path: str) -> None:
    page = visit(path)
    kept(page)
    title = page.title()
    town.set("cut")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-surface", "offline")
    assert page.url == town.url + path or path == "/staff/counter-1"  # the sign-in page has an address of its own
    for language, words in (("ja", "ただいま接続できません"), ("en", "No connection right now")):
        expect(page.locator(f"section[lang={language}] h1")).to_have_text(words)
    town.set("fine")
    expect(page).to_have_title(title)
    expect(page.locator("html")).not_to_have_attribute("data-surface", "offline")


@pytest.mark.parametrize("path", ["", "/order/o-4821", "/find?asked=4821", "/goods", "/calls"])
def test_a_clerks_page_that_is_loaded_in_an_outage_says_so_and_comes_back_signed_in(
    visit: Open, town: Town, path: str
) -> None:
    town.floor.order("4821")
    page = sign_in(visit)
    page.goto(f"{town.url}/staff/counter-1{path}")
    ready(page)
    kept(page)
    heading = page.locator(".head h1").text_content()
    town.set("cut")
    page.reload()
    expect(page.locator("section[lang=ja] h1")).to_have_text("ただいま接続できません")
    assert FULL_NAME not in page.content()
    town.set("fine")
    expect(page.locator(".head h1")).to_have_text(heading or "")
    assert page.url == f"{town.url}/staff/counter-1{path}"


def test_a_front_that_finds_no_box_behind_it_is_an_outage_too(visit: Open, town: Town) -> None:
    page = visit("/staff/counter-1/login", (1280, 800))
    kept(page)
    town.set("503")  # as HAProxy answers while the web process starts anew
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-surface", "offline")
    town.set("fine")
    expect(page.locator(".gate")).to_be_visible()


@pytest.mark.parametrize("weather", ["503", "portal"])
def test_what_answers_and_is_not_the_box_is_waited_through(visit: Open, town: Town, weather: Weather) -> None:
    page = visit("/board")
    kept(page)
    town.set("cut")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-surface", "offline")
    with page.expect_response("**/offline"):
        town.set(weather)
    with page.expect_response("**/offline"):  # it asks again, and has not left for what came
        pass
    expect(page.locator("html")).to_have_attribute("data-surface", "offline")
    town.set("fine")
    expect(page.locator("html")).to_have_attribute("data-surface", "board")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_page_for_an_outage_fits_every_screen_and_looks_like_the_chain(
    visit: Open, town: Town, size: tuple[int, int]
) -> None:
    page = visit("/board", size)
    kept(page)
    brand = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand')")
    town.set("cut")
    page.reload()
    expect(page.locator("section")).to_have_count(2)
    wide, high = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert wide <= size[0]
    assert high <= size[1] or size[0] < SCROLLS
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand')") == brand
    assert page.evaluate("getComputedStyle(document.querySelector('main')).display") == "grid"


def test_a_scan_waits_for_no_worker(visit: Open) -> None:
    """What scripts ask for goes past the worker: it may be asleep, and waking it takes longer than an answer."""
    page = visit()
    kept(page)
    page.reload()
    ready(page)
    fresh = "performance.getEntriesByType('resource').filter((one) => one.initiatorType === 'fetch').at(-1)"
    page.evaluate("fetch('/healthz')")
    assert page.evaluate(f"{fresh}.workerFinalSourceType") == "network"


def test_a_font_that_was_asked_for_in_an_outage_is_whole_after_it(visit: Open, town: Town) -> None:
    page = visit("/board", clock=False)
    until(page, "() => document.fonts.status === 'loaded'")
    town.drop(page, "cut")
    page.evaluate("document.querySelector('header .here').textContent = '鬱'")  # of a slice that no page has shown yet
    until(page, "() => [...document.fonts].some((one) => one.status === 'error')")
    town.set("fine")
    until(page, "() => [...document.fonts].every((one) => one.status !== 'error')")


def test_a_page_of_an_older_version_is_not_left_for_a_box_that_is_away(
    context: BrowserContext, visit: Open, town: Town
) -> None:
    """A browser without a worker (plain http from the shop's own network) would show its own error page."""

    def older(route: Route) -> None:
        if town.weather != "fine":
            route.abort()
            return
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('data-version="', 'data-version="older-'))

    context.route("**/staff/**", older)
    page = visit("/staff/counter-1/login", (1280, 800), clock=True)
    town.drop(page, "cut")
    page.evaluate("window.stays = true")
    with page.expect_event("requestfailed", lambda request: "/staff/" in request.url):
        page.clock.run_for(200_000)  # nobody touches it for longer than a page waits before it takes another version
    assert page.evaluate("window.stays")


def test_a_page_that_has_hung_up_is_counted_no_more_though_its_stream_can_still_be_written(town: Town) -> None:
    def told() -> str:
        line = http.client.HTTPConnection("127.0.0.1", town.web.port, timeout=60)
        line.request("GET", "/status/cards?lang=ja")
        found = line.getresponse().read().decode()
        line.close()
        return found

    with socket.create_connection(("127.0.0.1", town.web.port), timeout=60) as line:
        line.sendall(b"GET /live/counter-1?screen=a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        with line.makefile("rb") as heard:
            while heard.readline() != b"event: calls\n":
                pass
            eventually(lambda: "1 台つながっています" in told(), "the page is counted")
            line.shutdown(socket.SHUT_WR)
            eventually(lambda: "台つながっています" not in told(), "it is counted no more")
