"""A real browser before a real shop."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.town import Town, open_town
from tests.processes.chromium import PATIENCE, chromium, patient, ready

expect.set_options(timeout=1000 * PATIENCE)

KIOSK, BOARD = (1080, 1920), (1920, 1080)
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a file: a browser or driver that falls costs its own file."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = open_town(tmp_path_factory.mktemp("town"))
    yield town
    town.close()


@pytest.fixture
def town(open_shop: Town) -> Iterator[Town]:
    """The shop with an empty kiosk and a good line."""
    open_shop.set("fine")
    open_shop.floor.db.conn.execute("delete from screens")
    yield open_shop
    open_shop.set("fine")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = patient(browser, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def visit(context: BrowserContext, town: Town) -> Open:
    """Open a page of the shop; it fails the test when the page breaks, or asks anything outside the box."""

    def go(path: str = "/kiosk/kiosk-1", size: tuple[int, int] = KIOSK, *, clock: bool = False) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if clock:
            page.clock.install()
        page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
        page.on("request", lambda request: _stays(request.url, town.url))
        page.goto(town.url + path)
        if path != "/":
            ready(page)
        if clock:
            # from here time passes only as the test says (seconds; the least ahead, so that nothing falls due)
            page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 0.2)
        return page

    return go


def _stays(url: str, home: str) -> None:
    if not url.startswith((home, "data:")):
        pytest.fail(f"a request left the box: {url}")
