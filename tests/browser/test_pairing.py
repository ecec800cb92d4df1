"""A device comes to the shop in a real browser: it is a stranger, is paired, works, and is a stranger again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from edge.demo.ports import free_port
from edge.features.paired_devices import PairingCode, PairingRequest, make_pairing_code
from edge.features.staff.pin_check import hash_pin
from edge.features.staff.sessions import Staff
from edge.platform.clock import now
from edge.platform.database import rows, writing
from tests.browser import rules
from tests.browser.town import Town, Web
from tests.processes.attacked_shop import front
from tests.processes.chromium import patient, ready
from tests.ui.shop_floor import PIN, open_floor, toml
from ui.front.hosts import network_address

SIZES = [(1080, 1920), (800, 1280), (1280, 800), (360, 640), (360, 740)]
TARGET, TEXT = 50, 15  # CSS pixels for staff (experience.md rules 1 and 3)
LONG = "二階のレジの横に置いてあるタブレット(予備のほう)、充電は左の引き出し"  # as long as a name may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A shop whose pages are offered to the network, and its address there, which is not loopback."""

    town: Town
    address: str

    @property
    def box(self) -> str:
        return f"http://127.0.0.1:{self.town.web.port}"

    def code(self, wanted: PairingRequest) -> PairingCode:
        with writing(self.town.floor.db):
            return make_pairing_code(self.town.floor.db, wanted, now())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder, port = tmp_path_factory.mktemp("network"), free_port()
    floor = open_floor(folder / "data", port)
    settings = toml(folder, port)
    lan = f'[web]\nlan = "0.0.0.0"\nlan_port = {free_port()}\n'
    settings.write_text(settings.read_text().replace("[web]\n", lan))
    town = Town(floor, Web(settings, port))
    town.web.start()
    with front(settings):
        yield Shop(town=town, address=f"https://{network_address('0.0.0.0')}:{lan.split()[-1]}")
    town.web.stop()
    floor.close()


@pytest.fixture
def device(browser: Browser, shop: Shop) -> Iterator[BrowserContext]:
    """The browser of another machine on the shop's network."""
    shop.town.floor.db.conn.execute("delete from paired_devices")
    # whom it trusts is tests/browser/test_tls.py's
    made = patient(browser, reduced_motion="reduce", ignore_https_errors=True)
    yield made
    made.close()


def open_page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    page.goto(address)
    return page


def test_a_stranger_is_paired_works_and_is_a_stranger_again(
    browser: Browser, device: BrowserContext, shop: Shop
) -> None:
    kiosk = open_page(device, f"{shop.address}/kiosk/kiosk-1?lang=ja")
    expect(kiosk.locator("input.code")).to_be_visible()
    assert "kiosk-1" not in kiosk.content()
    own = patient(browser)
    box = open_page(own, f"{shop.box}/status?lang=en")
    box.get_by_role("link", name="Paired devices").click()
    box.get_by_label("Its name").fill("by the door")
    box.get_by_label("What is it for?").select_option("kiosk/kiosk-1")
    box.get_by_role("button", name="Show a code").click()
    kiosk.locator("input.code").fill(box.locator("[data-code]").inner_text().lower())
    kiosk.locator("button").click()
    ready(kiosk)
    assert kiosk.url == f"{shop.address}/kiosk/kiosk-1"
    shop.town.scan("M12345678")
    expect(kiosk.locator(".stage.member")).to_be_visible()
    assert "サ＊＊" in kiosk.content() or "＊＊" in kiosk.content()
    box.goto(f"{shop.box}/status/devices?lang=en")
    box.get_by_role("button", name="Revoke by the door").click()
    expect(kiosk.locator("input.code")).to_be_visible()
    assert "＊＊" not in kiosk.content()
    kiosk.go_back()
    expect(kiosk.locator("input.code")).to_be_visible()
    own.close()


def test_a_qr_code_pairs_with_one_touch(device: BrowserContext, shop: Shop) -> None:
    code = shop.code(PairingRequest(name="television", page="board", station=""))
    page = open_page(device, f"{shop.address}/pair?code={code.link}")
    assert (
        rows(shop.town.floor.db, "select * from paired_devices") == []
    )  # whoever only looks at a link does not use it up
    page.locator("button").click()
    ready(page)
    assert page.url == f"{shop.address}/board"


