"""HQ counts what the store did into its own rows, once, and says up to where."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.pickup.life import Action, State
from edge.pickup.order import OrderRow
from edge.stock import StockRow
from edge.store import rows, writing
from sync.hq import bodies, feed
from sync.hq.collector import keep
from sync.hq.counting import ACTIONS
from sync.hq.schema import migrate, open_hq_store
from tests.sync.hq.telling import Teller

GTIN = "04901234567894"
OTHER = "04912345678904"
BOTH = (GTIN, OTHER)
KINDS = {action: kind.removeprefix("noren.") for kind, action in ACTIONS.items()}


def stock(db: Database, on_hand: int, gtin: str = GTIN) -> None:
    with writing(db):
        body = {"gtin": gtin, "on_hand": on_hand, "as_of": "2026-11-21T00:00:00Z"}
        feed.put(db, "stock", "ginza", [(gtin, bodies.text("stock", gtin, body))])


def order(db: Database, state: State, **about: Any) -> None:
    with writing(db):
        body = {"order": "o1", "store": "ginza", "number": "4821", "state": state, **about}
        feed.put(db, "orders", "ginza", [("o1", bodies.text("orders", "o1", body))])


def stock_row(db: Database, gtin: str = GTIN) -> StockRow:
    return msgspec.json.decode(feed.body(db, "stock", "ginza", gtin) or "", type=StockRow)


def order_row(db: Database) -> OrderRow:
    return msgspec.json.decode(feed.body(db, "orders", "ginza", "o1") or "", type=OrderRow)


def moved(quantity: int, reserved: int = 0, gtin: str = GTIN) -> tuple[str, dict[str, Any]]:
    return "stock.moved", {"gtin": gtin, "quantity": quantity, "reserved": reserved, "reason": "sale"}


def stepped(action: Action) -> tuple[str, dict[str, Any]]:
    return KINDS[action], {"order": "o1", "number": "4821"}


def test_goods_that_moved_change_hqs_stock_and_say_up_to_where(hq: Database) -> None:
    stock(hq, 10)
    before = feed.stand(hq, "stock", "ginza")
    teller = Teller(lane=1)
    teller.tell(*moved(-2, -1), gap=6)
    teller.tell(*moved(1))
    keep(hq, *teller.all())
    row = stock_row(hq)
    assert (row.on_hand, row.reserved, row.epoch, row.through_seq) == (9, -1, "e1", 8)
    after = feed.stand(hq, "stock", "ginza")
    assert before
    assert after
    assert after.version == before.version + 1


def test_a_batch_sent_again_is_not_counted_again(hq: Database) -> None:
    stock(hq, 10)
    teller = Teller(lane=1)
    teller.tell(*moved(-2))
    for _ in range(3):
        keep(hq, *teller.all())
    assert stock_row(hq).on_hand == 8


def test_goods_hq_keeps_no_stock_of_are_facts_only(hq: Database) -> None:
    teller = Teller(lane=1)
    teller.tell(*moved(-2))
    keep(hq, *teller.all())
    assert feed.stand(hq, "stock", "ginza") is None
    assert len(rows(hq, "select * from facts")) == 1


def test_an_order_goes_on_as_the_store_took_it_on(hq: Database) -> None:
    order(hq, State.PLACED)
    teller = Teller()
    for action in (Action.ACCEPT, Action.PICK, Action.READY, Action.ARRIVE, Action.HAND_OVER):
        teller.tell(*stepped(action))
    keep(hq, *teller.all())
    row = order_row(hq)
    assert (row.state, row.epoch, row.through_seq) == (State.HANDED_OVER, "e1", 5)
    assert row.handed_over_at == "2026-11-21T10:42:00.123Z"
    teller.tell(*stepped(Action.UNDO))
    keep(hq, *teller.all())
    assert (order_row(hq).state, order_row(hq).handed_over_at) == (State.ARRIVED, None)


def test_a_hand_over_wins_over_hqs_cancellation_and_becomes_one_task(hq: Database) -> None:
    order(hq, State.CANCELLED)
    teller = Teller()
    teller.tell(*stepped(Action.HAND_OVER))
    teller.tell("pickup.conflict", {"order": "o1", "number": "4821"})
    keep(hq, *teller.all())
    assert order_row(hq).state is State.HANDED_OVER
    assert [(row["order_id"], row["number"]) for row in rows(hq, "select * from conflicts")] == [("o1", "4821")]


def test_a_hand_over_taken_back_leaves_hqs_cancellation_standing_and_nothing_to_decide(hq: Database) -> None:
    order(hq, State.CANCELLED)
    teller = Teller()
    teller.tell(*stepped(Action.HAND_OVER))
    teller.tell("pickup.conflict", {"order": "o1", "number": "4821"})
    teller.tell(*stepped(Action.UNDO))
    keep(hq, *teller.all())
    assert order_row(hq).state is State.CANCELLED
    assert [row["settled"] is None for row in rows(hq, "select settled from conflicts")] == [False]


@pytest.mark.parametrize("action", [Action.PICK, Action.READY, Action.ARRIVE])
def test_any_other_step_on_a_cancelled_order_has_no_effect_but_is_counted(hq: Database, action: Action) -> None:
    order(hq, State.CANCELLED)
    teller = Teller()
    teller.tell(*stepped(action))
    keep(hq, *teller.all())
    assert (order_row(hq).state, order_row(hq).through_seq) == (State.CANCELLED, 1)


def test_a_store_cannot_move_another_stores_order_by_its_stub(hq: Database) -> None:
    order(hq, State.READY, store="yokohama")
    teller = Teller()
    teller.tell(*stepped(Action.HAND_OVER))
    keep(hq, *teller.all())
    assert order_row(hq).state is State.READY


@settings(max_examples=40, deadline=None)
@given(
    moves=st.lists(st.tuples(st.sampled_from(BOTH), st.integers(-5, 5), st.integers(-2, 2)), min_size=1, max_size=12),
    sendings=st.lists(st.tuples(st.integers(0, 11), st.integers(1, 12)), max_size=12),
)
def test_hqs_number_and_what_it_has_not_counted_are_always_the_truth(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, int, int]], sendings: list[tuple[int, int]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("hq")
    migrate(folder)
    db = open_hq_store(folder)
    for gtin in BOTH:
        stock(db, 100, gtin)
    teller = Teller(lane=1)
    for gtin, quantity, reserved in moves:
        teller.tell(*moved(quantity, reserved, gtin), gap=1)
    for begin, length in sendings:
        begin %= len(moves)
        keep(db, *teller.batch(begin, min(len(moves), begin + length)))
        for gtin in BOTH:
            row = stock_row(db, gtin)
            waiting = [
                (quantity, reserved)
                for place, (one, quantity, reserved) in enumerate(moves)
                if one == gtin and teller.rows[place][0].seq > row.through_seq
            ]
            assert row.on_hand + sum(q for q, _ in waiting) == 100 + sum(q for one, q, _ in moves if one == gtin)
            assert row.reserved + sum(r for _, r in waiting) == sum(r for one, _, r in moves if one == gtin)
    db.conn.close()
