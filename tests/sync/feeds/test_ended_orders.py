"""An order that has ended keeps its number and state, and no name."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database

from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import OPEN_STATES, State
from edge.platform.database import first_row, open_hq
from edge.platform.migration import migrate
from edge.validation.row_codec import decode_row
from sync.feeds.ended_orders import CHECK_INTERVAL_S, ENDED_STATES, EndedOrders
from tests.edge.floor import order

NAME = "サトウ ミナミ"


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path)
    db = open_hq(tmp_path)
    yield db
    db.close()


def put(db: Database, state: State, version: int = 1) -> None:
    text = msgspec.json.encode(order(state=state)).decode()
    db.conn.execute("insert or replace into orders (key, version, body) values ('o-1', ?, ?)", (version, text))


def kept(db: Database) -> OrderRow:
    row = first_row(db, "select body from orders")
    assert row is not None
    return decode_row(row[0], OrderRow)


@pytest.mark.parametrize("state", list(State))
def test_the_name_of_an_order_that_has_ended_goes_and_all_others_stay(mirror: Database, state: State) -> None:
    put(mirror, state)
    ended = EndedOrders(mirror)
    assert (state in ENDED_STATES) is (state not in OPEN_STATES | {State.NO_SHOW})
    assert ended.look(0.0) == 0, "a hand-over may still be taken back"
    assert ended.look(CHECK_INTERVAL_S - 1) == 0
    assert ended.look(CHECK_INTERVAL_S) == int(state in ENDED_STATES)
    row = kept(mirror)
    assert row.name == ("" if state in ENDED_STATES else NAME)
    assert row.secret_sha256, "whoever shows the code again is told that it was handed over"
    assert (row.number, row.state, len(row.lines)) == ("4821", state, 1)
    assert ended.look(2 * CHECK_INTERVAL_S) == ended.look(3 * CHECK_INTERVAL_S) == 0


def test_an_order_that_hq_sends_anew_has_its_minute_again(mirror: Database) -> None:
    put(mirror, State.HANDED_OVER)
    ended = EndedOrders(mirror)
    ended.look(0.0)
    put(mirror, State.HANDED_OVER, version=2)
    assert ended.look(CHECK_INTERVAL_S) == 0
    put(mirror, State.ARRIVED, version=3)  # taken back
    assert ended.look(2 * CHECK_INTERVAL_S) == 0
    assert kept(mirror).name == NAME


def test_nothing_of_a_name_is_left_in_the_file(mirror: Database, tmp_path: Path) -> None:
    put(mirror, State.CANCELLED)
    ended = EndedOrders(mirror)
    ended.look(0.0)
    ended.look(CHECK_INTERVAL_S)
    mirror.conn.execute("pragma wal_checkpoint(truncate)")
    assert NAME.encode() not in (tmp_path / "hq.db").read_bytes()
