"""A status screen on the network pairs and revokes for a lead who proves it; slips are shown again; what to compare."""

import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from edge.config.toml_schema import WebSection
from edge.features import paired_devices as devices
from edge.features.paired_devices import DevicePage
from edge.features.staff.pin_check import PinCheckPool, hash_pin
from edge.features.staff.pin_locks import MAX_WRONG_PINS
from edge.features.staff.sessions import Staff
from edge.platform.database import rows, writing
from edge.platform.process import ProcessLife
from tests.ui.on_the_network import laptop, paired
from tests.ui.shop_floor import PIN, Floor
from ui.app import make_app
from ui.front import certificate, haproxy
from ui.process_state import open_codes as slips
from ui.process_state.screens import Screens

TABLET = {"name": "2F tablet", "page": "counter/counter-1"}
LEAD = {"lead": "s-2", "lead_pin": PIN}


@pytest.fixture
def floor(floor: Floor) -> Floor:
    """The shop with its pages offered to the network, and one who leads."""
    lead = Staff(staff="s-2", name="原 みどり", mark="原", role="lead", pin=hash_pin(PIN))
    floor.feed("staff", "s-2", lead)
    web = WebSection(lan="192.168.4.20")
    return replace(floor, config=msgspec.structs.replace(floor.config, web=web))


@pytest.fixture
def app(floor: Floor, screens: Screens) -> Flask:
    return make_app(floor.config, floor.box, screens, ProcessLife())


@pytest.fixture
def screen(app: Flask, floor: Floor) -> FlaskClient:
    """A status screen on the shop's network."""
    return paired(app, floor, "status")


@pytest.fixture
def box(app: Flask) -> FlaskClient:
    asking = app.test_client()
    asking.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return asking


def codes(page: TestResponse) -> list[str]:
    return [first + last for first, last in re.findall(r"data-code>([A-Z]{4}) ([A-Z]{4})<", page.text)]


def facts(floor: Floor) -> list[tuple[str, dict[str, Any]]]:
    found = rows(floor.db, "select type, event from journal order by seq")
    return [(row["type"], msgspec.json.decode(row["event"])) for row in found]


