"""The ready board: numbers only, newest first."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import apply_transition
from edge.platform.clock import now, utc_text
from edge.platform.database import writing
from tests.support import pickup_steps as steps
from tests.ui.shop_floor import FULL_NAME, Floor
from ui.board import board_numbers


def test_the_board_shows_what_is_ready_and_what_is_being_prepared(client: FlaskClient, floor: Floor) -> None:
    for number, state in (
        ("4821", State.READY),
        ("4790", State.ARRIVED),
        ("4826", State.PICKING),
        ("4829", State.PLACED),
    ):
        floor.order(number, state)
    for number, state in (("1111", State.HANDED_OVER), ("2222", State.CANCELLED), ("3333", State.NO_SHOW)):
        floor.order(number, state)
    floor.order("4444", store="yurakucho")
    found = board_numbers(floor.shop, now().time)
    assert sorted(found.ready) == ["4790", "4821"]
    assert sorted(found.making) == ["4826", "4829"]
    page = client.get("/board").text
    assert not any(number in page for number in ("1111", "2222", "3333", "4444"))


def test_the_number_made_ready_last_stands_first(floor: Floor) -> None:
    for number in ("1001", "1002", "1003"):
        floor.order(number, State.PICKING)
    for number in ("1002", "1003", "1001"):
        with writing(floor.db):
            ask = steps.step(Action.READY, number, f"o-{number}")
            apply_transition(floor.db, floor.hq, floor.box, ask, now())
    assert board_numbers(floor.shop, now().time).ready == ["1001", "1003", "1002"]


def test_the_board_knows_no_names(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821", member="m-1")
    for page in ("/board", "/board/numbers"):
        html = client.get(page).text
        assert "4821" in html
        assert FULL_NAME not in html
        assert "サトウ" not in html
        assert "o-4821" not in html


def test_an_empty_board_says_so(client: FlaskClient) -> None:
    assert "No orders are ready" in client.get("/board/numbers").text


def ago(**ages: float) -> str:
    return utc_text(datetime.now(UTC) - timedelta(**ages))


def step(floor: Floor, number: str, action: Action) -> None:
    with writing(floor.db):
        ask = steps.step(action, order=f"o-{number}")
        apply_transition(floor.db, floor.hq, floor.box, ask, now())


def test_what_was_made_ready_days_ago_stands_on_its_shelf_and_not_on_the_board(floor: Floor) -> None:
    for day in range(1, 8):
        floor.order(f"100{day}", promise_at=ago(days=day))
    floor.order("2001", promise_at=ago(minutes=30))
    floor.order("2002", promise_at=ago(days=-3))
    assert board_numbers(floor.shop, now().time).ready == ["2001"]


def test_a_shopper_who_comes_for_an_order_of_last_week_is_shown_their_number(floor: Floor) -> None:
    floor.order("1007", promise_at=ago(days=7))
    step(floor, "1007", Action.ARRIVE)
    assert board_numbers(floor.shop, now().time).ready == ["1007"]


def test_a_number_just_made_ready_is_called_whatever_was_promised(floor: Floor) -> None:
    floor.order("1001", State.PICKING, promise_at=ago(days=2))
    assert board_numbers(floor.shop, now().time).making == []
    step(floor, "1001", Action.READY)
    assert board_numbers(floor.shop, now().time).ready == ["1001"]


@pytest.mark.parametrize(("action", "hours"), [(Action.READY, 2), (Action.ARRIVE, 4)])
def test_a_number_leaves_the_board_when_nobody_has_come_for_it(floor: Floor, action: Action, hours: int) -> None:
    floor.order("1001", State.PICKING if action is Action.READY else State.READY, promise_at=ago(days=2))
    step(floor, "1001", action)
    for after, shown in ((-0.1, ["1001"]), (0.1, [])):
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours + after)):
            assert board_numbers(floor.shop, now().time).ready == shown


def test_an_order_of_next_week_is_not_being_prepared_yet(floor: Floor) -> None:
    floor.order("1001", State.PLACED, promise_at=ago(days=-7))
    floor.order("1002", State.PLACED, promise_at=ago(hours=-3))
    floor.order("1003", State.PICKING, promise_at=ago(days=4))
    assert board_numbers(floor.shop, now().time).making == ["1002"]
    step(floor, "1003", Action.ARRIVE)
    assert board_numbers(floor.shop, now().time).making == ["1003", "1002"]
