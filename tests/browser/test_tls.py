"""A real browser on the shop's network: TLS with the box's own certificate, and the pages as they are on the box."""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, BrowserContext, Error, Playwright, sync_playwright

from edge.features.paired_devices import DevicePage
from tests.processes.attacked_shop import Shop, shop
from tests.processes.chromium import CHROMIUM, FLAGS, KIOSK, patient, ready
from tests.ui.shop_floor import PIN, SHIRT_M, ean13
from ui.access.caller import DEVICE_COOKIE


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("shop")) as made:
        yield made


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def trusting(driver: Playwright, open_shop: Shop) -> Iterator[Browser]:
    """A browser that accepts this very key, as one does that trusts the box's authority."""
    site = x509.load_pem_x509_certificate((open_shop.data / "front" / "site.pem").read_bytes())
    key = site.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pin = base64.b64encode(hashlib.sha256(key).digest()).decode()
    flags = [*FLAGS, f"--ignore-certificate-errors-spki-list={pin}"]
    found = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
    yield found
    found.close()


def pair(context: BrowserContext, open_shop: Shop, page: DevicePage, station: str) -> None:
    """Let this browser be another device, by its cookie as the box gave it (tests/browser/test_pairing.py types the code)."""
    name, _, secret = open_shop.paired(page, station).cookie.partition("=")
    cookie: Any = {"name": name, "value": secret, "url": f"https://localhost:{open_shop.lan_port}", "httpOnly": True}
    cookie |= {"secure": True, "sameSite": "Strict"}
    context.add_cookies([cookie])


def test_a_scan_comes_to_the_page_over_tls_and_no_cookie_goes_without_it(trusting: Browser, open_shop: Shop) -> None:
    address = f"https://localhost:{open_shop.lan_port}"
    context = patient(trusting, viewport={"width": KIOSK[0], "height": KIOSK[1]})
    page = context.new_page()
    pair(context, open_shop, "kiosk", "kiosk-1")
    page.goto(f"{address}/kiosk/kiosk-1")
    ready(page)
    assert page.evaluate("isSecureContext")
    body = json.dumps({"code": ean13(SHIRT_M)})
    assert page.evaluate("body => fetch('kiosk-1/scan', {method: 'POST', body}).then(r => r.status)", body) == 202
    page.locator(".stage.product").wait_for()
    pair(context, open_shop, "counter", "counter-1")
    page.goto(f"{address}/staff/counter-1/login?who=s-1")
    page.evaluate(
        """pin => fetch('login', {method: 'POST', body: new URLSearchParams({staff: 's-1', pin})})""",
        PIN,
    )
    cookies = [cookie for cookie in context.cookies() if cookie["name"] != DEVICE_COOKIE]
    assert cookies
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in cookies)
    context.close()


def test_a_browser_that_was_not_told_to_trust_the_box_says_so(driver: Playwright, open_shop: Shop) -> None:
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        patient(browser).new_page().goto(f"https://localhost:{open_shop.lan_port}/")
    browser.close()
