"""A clerk's session is valid on the device on which it began: a stolen token is worth nothing elsewhere."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from edge.features import paired_devices
from edge.platform.clock import now
from edge.platform.database import writing
from edge.platform.process import ProcessLife
from tests.ui.on_the_network import paired
from tests.ui.shop_floor import PIN, Floor
from ui.app import make_app
from ui.process_state.screens import Screens
from ui.staff.shell import cookie


@pytest.fixture
def app(floor: Floor, screens: Screens) -> Flask:
    return make_app(floor.config, floor.box, screens, ProcessLife())


def signed_in(asking: FlaskClient) -> str:
    """Sign in; the session's token."""
    answer = asking.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert (answer.status_code, answer.location) == (303, "/staff/counter-1")
    return answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


def steal(asking: FlaskClient, token: str, domain: str) -> None:
    asking.set_cookie(cookie("counter-1"), token, domain=domain, path="/staff/counter-1")


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


def test_a_session_from_before_the_update_is_nobodys(client: FlaskClient, floor: Floor) -> None:
    signed_in(client)
    floor.db.conn.execute("update staff_sessions set device = ''")
    assert client.get("/staff/counter-1").status_code == 303
