"""The ready board: numbers only, newest first."""

from flask.testing import FlaskClient

from edge.clock import now
from edge.pickup.life import Action, State
from edge.pickup.step import Request, take
from edge.store import writing
from tests.ui.shop_floor import FULL_NAME, Floor
from ui.board import numbers


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
    found = numbers(floor.shop)
    assert sorted(found.ready) == ["4790", "4821"]
    assert sorted(found.making) == ["4826", "4829"]
    page = client.get("/board").text
    assert not any(number in page for number in ("1111", "2222", "3333", "4444"))


def test_the_number_made_ready_last_stands_first(floor: Floor) -> None:
    for number in ("1001", "1002", "1003"):
        floor.order(number, State.PICKING)
    for number in ("1002", "1003", "1001"):
        with writing(floor.db):
            ask = Request(key=number, order=f"o-{number}", action=Action.READY)
            take(floor.db, floor.hq, floor.box, ask, now())
    assert numbers(floor.shop).ready == ["1001", "1003", "1002"]


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
