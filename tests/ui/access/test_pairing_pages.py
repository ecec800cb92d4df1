"""A laptop on the shop's network gets nowhere; a device that is paired gets to what it is for, and no further."""

import re
import time
from dataclasses import replace

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from edge.config.toml_schema import WebSection
from edge.features import paired_devices as devices
from edge.features.paired_devices import DevicePage, PairingRequest
from edge.platform.clock import now
from edge.platform.database import rows, writing
from edge.platform.process import ProcessLife
from tests.ui.on_the_network import HOST, laptop, paired
from tests.ui.shop_floor import FULL_NAME, PIN, SHIRT_M, Floor, ean13, pickup_code
from ui.access import rights
from ui.app import make_app
from ui.process_state import code_attempts
from ui.process_state.screens import Screens

PUBLIC = {"trust.authority", "static", "doors.health", "pairing.hello", "pairing.enter", "pairing.sheet"}
BODY = {"code": "M12345678"}


@pytest.fixture
def floor(floor: Floor) -> Floor:
    """The shop with its pages offered to the network."""
    web = WebSection(lan="192.168.4.20")
    return replace(floor, config=msgspec.structs.replace(floor.config, web=web))


@pytest.fixture
def app(floor: Floor, screens: Screens) -> Flask:
    return make_app(floor.config, floor.box, screens, ProcessLife())


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return laptop(app)


@pytest.fixture
def box(app: Flask) -> FlaskClient:
    """A browser on the box itself."""
    asking = app.test_client()
    asking.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return asking


