"""The real process, asked from an address that is not loopback: an attacker's laptop, and devices that are paired."""

import http.client
import socket
import ssl
from pathlib import Path

import pytest

from edge.demo.ports import free_port
from edge.features.paired_devices import DevicePage, PairingRequest, make_pairing_code
from edge.platform.clock import now
from edge.platform.database import open_store, rows, writing
from tests.processes.attacked_shop import front
from tests.ui.shop_floor import SHIRT_M, ean13, open_floor, toml
from tests.ui.test_web_server import port_of, serving, wait_for
from ui.front.hosts import network_address

HERE = network_address("0.0.0.0")  # this machine on its network: what connects to it from here has this address too
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    port = free_port()
    open_floor(tmp_path / "data", port).close()
    return toml(tmp_path, port)


def offered(shop: Path) -> Path:
    """The same shop with its pages offered to the network."""
    port = f"port = {port_of(shop)}\n"
    shop.write_text(shop.read_text().replace(port, f'{port}lan = "0.0.0.0"\nlan_port = {free_port()}\n'))
    return shop


def lan_port_of(shop: Path) -> int:
    return int(shop.read_text().split("lan_port = ")[1].split("\n")[0])


def unasked() -> ssl.SSLContext:
    """TLS to whoever answers: whom a browser trusts is tests/browser/test_tls.py's."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Asking:
    """A browser on the network."""

    def __init__(self, shop: Path) -> None:
        self.host, self.port, self.scheme = HERE, lan_port_of(shop), "https"
        self.cookie = ""

    def _line(self) -> http.client.HTTPConnection:
        if self.scheme == "http":
            return http.client.HTTPConnection(self.host, self.port, timeout=60)
        return http.client.HTTPSConnection(self.host, self.port, timeout=60, context=unasked())

    def open(
        self, path: str, method: str = "GET", body: str = "", **more: str
    ) -> tuple[int, str, http.client.HTTPMessage]:
        line, answer = self.stream(path, method, body, **more)
        found = answer.status, answer.read().decode(), answer.headers
        line.close()
        return found

    def stream(
        self, path: str, method: str = "GET", body: str = "", **more: str
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        line = self._line()
        headers = {
            "Origin": f"{self.scheme}://{self.host}:{self.port}",
            "Cookie": self.cookie,
            **(FORM if method == "POST" else {}),
            **more,
        }
        line.request(method, path, body, headers)
        return line, line.getresponse()

    def pair(self, shop: Path, page: DevicePage, station: str = "") -> "Asking":
        db = open_store(shop.parent / "data")
        with writing(db):
            code = make_pairing_code(db, PairingRequest(name=f"a {page}", page=page, station=station), now())
        db.close()
        status, _, headers = self.open("/pair", "POST", f"code={code.typed}")
        assert status == 303
        self.cookie = headers["Set-Cookie"].partition(";")[0]
        return self


def test_nothing_listens_outside_loopback_until_it_is_said(shop: Path) -> None:
    assert not HERE.startswith("127.")
    with serving(shop), pytest.raises(ConnectionRefusedError):
        socket.create_connection((HERE, port_of(shop))).close()


def test_a_laptop_on_the_network_reads_writes_and_follows_nothing(shop: Path) -> None:
    with serving(offered(shop)), front(shop):
        laptop = Asking(shop)
        assert laptop.open("/healthz")[:2] == (200, "ok\n")
        for path in (
            "/live/kiosk-1?screen=a&last=0",
            "/kiosk/kiosk-1/outcome/1",
            "/kiosk/kiosk-1",
            "/staff/counter-1/login",
        ):
            assert laptop.open(path)[0] == 403, path
            assert laptop.open(path, Host="localhost")[0] == 403, path
            assert laptop.open(path, Host="evil.example")[0] == 421, path
        for path in ("scan", "end", "call", "on-my-way/1/o-1"):
            assert laptop.open(f"/kiosk/kiosk-1/{path}", "POST", '{"code": "M12345678"}')[0] == 403, path
        db = open_store(shop.parent / "data")
        assert (
            rows(db, "select 1 from page_scans union all select 1 from staff_calls union all select 1 from screens")
            == []
        )
        db.close()


def test_a_paired_kiosk_works_and_ends_at_once_when_it_is_revoked(shop: Path) -> None:
    with serving(offered(shop)), front(shop):
        kiosk, other = Asking(shop).pair(shop, "kiosk", "kiosk-1"), Asking(shop).pair(shop, "kiosk", "kiosk-2")
        line, events = kiosk.stream("/live/kiosk-1?screen=a&last=0")
        assert events.readline() == b"event: hb\n"
        assert kiosk.open("/kiosk/kiosk-1/scan", "POST", f'{{"code": "{ean13(SHIRT_M)}"}}')[0] == 202
        while events.readline() != b"event: outcome\n":
            pass
        assert "stage product" in kiosk.open("/kiosk/kiosk-1/outcome/1")[1]
        assert other.open("/kiosk/kiosk-1/outcome/1")[0] == 403
        assert other.open("/live/kiosk-1?screen=b")[0] == 403
        box = Asking(shop)
        box.host, box.port, box.scheme = "127.0.0.1", port_of(shop), "http"
        device = box.open("/status/devices")[1].partition('data-device="')[2].partition('"')[0]
        assert box.open(f"/status/devices/{device}/revoke", "POST")[0] == 303
        assert events.read().endswith(b"event: bye\ndata: {}\n\n")
        line.close()
        assert kiosk.open("/live/kiosk-1?screen=a")[0] == 403
        assert kiosk.open("/kiosk/kiosk-1/outcome/1")[0] == 403
        db = open_store(shop.parent / "data")
        wait_for(lambda: rows(db, "select 1 from journal where type = 'noren.device.revoked'"))
        db.close()
