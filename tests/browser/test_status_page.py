"""The status page in a real browser: readable, reachable, alive, and plain about what is wrong."""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from edge.config.toml_schema import CameraDevice, Device, SerialDevice
from edge.platform.clock import now
from edge.platform.process import ProcessLife
from edge.replica.hq_link import LinkReason
from firmware_bridge.device_log import DeviceLog
from firmware_bridge.devices.events import DeviceFault
from sync.transport.link_status import LinkStatus
from tests.processes.chromium import TABLET, patient
from tests.ui.shop_floor import POLICY, Floor, open_floor
from ui.app import make_app
from ui.process_state.screens import Screens

PHONE = (390, 844)
TARGET, TEXT = 50, 15  # CSS pixels for staff (experience.md rules 1 and 3)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DEVICES: list[Device] = [
    SerialDevice(id="by-door", station="kiosk-1", path="/dev/serial/by-id/a"),
    SerialDevice(id="counter", station="counter-1", path="/dev/serial/by-id/b"),
    CameraDevice(id="eye", station="door", source="/dev/video0"),
]

SEEN = """const seen = (e) => e.checkVisibility({visibilityProperty: true}) && !e.closest('.vh')
  && e.getBoundingClientRect().width > 1;"""
SMALL = f"""(least) => {{ {SEEN} return [...document.querySelectorAll('a[href], button, summary, input')].filter(seen)
  .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
  .filter(([, r]) => Math.min(r.width, r.height) < least - .5).map(([name]) => name); }}"""
TINY = f"""(least) => {{ {SEEN} return [...document.querySelectorAll('body *')]
  .filter((e) => seen(e) && !e.closest('svg') && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((e) => parseFloat(getComputedStyle(e).fontSize) < least).map((e) => e.textContent.trim()); }}"""
OUTSIDE = f"""() => {{ {SEEN} return [...document.querySelectorAll('body *')].filter((e) => seen(e) && !e.closest('svg'))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
  .map((e) => `${{e.className || e.tagName}} ${{e.textContent.trim().slice(0, 20)}}`); }}"""


class Quiet(WSGIRequestHandler):
    """Requests are not news."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A shop with its pages on a port, its screens, and the rows the bridge would write."""

    floor: Floor
    screens: Screens
    server: BaseWSGIServer
    books: dict[str, DeviceLog]

    @property
    def line(self) -> LinkStatus:
        return LinkStatus(self.floor.db)

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """All is well in it: the line is up, three devices work."""
    built = open_floor(tmp_path / "data")
    floor = replace(built, config=msgspec.structs.replace(built.config, devices=list(DEVICES)))
    brand = msgspec.structs.replace(POLICY.brand, support="00-0000-0459")
    floor.policy(msgspec.structs.replace(POLICY, brand=brand))
    screens = Screens()
    server = make_server("127.0.0.1", 0, make_app(floor.config, floor.box, screens, ProcessLife()), True, 1, Quiet)
    thread = threading.Thread(target=server.serve_forever)
    with (tmp_path / "data" / "bridge.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        books = {device.id: DeviceLog(floor.db, device) for device in DEVICES}
        for book in books.values():
            book.note_working()
        thread.start()
        here = House(floor=floor, screens=screens, server=server, books=books)
        here.line.note_message(now(), time.monotonic(), complete=True)
        yield here
        screens.end()
        server.shutdown()
        thread.join()
        server.server_close()
    built.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tablet; whatever its page throws, or asks of anybody else, fails the test."""
    context = patient(browser, viewport={"width": TABLET[0], "height": TABLET[1]})
    tab, trouble = context.new_page(), []
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    tab.on("request", lambda it: None if "//127.0.0.1:" in it.url else trouble.append(it.url))
    yield tab
    context.close()
    assert trouble == []


def everything_wrong(house: House) -> None:
    """The line down, two devices lost, a screen gone: the fullest page there is."""
    house.line.note_disconnected(LinkReason.LOST, "timed out", now())
    house.books["counter"].note_lost(DeviceFault.UNPLUGGED)
    house.books["eye"].note_lost(DeviceFault.COVERED)
    house.screens.close(house.screens.open("a", "kiosk-1"))


@pytest.mark.parametrize("size", [TABLET, PHONE])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("wrong", [False, True])
def test_all_of_it_can_be_read_and_reached(
    house: House, page: Page, size: tuple[int, int], language: str, wrong: bool
) -> None:
    if wrong:
        everything_wrong(house)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(house.at(f"/status?lang={language}"))
    page.locator("[data-findings] summary").click()
    found = Axe().run(page, options={"runOnly": RULES})
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    assert page.evaluate(SMALL, TARGET) == []
    assert page.evaluate(TINY, TEXT) == []
    assert page.evaluate(OUTSIDE) == []


def test_the_first_thing_to_be_read_is_whether_the_shop_can_go_on(house: House, page: Page) -> None:
    house.line.note_disconnected(LinkReason.LOST, "timed out", now())
    page.goto(house.at("/status"))
    first = page.locator("main :is(h2, h3, p)").first
    assert first.inner_text() == "本部とつながっていません。お店の業務は、このまま続けられます。"
    page.locator("[data-support]").wait_for()
    page.locator(".todo").wait_for()
    ends = page.evaluate("document.querySelector('.todo').getBoundingClientRect().bottom")
    assert ends < TABLET[1] / 2  # what to do is seen without scrolling


def test_a_change_of_the_line_is_shown_at_once(house: House, page: Page) -> None:
    page.goto(house.at("/status?lang=en"))
    page.get_by_role("heading", name="The shop can work as usual.").wait_for()
    house.line.note_disconnected(LinkReason.LOST, "timed out", now())
    house.screens.changed("line")  # as the follower tells it
    page.get_by_role("heading", name="Headquarters cannot be reached.").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"


def test_what_no_event_tells_is_shown_within_ten_seconds(house: House, page: Page) -> None:
    page.clock.install()
    page.goto(house.at("/status?lang=en"))
    page.get_by_role("heading", name="The shop can work as usual.").wait_for()
    house.books["counter"].note_lost(DeviceFault.UNPLUGGED)
    page.clock.run_for(10_000)
    page.get_by_role("heading", name="A reader does not work.").wait_for()


def test_a_page_cut_off_from_the_box_says_since_when(house: House, page: Page) -> None:
    page.clock.install()
    page.goto(house.at("/status?lang=en"))
    page.context.set_offline(True)
    house.screens.end()
    page.clock.run_for(32_000)
    page.get_by_text("Nothing new since").wait_for()


def test_a_clerk_sees_that_the_disk_is_nearly_full(house: House, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage("/"))(32_000_000_000, 28_800_000_000, 3_200_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    page.goto(house.at("/status"))
    assert "記録する場所が残りわずかです" in page.locator("[data-first]").inner_text()
    assert "3.2 GB" in page.locator("main").inner_text()