def every_request(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, an address) of all there is."""
    values = {"station": "kiosk-1", "filename": "css/ui.css", "order": "o-1", "gtin": SHIRT_M, "category": "shirts"}
    values |= {
        "seq": "1",
        "job": "1",
        "n": "0",
        "name": "shirt",
        "code": "qr",
        "tab": "ready",
        "device": "eye",
        "action": "ready",
        "staff": "s-1",
    }
    found = []
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda part: values[part[1]], rule.rule)
        found += [(rule.endpoint, method, address) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    assert len(found) > 50
    return found


def test_a_laptop_that_is_not_paired_gets_the_hello_page_and_nothing_else(
    app: Flask, stranger: FlaskClient, floor: Floor, screens: Screens
) -> None:
    floor.order("1", member="m-1")
    floor.scan("M12345678")
    floor.scan(pickup_code("1"))
    before = len(rows(floor.db, "select 1 from journal"))
    for endpoint, method, address in every_request(app):
        if endpoint in PUBLIC:
            continue
        answer = stranger.open(f"{address}?screen=a&last=0", method=method, json=BODY if method == "POST" else None)
        assert (answer.status_code, endpoint) == (200 if address == "/" else 403, endpoint)
        assert "登録" in answer.text
        for secret in (FULL_NAME, "サトウ", "M12345678", "m-1", "o-1", "s-1", "kiosk-1", "ginza", "NAGI"):
            assert secret not in answer.text
    assert stranger.get("/nowhere").status_code == 403
    assert screens.count() == 0
    assert len(rows(floor.db, "select 1 from journal")) == before
    for table in ("page_scans", "staff_calls", "wedges", "pin_locks", "pairing_codes"):
        assert rows(floor.db, f"select * from {table}") == []
    assert floor.db.conn.execute("select outcome from screens where station = 'kiosk-1'").fetchone() == (2,)


@pytest.mark.parametrize("cookie", ["", "x", "0" * 43, "' or 1=1 --", "\x01"])
def test_a_secret_that_was_made_up_opens_nothing(stranger: FlaskClient, cookie: str) -> None:
    stranger.set_cookie("noren-device", cookie, domain="192.168.4.20")
    assert stranger.get("/kiosk/kiosk-1").status_code == 403


def test_whoever_is_not_on_the_box_hears_one_word_about_its_health(stranger: FlaskClient) -> None:
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.parametrize(
    ("peer", "host", "asked"),
    [
        ("127.0.0.1", "localhost:8080", False),
        ("127.0.0.1", "127.0.0.1:8080", False),
        ("::1", "[::1]:8080", False),
        ("::ffff:127.0.0.1", "localhost", False),
        ("192.168.4.77", "localhost", True),
        ("192.168.4.77", "127.0.0.1", True),
        ("127.0.0.1", "192.168.4.20", True),  # came in over loopback for another address: a relay's
        ("::ffff:192.168.4.77", "localhost", True),
        ("", "localhost", True),
    ],
)
def test_nothing_is_asked_on_the_box_itself_only(app: Flask, peer: str, host: str, asked: bool) -> None:
    asking = app.test_client()
    answer = asking.get("/kiosk/kiosk-1", environ_base={"REMOTE_ADDR": peer}, headers={"Host": host})
    assert answer.status_code == (403 if asked else 200)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Forwarded-Host", "Client-IP"])
def test_nobody_becomes_the_box_by_saying_so(stranger: FlaskClient, header: str) -> None:
    assert stranger.get("/kiosk/kiosk-1", headers={header: "127.0.0.1"}).status_code == 403


MAY: dict[tuple[DevicePage, str], set[str]] = {
    ("kiosk", "kiosk-1"): {
        "/kiosk/kiosk-1",
        "/kiosk/kiosk-1/home",
        "/kiosk/kiosk-1/find",
        "/live/kiosk-1",
        "/setup/kiosk-1",
    },
    ("entrance", "door"): {"/entrance/door", "/live/door"},
    ("counter", "counter-1"): {
        "/staff",
        "/staff/counter-1",
        "/staff/counter-1/login",
        "/live/counter-1",
        "/live/staff",
    },
    ("board", ""): {"/board", "/board/numbers", "/live/board"},
    ("status", ""): {"/status", "/status/cards", "/status/devices", "/live/status"},
}
ALL = set().union(*MAY.values()) | {
    "/kiosk/kiosk-2",
    "/kiosk/kiosk-2/home",
    "/live/kiosk-2",
    "/entrance/kiosk-2",
    "/setup/kiosk-2",
    "/live/play",
    "/status/devices",
}


@pytest.mark.parametrize(("page", "station"), MAY)
def test_a_device_may_what_it_is_paired_for_and_no_more(
    app: Flask, floor: Floor, screens: Screens, page: DevicePage, station: str
) -> None:
    asking = paired(app, floor, page, station)
    opened = set()
    for address in ALL:
        answer = asking.get(address, query_string={"screen": "a"})
        if answer.status_code != 403:
            opened.add(address)
        answer.close()
    assert opened == MAY[page, station]
    home = asking.get("/")
    assert (home.status_code, home.location) == (303, rights.home_address(devices.all_paired_devices(floor.db)[0]))
    assert asking.get(home.location).status_code in (200, 303)
    assert asking.get("/brand.css").status_code == 200
    assert asking.get("/paired").status_code == 204
    assert asking.get("/nowhere").status_code == 404


def test_a_kiosk_reads_no_other_kiosks_shopper(app: Flask, floor: Floor) -> None:
    seq = floor.scan("M12345678", "kiosk-2")
    one, other = paired(app, floor, "kiosk", "kiosk-1"), paired(app, floor, "kiosk", "kiosk-2")
    assert "サトウ" not in one.get(f"/kiosk/kiosk-2/outcome/{seq}").text
    assert "サトウ" not in one.get(f"/kiosk/kiosk-1/outcome/{seq}").text
    assert (
        "サ＊＊" in other.get(f"/kiosk/kiosk-2/outcome/{seq}").text
        or "＊＊" in other.get(f"/kiosk/kiosk-2/outcome/{seq}").text
    )


@pytest.mark.parametrize(
    ("page", "station"), [("board", ""), ("status", ""), ("counter", "counter-1"), ("kiosk", "kiosk-2")]
)
def test_no_other_device_scans_calls_or_wipes_for_a_kiosk(
    app: Flask, floor: Floor, page: DevicePage, station: str
) -> None:
    floor.scan("M12345678")
    asking = paired(app, floor, page, station)
    for path in ("scan", "scan/broken", "call", "end", "on-my-way/1/o-1"):
        assert asking.post(f"/kiosk/kiosk-1/{path}", json=BODY).status_code == 403
    assert rows(floor.db, "select * from page_scans") == []
    assert floor.db.conn.execute("select outcome from screens where station = 'kiosk-1'").fetchone() == (1,)


def test_a_station_that_has_another_role_by_now_is_not_what_was_paired(app: Flask, floor: Floor) -> None:
    asking = paired(app, floor, "kiosk", "kiosk-1")
    floor.db.conn.execute("update paired_devices set page = 'counter'")
    assert asking.get("/kiosk/kiosk-1").status_code == 403
    floor.db.conn.execute("update paired_devices set page = 'kiosk', station = 'gone'")
    assert asking.get("/").status_code == 200
    assert "登録" in asking.get("/").text


def code_on(page: str) -> str:
    found = re.search(r"data-code>([A-Z]{4}) ([A-Z]{4})<", page)
    assert found is not None
    return found[1] + found[2]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pairing_from_the_boxs_own_screen_to_the_list_and_off_it(
    app: Flask, box: FlaskClient, stranger: FlaskClient, floor: Floor, screens: Screens, language: str
) -> None:
    assert f"/status/devices?lang={language}" in box.get("/status", query_string={"lang": language}).text
    form = {"name": "2F <tablet>", "page": "counter/counter-1"}
    assert box.post(f"/status/devices?lang={language}", data=form).status_code == 303
    shown = box.get(f"/status/devices?lang={language}")
    assert "https://192.168.4.20:8443" in shown.text
    assert "<svg" in shown.text
    assert "&lt;tablet&gt;" in shown.text
    hello = stranger.get("/", headers={"Accept-Language": language})
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', hello.text)
    assert sheets == ["/hello.css"], "a stranger's address may hold few connections, and a browser opens six"
    assert "<script" not in hello.text
    style = stranger.get("/hello.css")
    assert style.mimetype == "text/css"
    assert "url(" not in style.text
    assert f'<html lang="{language}"' in hello.text
    assert hello.headers["Referrer-Policy"] == "same-origin"  # else the form's own origin would be `null`
    answer = stranger.post("/pair", data={"code": code_on(shown.text).lower()})
    assert (answer.status_code, answer.location) == (303, "/")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert stranger.get("/staff/counter-1/login").status_code == 200
    listed = box.get("/status/devices").text
    assert "2F &lt;tablet&gt;" in listed
    (device,) = re.findall(r'data-device="(\w+)"', listed)
    stream = stranger.get("/live/counter-1?screen=a")
    assert screens.count() == 1
    assert box.post(f"/status/devices/{device}/revoke").status_code == 303
    assert stream.text.rstrip().endswith("event: bye\ndata: {}")
    assert stranger.get("/live/counter-1?screen=a").status_code == 403
    assert stranger.get("/paired").status_code == 403
    assert stranger.get("/paired").headers["Noren-Page"]
    assert "data-device" not in box.get("/status/devices").text
    assert box.post(f"/status/devices/{device}/revoke").status_code == 404


def test_over_tls_the_cookie_is_for_tls_only(app: Flask, stranger: FlaskClient, floor: Floor) -> None:
    with writing(floor.db):
        code = devices.make_pairing_code(floor.db, PairingRequest(name="x", page="board", station=""), now())
    secure = {"wsgi.url_scheme": "https"}
    answer = stranger.post(
        "/pair", data={"code": code.link}, headers={"Origin": f"https://{HOST}"}, environ_overrides=secure
    )
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"name": "x", "page": "kiosk/nowhere"},
        {"name": "x", "page": "counter/kiosk-1"},
        {"name": "x", "page": "play"},
        {"name": " ", "page": "board"},
        {"name": "a\nb", "page": "board"},
    ],
)
def test_what_is_no_device_gets_no_code(box: FlaskClient, floor: Floor, form: dict[str, str]) -> None:
    assert box.post("/status/devices", data=form).status_code == 400
    assert rows(floor.db, "select * from pairing_codes") == []


def test_without_a_network_there_is_nothing_to_pair(floor: Floor) -> None:
    alone = msgspec.structs.replace(floor.config, web=WebSection())
    client = make_app(alone, floor.box, Screens(), ProcessLife()).test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    page = client.get("/status/devices").text
    assert "web.lan" in page
    assert "<form" not in page
    assert client.post("/status/devices", data={"name": "x", "page": "board"}).status_code == 400


def test_wrong_codes_are_limited_for_the_whole_box(
    app: Flask, stranger: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(floor.db):
        code = devices.make_pairing_code(floor.db, PairingRequest(name="x", page="board", station=""), now())
    wrong = [stranger.post("/pair", data={"code": f"BBBBBBB{letter}"}).status_code for letter in "BCDFGHJ"]
    assert wrong == [403] * 5 + [429] * 2
    other = laptop(app)
    other.environ_base["REMOTE_ADDR"] = "192.168.4.78"
    refused = other.post("/pair", data={"code": code.typed})
    assert refused.status_code == 429
    assert "待って" in refused.text
    # whoever guesses keeps nobody from pairing by the QR code, which cannot be guessed
    assert other.post("/pair", data={"code": code.link}).status_code == 303
    monkeypatch.setattr(code_attempts, "WINDOW_S", 0.0)
    time.sleep(0.001)
    assert stranger.post("/pair", data={"code": "BBBBBBBB"}).status_code == 403


def test_right_codes_are_no_guesses(app: Flask, floor: Floor) -> None:
    for _ in range(code_attempts.MAX_ATTEMPTS + 2):
        paired(app, floor, "board")


def test_a_device_is_seen_at_most_once_a_minute_and_its_cookie_renewed(app: Flask, floor: Floor) -> None:
    asking = paired(app, floor, "board")
    before = devices.all_paired_devices(floor.db)[0].seen
    answer = asking.get("/board")
    assert devices.all_paired_devices(floor.db)[0].seen == before
    assert "Set-Cookie" not in answer.headers
    floor.db.conn.execute("update paired_devices set seen = '2026-01-01T00:00:00.000Z'")
    answer = asking.get("/board")
    assert devices.all_paired_devices(floor.db)[0].seen >= before
    assert answer.headers["Set-Cookie"].startswith("noren-device=")


def test_no_names_or_numbers_of_staff_before_pairing(app: Flask, stranger: FlaskClient, floor: Floor) -> None:
    page = stranger.get("/staff/counter-1/login")
    assert page.status_code == 403
    assert "s-1" not in page.text
    assert stranger.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN}).status_code == 403
    assert rows(floor.db, "select * from staff_sessions") == []
    assert "s-1" in paired(app, floor, "counter", "counter-1").get("/staff/counter-1/login").text


def test_a_paired_kiosks_scan_is_kept_and_answered(app: Flask, floor: Floor) -> None:
    asking = paired(app, floor, "kiosk", "kiosk-1")
    assert asking.post("/kiosk/kiosk-1/scan", json={"code": ean13(SHIRT_M)}).status_code == 202