def open_codes(floor: Floor) -> int:
    return len(rows(floor.db, "select 1 from pairing_codes"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_lead_pairs_and_revokes_at_a_status_screen_and_hq_is_told_who(
    app: Flask, screen: FlaskClient, floor: Floor, language: str
) -> None:
    assert f"/status/devices?lang={language}" in screen.get(f"/status?lang={language}").text
    page = screen.get(f"/status/devices?lang={language}")
    assert 'value="s-2"' in page.text
    assert 'value="s-1"' not in page.text  # a clerk does not lead
    answer = screen.post(f"/status/devices?lang={language}", data=TABLET | LEAD)
    assert (answer.status_code, answer.location) == (303, f"/status/devices?lang={language}")
    tablet = laptop(app)
    assert tablet.post("/pair", data={"code": codes(screen.get(answer.location))[0]}).status_code == 303
    assert tablet.get("/staff/counter-1/login").status_code == 200
    device = devices.all_paired_devices(floor.db)[-1].id
    assert screen.post(f"/status/devices/{device}/revoke", data=LEAD).status_code == 303
    assert tablet.get("/staff/counter-1/login").status_code == 403
    told = [(kind, fact["staff"]) for kind, fact in facts(floor) if fact.get("data", {}).get("device") == device]
    assert told == [("noren.device.paired", "s-2"), ("noren.device.revoked", "s-2")]


@pytest.mark.parametrize(
    "by",
    [
        {},
        {"lead": "s-2"},
        {"lead": "s-2", "lead_pin": "0000"},
        {"lead": "s-1", "lead_pin": PIN},  # a clerk's own PIN
        {"lead": "s-9", "lead_pin": PIN},
        {"lead_pin": PIN},
        {"staff": "s-2", "pin": PIN},
    ],
)
def test_nobody_pairs_or_revokes_at_a_status_screen_without_a_leads_pin(
    screen: FlaskClient, floor: Floor, by: dict[str, str]
) -> None:
    device = devices.all_paired_devices(floor.db)[0].id
    for answer in (
        screen.post("/status/devices", data=TABLET | by),
        screen.post(f"/status/devices/{device}/revoke", data=by),
    ):
        assert answer.status_code == 401
        assert answer.headers["Noren-Page"]
        assert 'role="alert"' in answer.text
        assert "0000" not in answer.text
    assert open_codes(floor) == 0
    assert [one.id for one in devices.all_paired_devices(floor.db)] == [device]


@pytest.mark.parametrize(("page", "station"), [("kiosk", "kiosk-1"), ("counter", "counter-1"), ("board", "")])
def test_no_other_device_pairs_even_for_a_lead(app: Flask, floor: Floor, page: DevicePage, station: str) -> None:
    asking = paired(app, floor, page, station)
    device = devices.all_paired_devices(floor.db)[0].id
    assert asking.get("/status/devices").status_code == 403
    assert asking.post("/status/devices", data=TABLET | LEAD).status_code == 403
    assert asking.post("/status/devices/withdraw", data=TABLET | LEAD).status_code == 403
    assert asking.post(f"/status/devices/{device}/revoke", data=LEAD).status_code == 403
    assert open_codes(floor) == 0


def test_a_leads_pin_is_not_guessed_at_a_status_screen(screen: FlaskClient, floor: Floor) -> None:
    """Counted by person and device, reported to HQ, and no lock at a counter's sign-in."""
    wrong = [
        screen.post("/status/devices", data=TABLET | {"lead": "s-2", "lead_pin": "0000"}) for _ in range(MAX_WRONG_PINS)
    ]
    assert {answer.status_code for answer in wrong} == {401}
    assert screen.post("/status/devices", data=TABLET | LEAD).status_code == 401
    assert open_codes(floor) == 0
    (told,) = [fact for kind, fact in facts(floor) if kind == "noren.staff.locked"]
    assert told["staff"] == "s-2"
    assert "station" not in told
    (lock,) = rows(floor.db, "select staff, device from pin_locks")
    assert lock == {"staff": "s-2", "device": devices.all_paired_devices(floor.db)[0].id}


def test_a_device_that_is_not_on_the_list_costs_no_try(screen: FlaskClient, floor: Floor) -> None:
    assert screen.post("/status/devices/nobody/revoke", data={"lead": "s-2", "lead_pin": "0000"}).status_code == 404
    assert rows(floor.db, "select * from pin_locks") == []


def test_where_too_many_pins_are_tried_it_says_so_and_counts_nothing(
    app: Flask, screen: FlaskClient, floor: Floor
) -> None:
    pins: PinCheckPool = app.extensions["house"].pins
    places = 0
    while pins._places.acquire(blocking=False):
        places += 1
    answer = screen.post("/status/devices", data=TABLET | LEAD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert rows(floor.db, "select * from pin_locks") == []
    pins._places.release(places)
    assert screen.post("/status/devices", data=TABLET | LEAD).status_code == 303


def test_a_code_is_shown_again_at_its_own_screen_until_it_is_used(
    app: Flask, box: FlaskClient, screen: FlaskClient, floor: Floor
) -> None:
    assert box.post("/status/devices", data=TABLET).status_code == 303
    (code,) = codes(box.get("/status/devices"))
    assert codes(box.get("/status/devices?lang=en")) == [code]
    assert codes(screen.get("/status/devices")) == []
    screen.post("/status/devices", data=TABLET | LEAD)
    assert code not in codes(screen.get("/status/devices"))
    assert codes(box.get("/status/devices")) == [code]
    assert laptop(app).post("/pair", data={"code": code}).status_code == 303
    assert codes(box.get("/status/devices")) == []
    floor.db.conn.execute("update pairing_codes set until_ms = 0")
    assert codes(screen.get("/status/devices")) == []


def test_a_code_can_be_withdrawn_where_it_is_shown_and_nowhere_else(
    app: Flask, box: FlaskClient, screen: FlaskClient, floor: Floor
) -> None:
    box.post("/status/devices", data=TABLET)
    page = box.get("/status/devices")
    (link,) = re.findall(r'name="code" value="([\w-]{43})"', page.text)
    assert screen.post("/status/devices/withdraw", data={"code": link}).status_code == 404
    assert box.post("/status/devices/withdraw", data={"code": "x"}).status_code == 404
    assert open_codes(floor) == 1
    assert box.post("/status/devices/withdraw", data={"code": link}).status_code == 303
    assert codes(box.get("/status/devices")) == []
    assert laptop(app).post("/pair", data={"code": codes(page)[0]}).status_code == 403


def test_the_codes_of_a_screen_are_few_and_the_oldest_makes_room(box: FlaskClient, app: Flask, floor: Floor) -> None:
    box.post("/status/devices", data=TABLET)
    (first,) = codes(box.get("/status/devices"))
    for _ in range(slips.MAX_CODES):
        box.post("/status/devices", data=TABLET)
    shown = codes(box.get("/status/devices"))
    assert len(shown) == open_codes(floor) == slips.MAX_CODES
    assert first not in shown
    assert laptop(app).post("/pair", data={"code": first}).status_code == 403


def test_what_a_revoked_status_screen_shows_lets_nobody_in(
    app: Flask, box: FlaskClient, screen: FlaskClient, floor: Floor
) -> None:
    screen.post("/status/devices", data=TABLET | LEAD)
    (code,) = codes(screen.get("/status/devices"))
    (device,) = [one.id for one in devices.all_paired_devices(floor.db)]
    assert box.post(f"/status/devices/{device}/revoke").status_code == 303
    assert laptop(app).post("/pair", data={"code": code}).status_code == 403


def test_no_code_lies_in_the_clear_in_the_store(box: FlaskClient, floor: Floor) -> None:
    box.post("/status/devices", data=TABLET)
    (code,) = codes(box.get("/status/devices"))
    (row,) = rows(floor.db, "select * from pairing_codes")
    assert row["name"] == TABLET["name"]
    assert all(code.encode() not in (one if isinstance(one, bytes) else str(one).encode()) for one in row.values())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_fingerprint_and_authority_stand_where_devices_are_paired_and_on_the_hello_page(
    app: Flask, box: FlaskClient, screen: FlaskClient, floor: Floor, language: str
) -> None:
    asked = f"/status/devices?lang={language}"
    assert "data-fingerprint" not in box.get(asked).text  # the front has not begun yet
    haproxy.prepare_front(floor.config)
    shown = certificate.shown_fingerprints(floor.config, haproxy.folder(floor.config))
    assert shown
    for page in (box.get(asked), screen.get(asked), laptop(app).get(f"/pair?lang={language}")):
        found = re.search(r"data-fingerprint>(.*?)</p>", page.text)
        assert found
        assert re.sub(r"<[^>]*>", "", found[1]).split() == shown.fingerprint.split(":")
    assert "/front/ca.crt" in laptop(app).get("/pair").text
    stranger = laptop(app).get("/front/ca.crt")
    assert stranger.mimetype == "application/x-x509-ca-cert"


def test_a_new_process_shows_no_code_and_it_is_good_nevertheless(floor: Floor, box: FlaskClient) -> None:
    box.post("/status/devices", data=TABLET)
    (code,) = codes(box.get("/status/devices"))
    anew = make_app(floor.config, floor.box, Screens(), ProcessLife())
    fresh = anew.test_client()
    fresh.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    assert codes(fresh.get("/status/devices")) == []
    assert laptop(anew).post("/pair", data={"code": code}).status_code == 303


def test_a_lead_hq_has_struck_off_pairs_nothing(screen: FlaskClient, floor: Floor) -> None:
    with writing(floor.hq):
        floor.hq.conn.execute("delete from staff where key = 's-2'")
    assert screen.post("/status/devices", data=TABLET | LEAD).status_code == 401