def test_a_page_of_another_site_cannot_pair_a_browser(device: BrowserContext, shop: Shop) -> None:
    """Else it would be a device of the stranger's choice."""
    code = shop.code(PairingRequest(name="television", page="board", station=""))
    page = device.new_page()
    page.route("http://evil.example/", lambda route: route.fulfill(content_type="text/html", body="<form></form>"))
    page.goto("http://evil.example/")
    page.evaluate(
        """([to, code]) => { const form = document.forms[0]; form.method = 'post'; form.action = to + '/pair';
          const field = document.createElement('input'); field.name = 'code'; field.value = code; form.append(field);
          form.submit(); }""",
        [shop.address, code.link],
    )
    page.wait_for_url(f"{shop.address}/pair")
    assert rows(shop.town.floor.db, "select * from paired_devices") == []
    assert device.cookies() == []


def broken(page: Page) -> dict[str, list[str]]:
    """What breaks the rules of the shop floor, by size."""
    found = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wrong = [*rules.small_targets(page, TARGET), *rules.small_text(page, TEXT), *rules.beside(page)]
        if wrong:
            found[f"{width}x{height}"] = wrong
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("state", ["new", "read", "wrong"])
def test_the_hello_page_fits_every_screen(device: BrowserContext, shop: Shop, language: str, state: str) -> None:
    page = open_page(device, f"{shop.address}/pair?lang={language}" + ("&code=x" if state == "read" else ""))
    if state == "wrong":
        page.locator("input.code").fill("BBBB BBBB")
        page.locator("button").click()
        expect(page.locator("[role=alert]")).to_be_visible()
    assert broken(page) == {}
    assert rules.axe(page) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_list_of_devices_fits_every_screen(
    browser: Browser, device: BrowserContext, shop: Shop, tmp_path: Path, language: str
) -> None:
    assert len(LONG) <= 40
    for wanted in (
        PairingRequest(name=LONG, page="counter", station="counter-1"),
        PairingRequest(name="x" * 40, page="board", station=""),
    ):
        open_page(device, f"{shop.address}/pair?code={shop.code(wanted).link}").locator("button").click()
        expect(device.pages[-1]).not_to_have_url(f"{shop.address}/pair")
        device.clear_cookies()
    own = patient(browser, reduced_motion="reduce")
    page = open_page(own, f"{shop.box}/status/devices?lang={language}")
    expect(page.locator("[data-device]")).to_have_count(2)
    page.locator("#name").fill(LONG)
    page.locator("form.new button").click()
    expect(page.locator("[data-code]")).to_be_visible()
    assert broken(page) == {}
    assert rules.axe(page) == []
    page.locator(".fresh form .btn").click()
    expect(page.locator("[data-code]")).to_have_count(0)
    own.close()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_lead_pairs_a_device_at_a_status_screen_on_the_network(
    browser: Browser, device: BrowserContext, shop: Shop, language: str
) -> None:
    lead = Staff(staff="s-2", name="原 みどり", mark="原", role="lead", pin=hash_pin(PIN))
    shop.town.floor.feed("staff", "s-2", lead)
    link = shop.code(PairingRequest(name="status", page="status", station="")).link
    page = open_page(device, f"{shop.address}/pair?code={link}&lang={language}")
    page.locator("form button").click()
    ready(page)
    page.goto(f"{shop.address}/status/devices?lang={language}")
    page.locator("#name").fill(LONG)
    page.locator("select[name=lead]").select_option("s-2")
    page.locator("input[name=lead_pin]").fill("0000")
    page.keyboard.press("Enter")  # is no button's: it revokes nobody
    page.locator("[data-device] .btn").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    assert broken(page) == {}
    assert rules.axe(page) == []
    page.locator("#name").fill(LONG)
    page.locator("input[name=lead_pin]").fill(PIN)
    page.locator(".new .btn").click()
    expect(page.locator("[data-code]")).to_be_visible()
    expect(page.locator("[data-fingerprint]")).to_be_visible()
    assert broken(page) == {}
    assert rules.axe(page) == []
    code = page.locator("[data-code]").inner_text()
    page.reload()
    assert page.locator("[data-code]").inner_text() == code
    tablet = patient(browser, reduced_motion="reduce", ignore_https_errors=True)
    hello = open_page(tablet, f"{shop.address}/?lang={language}")
    hello.locator("input.code").fill(code)
    hello.locator("form button").click()
    expect(hello.locator("input.code")).to_have_count(0)
    assert [row["name"] for row in rows(shop.town.floor.db, "select name from paired_devices order by rowid")] == [
        "status",
        LONG,
    ]
    tablet.close()
