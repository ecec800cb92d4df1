"""A step that waits for the database's lock is not taken in the name of a clerk who has locked or signed out meanwhile."""

from collections.abc import Callable

import pytest
from flask import request
from flask.testing import FlaskClient

from edge.features.pickup.state_machine import State
from edge.features.staff import calls as staff_calls
from edge.features.staff.pin_check import hash_pin
from edge.features.staff.sessions import Staff
from edge.platform.clock import now
from edge.platform.database import first_row, rows, writing
from edge.platform.process import ProcessLife
from tests.ui.shop_floor import PIN, Floor, pickup_code, tick
from ui.app import make_app
from ui.process_state.screens import Screens
from ui.request_context import shop
from ui.staff.form_key import new_form_key

HERE = "/staff/counter-1/order/o-4821"
LEAVES = "Test-Leaves"  # the header of a request whose clerk locks the tablet while it waits for the write lock


@pytest.fixture
def clerk(floor: Floor) -> FlaskClient:
    """A lead at counter-1 who leaves, by a request's header, while it waits for its second transaction: the first is the
    session's own sign of life."""
    app = make_app(floor.config, floor.box, Screens(), ProcessLife())

    @app.before_request
    def _watch() -> None:
        begun: list[str] = []

        def leave(statement: str) -> None:
            if statement == "begin immediate" and LEAVES in request.headers:
                begun.append(statement)
                if len(begun) == 2:
                    with writing(floor.db):
                        floor.db.conn.execute("delete from staff_sessions")

        shop().db.conn.set_trace_callback(leave)

    asking = app.test_client()
    asking.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    floor.feed("staff", "s-9", Staff(staff="s-9", name="原 みどり", mark="原", role="lead", pin=hash_pin(PIN)))
    asking.post("/staff/counter-1/login", data={"staff": "s-9", "pin": PIN})
    return asking


def _ready(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821")
    floor.scan(pickup_code("4821"), "counter-1")
    tick(clerk, "o-4821", "1-1")


def _given(clerk: FlaskClient, floor: Floor) -> None:
    _ready(clerk, floor)
    clerk.post(f"{HERE}/hand-over", data={"key": new_form_key()})


def _placed(_clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PLACED)


def _called(_clerk: FlaskClient, floor: Floor) -> None:
    with writing(floor.db):
        staff_calls.call_staff(floor.db, "kiosk-1", now())


STEPS: dict[str, tuple[Callable[[FlaskClient, Floor], None], str, dict[str, str]]] = {
    "hand over": (_ready, f"{HERE}/hand-over", {}),
    "undo": (_given, f"{HERE}/undo", {}),
    "accept": (_placed, f"{HERE}/accept", {}),
    "tick": (_ready, f"{HERE}/tick", {"piece": "1-1", "on": "no"}),
    "it is not them": (_ready, f"{HERE}/refuse", {}),
    "open the name": (_ready, f"{HERE}/check", {}),
    "answer a call": (_called, "/staff/counter-1/calls/1/answer", {}),
    "unlock a PIN": (_placed, "/staff/counter-1/pins/s-1/unlock", {}),
}


def _kept(floor: Floor) -> list[dict[str, object]]:
    told = rows(floor.db, "select seq, type from journal order by seq")
    return [*told, *rows(floor.db, "select seq, answered from staff_calls")]


@pytest.mark.parametrize("name", STEPS)
def test_nothing_is_done_for_a_clerk_who_has_left(clerk: FlaskClient, floor: Floor, name: str) -> None:
    before, address, form = STEPS[name]
    before(clerk, floor)
    was = _kept(floor)
    answer = clerk.post(address, data={"key": new_form_key(), **form}, headers={LEAVES: "yes"})
    assert first_row(floor.db, "select 1 from staff_sessions") is None
    assert (_kept(floor), answer.status_code, answer.location) == (was, 303, "/staff/counter-1/login")


@pytest.mark.parametrize("name", STEPS)
def test_the_same_is_done_for_a_clerk_who_is_there(clerk: FlaskClient, floor: Floor, name: str) -> None:
    before, address, form = STEPS[name]
    before(clerk, floor)
    answer = clerk.post(address, data={"key": new_form_key(), **form})
    assert "login" not in (answer.location or "")


def test_a_visitor_is_not_shown_to_a_clerk_who_has_left(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan("M12345678", "counter-1")
    was = _kept(floor)
    answer = clerk.get(f"/staff/counter-1/visitor/{seq}", headers={LEAVES: "yes"})
    assert (_kept(floor), answer.location) == (was, "/staff/counter-1/login")
