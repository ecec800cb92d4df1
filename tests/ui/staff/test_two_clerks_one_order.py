"""Two clerks and one order: whatever they press in whatever order, and whatever HQ says, no piece is lost or handed over twice."""

from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edge.config.station_role import Role
from edge.config.toml_schema import Station
from edge.features.pickup.order import OrderLine, find_order
from edge.features.pickup.pieces import handed_pieces, missing_pieces, present_pieces
from edge.features.pickup.put_back import is_to_put_back
from edge.features.pickup.state_machine import State
from edge.platform.database import rows
from edge.platform.process import ProcessLife
from edge.validation.localized_text import LocalizedText
from tests.ui.shop_floor import PIN, SHIRT_M, Floor, gtin14, pickup_code, tick
from ui.app import make_app
from ui.process_state.screens import Screens
from ui.staff.form_key import new_form_key

STATIONS = ("counter-1", "counter-2")
LINES = [OrderLine(line=1, gtin=SHIRT_M, quantity=2), OrderLine(line=2, gtin=gtin14(101))]
PIECES = ("1-1", "1-2", "2-1")
WORDS_OF_HQ = ("cancel", "partial", "whole")
PRESSES = ("tick", "missing", "found", "short", "undo", "ready", "hand-over", "lock", "restock")
PRESS = st.tuples(st.sampled_from(PRESSES), st.sampled_from((0, 1)), st.sampled_from(PIECES))
WORD = st.tuples(st.sampled_from(WORDS_OF_HQ), st.just(0), st.just(""))
NUMBERS = count(5000)


class Shop:
    """An order at two counters, each with a clerk, and HQ's last word on it."""

    def __init__(self, floor: Floor, app: Flask) -> None:
        self.floor, self.number, self.partial, self.cancelled = floor, str(next(NUMBERS)), False, False
        self.was_out = False
        self.clerks = [app.test_client(), app.test_client()]
        self._say()
        for clerk, station in zip(self.clerks, STATIONS, strict=True):
            clerk.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
            self._sign_in(clerk, station)
        self._post(0, "pick")

    def _say(self) -> None:
        state = State.CANCELLED if self.cancelled else State.PLACED
        self.floor.order(self.number, state, lines=LINES, partial=self.partial)

    def _sign_in(self, clerk: FlaskClient, station: str) -> None:
        clerk.post(f"/staff/{station}/login", data={"staff": "s-1", "pin": PIN})

    def _post(self, who: int, step: str, **form: object) -> None:
        form = {"key": new_form_key(), **form}
        self.clerks[who].post(f"/staff/{STATIONS[who]}/order/o-{self.number}/{step}", data=form)

    def press(self, what: str, who: int, piece: str) -> None:
        match what:
            case "cancel" | "partial" | "whole":
                self.cancelled |= what == "cancel"
                self.partial = what == "partial"
                self._say()
            case "tick":
                tick(self.clerks[who], f"o-{self.number}", *PIECES, station=STATIONS[who])
            case "missing":
                self._post(who, "missing", reason="not_found", piece=piece)
            case "ready":
                self._post(who, "ready", shelf="C-3")
            case "lock":
                self.clerks[who].post(f"/staff/{STATIONS[who]}/lock")
                self._sign_in(self.clerks[who], STATIONS[who])
            case "hand-over":
                self.floor.scan(pickup_code(self.number), STATIONS[who])
                self._post(who, "hand-over")
            case step:
                self._post(who, step, piece=piece)

    def check(self) -> None:
        """Each piece is in one place, and the facts and the stock say the same."""
        order = find_order(self.floor.db, self.floor.hq, self.floor.box, f"o-{self.number}")
        assert order is not None
        missing, there = set(missing_pieces(order)), set(present_pieces(order))
        assert (missing | there, missing & there) == (set(PIECES), set())
        given_out = [step.action for step in order.steps if step.action in ("hand_over", "undo")]
        assert given_out == (["hand_over", "undo"] * len(given_out))[: len(given_out)]
        is_out = given_out[-1:] == ["hand_over"]
        assert is_out is (order.state is State.HANDED_OVER)
        out = set(handed_pieces(order) or ()) if is_out else set()
        assert out in (set(), there)
        assert self.was_out or not is_out or not missing or self.partial
        self.was_out = is_out
        ended = order.state in (State.CANCELLED, State.UNFULFILLABLE)
        assert is_to_put_back(self.floor.db, order) is (ended and bool(there))
        assert self._stock() == (-len(out), -len(PIECES) if is_out else 0)

    def _stock(self) -> tuple[int, int]:
        """The pieces that left the shop's shelves and its reserve by this order's steps."""
        sql = """select coalesce(sum(m.quantity), 0) as pieces, coalesce(sum(m.reserved), 0) as reserved from stock_moves m
                 join journal j on j.seq = m.fact where j.event ->> '$.causation' in
                 (select 'journal/' || fact from pickup_steps where order_id = ?)"""
        (found,) = rows(self.floor.db, sql, (f"o-{self.number}",))
        return found["pieces"], found["reserved"]


@pytest.fixture
def app(floor: Floor) -> Flask:
    floor.config.stations.append(Station(id="counter-2", role=Role.COUNTER, name=LocalizedText(ja="奥")))
    return make_app(floor.config, floor.box, Screens(), ProcessLife())


PART = [
    ("partial", 0, ""),
    ("missing", 0, "2-1"),
    ("tick", 0, ""),
    ("ready", 0, ""),
    ("tick", 1, ""),
    ("hand-over", 1, ""),
]


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(PRESS, PRESS, PRESS, WORD), min_size=4, max_size=14))
@example([*PART, ("undo", 1, ""), ("missing", 0, "1-1"), ("short", 0, ""), ("undo", 0, ""), ("tick", 0, "")])
@example([*PART, ("tick", 0, ""), ("hand-over", 0, ""), ("cancel", 0, ""), ("undo", 1, ""), ("tick", 1, "")])
@example([("tick", 0, ""), ("ready", 0, ""), ("tick", 1, ""), ("missing", 0, "1-2"), ("hand-over", 1, "")])
def test_no_piece_is_lost_or_doubled_whatever_two_clerks_and_hq_do(
    floor: Floor, app: Flask, presses: list[tuple[str, int, str]]
) -> None:
    shop = Shop(floor, app)
    for what, who, piece in presses:
        shop.press(what, who, piece)
        shop.check()
