"""The door of a staff station: PIN, lock, badge, and who gets in without one (nobody)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from edge.codes.code_rules import IssuerRule
from edge.config.station_role import Role
from edge.config.toml_schema import Station
from edge.features.staff.pin_check import MAX_WAITING_PIN_CHECKS, PIN_CHECK_THREADS, hash_pin
from edge.features.staff.pin_locks import MAX_WRONG_PINS
from edge.features.staff.sessions import Staff
from edge.platform.database import first_row
from edge.validation.localized_text import LocalizedText
from tests.ui.on_the_network import laptop, paired
from tests.ui.shop_floor import PIN, POLICY, Floor

WRONG = {"staff": "s-1", "pin": "0000"}
PAGES = ("", "/list/prepare", "/list/done", "/calls", "/goods", "/order/o-4821", "/devices", "/outcome/1", "/visitor/1")


def sign_in(client: FlaskClient, pin: str = PIN, who: str = "s-1") -> int:
    return client.post("/staff/counter-1/login", data={"staff": who, "pin": pin}).status_code


def wrong_until_locked(client: FlaskClient) -> str:
    for _ in range(MAX_WRONG_PINS - 1):
        assert sign_in(client, "0000") == 401
    return client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": "0000"}).text


@pytest.mark.parametrize("page", PAGES)
def test_whoever_is_not_signed_in_is_sent_to_the_door(client: FlaskClient, floor: Floor, page: str) -> None:
    floor.order("4821")
    answer = client.get(f"/staff/counter-1{page}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/counter-1/login")


def test_a_wedge_at_the_door_is_kept_as_any_scanner_is_and_opens_nothing(client: FlaskClient, floor: Floor) -> None:
    answer = client.post("/staff/counter-1/scan", json={"code": "4901234567894"})
    assert (answer.status_code, answer.text) == (202, "")
    assert first_row(floor.db, "select station, data from page_scans") == ("counter-1", b"4901234567894")


def test_a_write_without_a_session_changes_nothing(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821")
    assert client.post("/staff/counter-1/order/o-4821/hand-over").status_code == 303
    assert first_row(floor.db, "select 1 from pickup_steps") is None


def test_the_right_pin_opens_the_list_and_the_cookie_is_for_this_station_alone(client: FlaskClient) -> None:
    answer = client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    cookie = answer.headers["Set-Cookie"]
    assert answer.status_code == 303
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/staff/counter-1"))
    assert client.get("/staff/counter-1").status_code == 200


def test_a_wrong_pin_says_how_many_tries_are_left(client: FlaskClient) -> None:
    answer = client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": "0000"})
    assert answer.status_code == 401
    assert "あと 4 回" in answer.text


def test_five_wrong_pins_lock_and_even_the_right_one_waits(client: FlaskClient) -> None:
    assert 'data-locked="60"' in wrong_until_locked(client)
    assert sign_in(client) == 401
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        assert sign_in(client) == 303


def test_three_idle_minutes_lock_the_station(client: FlaskClient) -> None:
    sign_in(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3, seconds=1)):
        assert client.get("/staff/counter-1").status_code == 303


def test_a_page_that_fetches_by_itself_keeps_no_session_alive(client: FlaskClient) -> None:
    sign_in(client)
    start = datetime.now(UTC)
    with time_machine.travel(start + timedelta(minutes=2)):
        assert client.get("/staff/counter-1", headers={"Noren-Quiet": "1"}).status_code == 200
    with time_machine.travel(start + timedelta(minutes=3, seconds=1)):
        assert client.get("/staff/counter-1").status_code == 303


def test_a_finger_on_the_screen_keeps_the_session_alive(client: FlaskClient) -> None:
    sign_in(client)
    start = datetime.now(UTC)
    with time_machine.travel(start + timedelta(minutes=2)):
        assert client.post("/staff/counter-1/touch").status_code == 204
    with time_machine.travel(start + timedelta(minutes=4)):
        assert client.get("/staff/counter-1").status_code == 200


def test_one_tap_hands_the_station_to_the_next_one(client: FlaskClient) -> None:
    sign_in(client)
    assert client.post("/staff/counter-1/lock").headers["Location"] == "/staff/counter-1/login"
    assert client.get("/staff/counter-1").status_code == 303


def test_a_stolen_cookie_is_worth_nothing_after_the_lock(client: FlaskClient) -> None:
    sign_in(client)
    kept = client.get_cookie("noren-staff-counter-1", path="/staff/counter-1")
    assert kept is not None
    client.post("/staff/counter-1/lock")
    client.set_cookie("noren-staff-counter-1", kept.value, path="/staff/counter-1")
    assert client.get("/staff/counter-1").status_code == 303


def test_another_sites_page_can_neither_sign_in_nor_lock(client: FlaskClient) -> None:
    sign_in(client)
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    assert sign_in(client) == 403
    assert client.post("/staff/counter-1/lock").status_code == 403
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    assert client.get("/staff/counter-1").status_code == 200


def test_a_badge_chooses_its_person_but_opens_nothing(client: FlaskClient, floor: Floor) -> None:
    badge = IssuerRule(issuer="hr", prefix="B", lengths=(5,), characters="alphanumeric")
    floor.policy(POLICY.__class__(brand=POLICY.brand, codes=POLICY.codes.__class__(badges=(badge,))))
    clerk = Staff(staff="s-2", name="林 さち", mark="林", role="clerk", pin=hash_pin("1111"), badges=["hr:B1234"])
    floor.feed("staff", "s-2", clerk)
    answer = client.get(f"/staff/counter-1/badge/{floor.scan('B1234', 'counter-1')}", follow_redirects=True)
    assert 'value="s-2" checked' in answer.text
    assert client.get("/staff/counter-1").status_code == 303


def test_a_scan_at_a_locked_station_asks_to_sign_in_and_says_nothing_else(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821")
    answer = client.get(f"/staff/counter-1/badge/{floor.scan('noren:p:o-4821:s3cretS3cret', 'counter-1')}")
    assert answer.json is not None
    assert answer.json["do"] == "say"
    assert "4821" not in answer.text


def test_a_kiosk_is_no_staff_station(client: FlaskClient) -> None:
    assert client.get("/staff/kiosk-1").status_code == 404
    assert client.get("/staff/nowhere").status_code == 404


def test_nobodys_name_stands_at_the_door_before_anybody_has_signed_in(client: FlaskClient, floor: Floor) -> None:
    clerk = Staff(staff="10482", name="林 さち", mark="林", role="clerk", pin=hash_pin("1111"))
    floor.feed("staff", "10482", clerk)
    for page in ("/staff", "/staff/counter-1/login", "/staff/counter-1/login?who=10482", "/staff/counter-1"):
        shown = client.get(page, follow_redirects=True).text
        assert "さち" not in shown
        assert "さくら" not in shown
    assert "10482" in shown
    assert "さち" not in client.post("/staff/counter-1/login", data={"staff": "10482", "pin": "0000"}).text
    assert sign_in(client, "1111", "10482") == 303
    assert "林 さち" in client.get("/staff/counter-1").text  # their own, once they have signed in


@pytest.fixture
def lead(client: FlaskClient, floor: Floor) -> FlaskClient:
    """Another browser, at a counter of its own, with a lead signed in."""
    floor.config.stations.append(Station(id="counter-2", role=Role.COUNTER, name=LocalizedText(ja="奥", en="Back")))
    person = Staff(staff="s-9", name="原 みどり", mark="原", role="lead", pin=hash_pin("9999"))
    floor.feed("staff", "s-9", person)
    asking = client.application.test_client()
    asking.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    asking.post("/staff/counter-2/login", data={"staff": "s-9", "pin": "9999"})
    return asking


def test_twenty_posts_at_one_counter_lock_nobody_out_at_another(client: FlaskClient, lead: FlaskClient) -> None:
    for attempt in range(20):
        sign_in(client, "0000", ("s-1", "s-9")[attempt % 2])
    assert sign_in(client) == sign_in(client, "9999", "s-9") == 401
    for who, pin in (("s-1", PIN), ("s-9", "9999")):
        assert lead.post("/staff/counter-2/login", data={"staff": who, "pin": pin}).status_code == 303


def test_a_lead_is_told_of_runs_of_wrong_pins_and_lets_somebody_try_again(
    client: FlaskClient, lead: FlaskClient, floor: Floor
) -> None:
    assert "暗証番号の間違いが続いた" not in lead.get("/staff/counter-2").text
    wrong_until_locked(client)
    assert "暗証番号の間違いが続いた人と端末が 1 件あります" in lead.get("/staff/counter-2").text
    page = lead.get("/staff/counter-2/pins").text
    assert all(words in page for words in ("森 さくら", "s-1", "カウンター", "間違い 5 回"))
    assert sign_in(client) == 401
    assert lead.post("/staff/counter-2/pins/s-1/unlock").status_code == 303
    assert sign_in(client) == 303


def test_who_was_locked_out_is_for_leads_to_see_and_to_mend(client: FlaskClient, lead: FlaskClient) -> None:
    assert client.get("/staff/counter-1/pins").status_code == 303
    sign_in(client)
    assert "staff.locked" not in client.get("/staff/counter-1").text
    assert client.get("/staff/counter-1/pins").status_code == 403
    assert client.post("/staff/counter-1/pins/s-1/unlock").status_code == 403


def test_one_sign_in_too_many_at_once_is_told_in_words_and_not_counted(client: FlaskClient, floor: Floor) -> None:
    pins, gate = client.application.extensions["house"].pins, threading.Event()
    with ThreadPoolExecutor(PIN_CHECK_THREADS + MAX_WAITING_PIN_CHECKS) as others:
        for _ in range(PIN_CHECK_THREADS):
            pins._threads.submit(gate.wait)
        waiting = [
            others.submit(pins.fits, hash_pin("1"), "1") for _ in range(PIN_CHECK_THREADS + MAX_WAITING_PIN_CHECKS)
        ]
        while pins._places.acquire(blocking=False):  # until every place is theirs
            pins._places.release()
        answer = client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": "0000"})
        gate.set()
        assert all(one.result() for one in waiting)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "ただいま混み合っています" in answer.text
    assert 'value="s-1" checked' in answer.text
    assert first_row(floor.db, "select 1 from pin_locks") is None


def test_a_paired_tablet_in_wrong_hands_locks_nobody_out_of_the_counter_beside_it(
    client: FlaskClient, floor: Floor, lead: FlaskClient
) -> None:
    tablet, other = (paired(client.application, floor, "counter", "counter-1") for _ in range(2))
    for _ in range(20):
        tablet.post("/staff/counter-1/login", data={"staff": "s-1", "pin": "0000"})
    assert sign_in(tablet) == 401
    assert sign_in(other) == sign_in(client) == 303
    assert "a counter" in lead.get("/staff/counter-2/pins").text


def test_a_laptop_that_is_not_paired_tries_no_pin(client: FlaskClient, floor: Floor) -> None:
    stranger = laptop(client.application)
    assert all("data-pin" not in stranger.post("/staff/counter-1/login", data=WRONG).text for _ in range(20))
    assert first_row(floor.db, "select 1 from pin_locks") is None
    assert sign_in(client) == 303
