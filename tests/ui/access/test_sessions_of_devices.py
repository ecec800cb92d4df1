"""A clerk's session is valid on the device on which it began: a stolen token is worth nothing elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from edge.features import paired_devices
from edge.platform.clock import now
from edge.platform.database import writing
from edge.platform.process import ProcessLife
from tests.edge.floor import facts
from tests.ui.on_the_network import paired
from tests.ui.shop_floor import PIN, Floor
from ui.app import make_app
from ui.process_state.screens import Screens
from ui.staff.shell import cookie_name


@pytest.fixture
def app(floor: Floor, screens: Screens) -> Flask:
    return make_app(floor.config, floor.box, screens, ProcessLife())


def signed_in(asking: FlaskClient) -> str:
    """Sign in; the session's token."""
    answer = asking.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert (answer.status_code, answer.location) == (303, "/staff/counter-1/work")
    return answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


def given(asking: FlaskClient) -> list[str]:
    """The session's cookie as an answer sets it anew."""
    answer = asking.get("/staff/counter-1")
    assert answer.status_code == 200
    return [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(cookie_name("counter-1"))]


def steal(asking: FlaskClient, token: str, domain: str) -> None:
    asking.set_cookie(cookie_name("counter-1"), token, domain=domain, path="/staff/counter-1")


def test_a_token_is_refused_on_another_device(app: Flask, floor: Floor) -> None:
    floor.order("4821")
    tablet, other = (paired(app, floor, "counter", "counter-1") for _ in range(2))
    token = signed_in(tablet)
    assert tablet.get("/staff/counter-1").status_code == 200
    steal(other, token, "192.168.4.20")
    assert other.get("/staff/counter-1").location.startswith("/staff/counter-1/login")
    assert "4821" not in other.get("/staff/counter-1", follow_redirects=True).text
    assert other.get("/staff/counter-1/status/cards").status_code == 403
    box = app.test_client()
    steal(box, token, "localhost")
    assert box.get("/staff/counter-1").status_code == 303
    # the owner works on: that somebody tried costs them nothing
    assert tablet.get("/staff/counter-1").status_code == 200


def test_a_token_of_the_boxs_own_screen_is_refused_on_a_device(app: Flask, floor: Floor, client: FlaskClient) -> None:
    token = signed_in(client)
    assert client.get("/staff/counter-1").status_code == 200
    tablet = paired(app, floor, "counter", "counter-1")
    steal(tablet, token, "192.168.4.20")
    assert tablet.get("/staff/counter-1").status_code == 303


def test_a_session_ends_with_its_device(app: Flask, floor: Floor) -> None:
    tablet = paired(app, floor, "counter", "counter-1")
    token = signed_in(tablet)
    with writing(floor.db):
        paired_devices.revoke_device(floor.db, floor.box, paired_devices.all_paired_devices(floor.db)[0].id, now())
    assert tablet.get("/staff/counter-1").status_code == 403
    again = paired(app, floor, "counter", "counter-1")
    steal(again, token, "192.168.4.20")
    assert again.get("/staff/counter-1").status_code == 303


def test_two_tablets_at_one_counter_both_work_on(app: Flask, floor: Floor) -> None:
    first, second = (paired(app, floor, "counter", "counter-1") for _ in range(2))
    signed_in(first)
    signed_in(second)
    assert first.get("/staff/counter-1").status_code == second.get("/staff/counter-1").status_code == 200


def test_a_session_in_use_gets_a_new_secret_and_a_copy_of_the_old_one_ends_it(app: Flask, floor: Floor) -> None:
    tablet = paired(app, floor, "counter", "counter-1")
    token, start = signed_in(tablet), datetime.now(UTC)
    for minutes in (2, 4):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert given(tablet) == []
    with time_machine.travel(start + timedelta(minutes=5.1)):
        (new,) = given(tablet)
        assert all(part in new for part in ("HttpOnly", "SameSite=Strict", "Path=/staff/counter-1"))
        assert tablet.get("/staff/counter-1").status_code == 200
    with time_machine.travel(start + timedelta(minutes=6)):
        assert tablet.get("/staff/counter-1").status_code == 200
        steal(tablet, token, "192.168.4.20")  # all cookies of the tablet, copied to another machine before
        assert tablet.get("/staff/counter-1").status_code == 303
    assert [one["staff"] for one in facts(floor.shop, "staff.session_copied")] == ["s-1"]


@pytest.mark.parametrize("path", ["lock", "login"])
def test_an_answer_that_ends_or_begins_a_session_sends_no_other_secret(app: Flask, floor: Floor, path: str) -> None:
    tablet, start = paired(app, floor, "counter", "counter-1"), datetime.now(UTC)
    signed_in(tablet)
    for minutes in (2, 4):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            given(tablet)
    with time_machine.travel(start + timedelta(minutes=5.1)):
        tablet.post(f"/staff/counter-1/{path}", data={"staff": "s-1", "pin": PIN})
        assert tablet.get("/staff/counter-1").status_code == (200 if path == "login" else 303)
