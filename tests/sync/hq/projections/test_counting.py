"""HQ counts what the store did into its own rows, once, and says up to which seq."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import Action, State
from edge.features.stock import StockRow
from edge.platform.database import rows, writing
from edge.validation.row_codec import encode_row
from sync.hq.feeds import feed, row_types
from sync.hq.ingest import fact_store, quarantine
from sync.hq.ingest.batch_keeping import keep_batch
from sync.hq.ingest.chain_compare import ChainedRow, chained_batch
from sync.hq.ingest.fact_store import LaneOfStore
from sync.hq.projections.counting import ACTION_OF_FACT
from sync.hq.schema import migrate, open_hq_store
from tests.sync.hq.telling import Teller

GTIN = "04901234567894"
OTHER = "04912345678904"
BOTH = (GTIN, OTHER)
KINDS = {action: kind.removeprefix("noren.") for kind, action in ACTION_OF_FACT.items()}


def stock(db: Database, on_hand: int, gtin: str = GTIN) -> None:
    with writing(db):
        body = {"gtin": gtin, "on_hand": on_hand, "as_of": "2026-11-21T00:00:00Z"}
        feed.put_rows(db, "stock", "ginza", [(gtin, row_types.checked_text("stock", gtin, body))])


def order(db: Database, state: State, **about: Any) -> None:
    with writing(db):
        body = {"order": "o1", "store": "ginza", "number": "4821", "state": state, **about}
        feed.put_rows(db, "orders", "ginza", [("o1", row_types.checked_text("orders", "o1", body))])


def stock_row(db: Database, gtin: str = GTIN) -> StockRow:
    return msgspec.json.decode(feed.row_body(db, "stock", "ginza", gtin) or "", type=StockRow)


def order_row(db: Database) -> OrderRow:
    return msgspec.json.decode(feed.row_body(db, "orders", "ginza", "o1") or "", type=OrderRow)


def moved(quantity: int, reserved: int = 0, gtin: str = GTIN) -> tuple[str, dict[str, Any]]:
    return "stock.moved", {"gtin": gtin, "quantity": quantity, "reserved": reserved, "reason": "sale"}


def stepped(action: Action) -> tuple[str, dict[str, Any]]:
    return KINDS[action], {"order": "o1", "number": "4821"}


def test_goods_that_moved_change_hqs_stock_and_say_up_to_where(hq: Database) -> None:
    stock(hq, 10)
    before = feed.feed_position(hq, "stock", "ginza")
    teller = Teller(lane=1)
    teller.tell(*moved(-2, -1), gap=6)
    teller.tell(*moved(1))
    keep_batch(hq, *teller.all())
    row = stock_row(hq)
    assert (row.on_hand, row.reserved, row.epoch, row.through_seq) == (9, -1, "e1", 8)
    after = feed.feed_position(hq, "stock", "ginza")
    assert before
    assert after
    assert after.version == before.version + 1


def test_a_batch_sent_again_is_not_counted_again(hq: Database) -> None:
    stock(hq, 10)
    teller = Teller(lane=1)
    teller.tell(*moved(-2))
    for _ in range(3):
        keep_batch(hq, *teller.all())
    assert stock_row(hq).on_hand == 8


def test_goods_hq_keeps_no_stock_of_are_facts_only(hq: Database) -> None:
    teller = Teller(lane=1)
    teller.tell(*moved(-2))
    keep_batch(hq, *teller.all())
    assert feed.feed_position(hq, "stock", "ginza") is None
    assert len(rows(hq, "select * from facts")) == 1


def test_an_order_goes_on_as_the_store_took_it_on(hq: Database) -> None:
    order(hq, State.PLACED)
    teller = Teller()
    for action in (Action.ACCEPT, Action.PICK, Action.READY, Action.ARRIVE, Action.HAND_OVER):
        teller.tell(*stepped(action))
    keep_batch(hq, *teller.all())
    row = order_row(hq)
    assert (row.state, row.epoch, row.through_seq) == (State.HANDED_OVER, "e1", 5)
    assert row.handed_over_at == datetime(2026, 11, 21, 10, 42, 0, 123_000, tzinfo=UTC)
    teller.tell(*stepped(Action.UNDO))
    keep_batch(hq, *teller.all())
    assert (order_row(hq).state, order_row(hq).handed_over_at) == (State.ARRIVED, None)


def test_a_hand_over_wins_over_hqs_cancellation_and_becomes_one_task(hq: Database) -> None:
    order(hq, State.CANCELLED)
    teller = Teller()
    teller.tell(*stepped(Action.HAND_OVER))
    teller.tell("pickup.conflict", {"order": "o1", "number": "4821"})
    keep_batch(hq, *teller.all())
    assert order_row(hq).state is State.HANDED_OVER
    assert [(row["order_id"], row["number"]) for row in rows(hq, "select * from conflicts")] == [("o1", "4821")]


def test_a_hand_over_taken_back_leaves_hqs_cancellation_standing_and_nothing_to_decide(hq: Database) -> None:
    order(hq, State.CANCELLED)
    teller = Teller()
    teller.tell(*stepped(Action.HAND_OVER))
    teller.tell("pickup.conflict", {"order": "o1", "number": "4821"})
    teller.tell(*stepped(Action.UNDO))
    keep_batch(hq, *teller.all())
    assert order_row(hq).state is State.CANCELLED
    assert [row["settled"] is None for row in rows(hq, "select settled from conflicts")] == [False]


@pytest.mark.parametrize("action", [Action.PICK, Action.READY, Action.ARRIVE])
def test_any_other_step_on_a_cancelled_order_has_no_effect_but_is_counted(hq: Database, action: Action) -> None:
    order(hq, State.CANCELLED)
    teller = Teller()
    teller.tell(*stepped(action))
    keep_batch(hq, *teller.all())
    assert (order_row(hq).state, order_row(hq).through_seq) == (State.CANCELLED, 1)


def test_pieces_that_are_missing_leave_an_order_where_it_is_and_giving_it_up_is_taken_back(hq: Database) -> None:
    order(hq, State.READY)
    teller = Teller()
    seen = []
    for action, more in ((Action.PART_SHORT, {}), (Action.SHORT, {}), (Action.UNDO_SHORT, {"to": State.READY})):
        name, data = stepped(action)
        teller.tell(name, {**data, **more})
        keep_batch(hq, *teller.all())
        seen.append(order_row(hq).state)
    assert seen == [State.READY, State.UNFULFILLABLE, State.READY]


def test_an_order_that_was_given_up_goes_to_no_other_store_by_itself(hq: Database) -> None:
    """What becomes of it is a person's decision: HQ's rows of every store are what they were, but for its state here."""
    order(hq, State.PICKING)
    before = {(row["scope"], row["key"]) for row in rows(hq, "select scope, key from rows where feed = 'orders'")}
    teller = Teller()
    for action in (Action.PART_SHORT, Action.SHORT):
        teller.tell(*stepped(action))
    keep_batch(hq, *teller.all())
    after = {(row["scope"], row["key"]) for row in rows(hq, "select scope, key from rows where feed = 'orders'")}
    assert (after, order_row(hq).store, order_row(hq).state) == (before, "ginza", State.UNFULFILLABLE)


def test_a_store_cannot_move_another_stores_order_by_its_stub(hq: Database) -> None:
    order(hq, State.READY, store="yokohama")
    teller = Teller()
    teller.tell(*stepped(Action.HAND_OVER))
    keep_batch(hq, *teller.all())
    assert order_row(hq).state is State.READY


TOLD = ["pickup.conflict", *KINDS.values()]


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("state", [State.READY, State.CANCELLED, State.HANDED_OVER])
@pytest.mark.parametrize("stub", [True, False], ids=["as a neighbour", "unheard of"])
def test_what_a_store_tells_about_another_stores_order_is_a_fact_and_nothing_else(
    hq: Database, kind: str, state: State, stub: bool
) -> None:
    """The order is yokohama's; ginza may have its stub. Told twice, and once more by a number of its own making."""
    body = OrderRow(order="o1", store="yokohama", number="4821", state=state)
    with writing(hq):
        feed.put_rows(hq, "orders", "yokohama", [("o1", encode_row(body))])
        if stub:
            feed.put_rows(hq, "orders", "ginza", [("o1", encode_row(body))])
    before = rows(hq, "select * from rows")
    teller = Teller()
    for number in ("4821", "4821", "9999"):
        teller.tell(kind, {"order": "o1", "number": number})
    keep_batch(hq, *teller.all())
    assert rows(hq, "select * from conflicts") == []
    assert rows(hq, "select * from rows") == before
    assert len(rows(hq, "select * from facts")) == 3
    refused = {row["reason"]: row["times"] for row in rows(hq, "select * from refusals where store = 'ginza'")}
    assert refused == ({"conflict_not_its_own": 3} if kind == "pickup.conflict" else {})


def _link(teller: Teller) -> ChainedRow:
    chain = chained_batch(*teller.all())
    assert chain
    return chain.links[0]


@pytest.mark.parametrize("store", ["yokohama", "ginza"])
def test_a_conflict_that_waited_in_quarantine_is_no_task_for_another_stores_order(hq: Database, store: str) -> None:
    """The other door by which facts are counted: HQ has learnt to read a row, and takes it in."""
    order(hq, State.CANCELLED, store=store)
    teller = Teller()
    teller.tell("pickup.conflict", {"order": "o1"})
    with writing(hq):
        fact_store.quarantine_row(
            hq, LaneOfStore("ginza", "e1", 0), _link(teller), "not a kind HQ knows", "2026-11-21T10:43:00.000Z"
        )
    assert quarantine.retry_quarantined(hq, quarantine.quarantined_rows(hq)[0]) is None
    assert [row["store"] for row in rows(hq, "select * from conflicts")] == (["ginza"] if store == "ginza" else [])


def test_a_conflicts_number_is_the_one_hq_gave(hq: Database) -> None:
    order(hq, State.CANCELLED)
    teller = Teller()
    teller.tell("pickup.conflict", {"order": "o1", "number": "pay 300 to 4821"})
    keep_batch(hq, *teller.all())
    assert [row["number"] for row in rows(hq, "select * from conflicts")] == ["4821"]


@settings(max_examples=40)
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
        keep_batch(db, *teller.batch(begin, min(len(moves), begin + length)))
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


def again(old: Teller, epoch: str) -> Teller:
    """The box was put back to before it knew that HQ had these, and tells them again under other numbers."""
    new = Teller(epoch=epoch, lane=old.lane)
    for row, _ in old.rows:
        new.put(1000 + row.seq, row.event)
    return new


def test_goods_told_again_are_counted_once_and_under_the_number_the_box_knows_them_by_now(hq: Database) -> None:
    stock(hq, 10)
    teller = Teller(lane=1)
    teller.tell(*moved(-2, -1))
    teller.tell(*moved(-1))
    keep_batch(hq, *teller.all())
    retold = again(teller, "e2")
    keep_batch(hq, *retold.batch(0, 1))
    row = stock_row(hq)
    assert (row.on_hand, row.reserved, row.epoch, row.through_seq) == (7, -1, "e2", 1001)
    retold.tell(*moved(-3))
    keep_batch(hq, *retold.batch(1, 3))
    row = stock_row(hq)
    assert (row.on_hand, row.reserved, row.epoch, row.through_seq) == (4, -1, "e2", 1003)


def test_an_orders_steps_told_again_are_taken_once_and_under_their_new_numbers(hq: Database) -> None:
    order(hq, State.READY)
    teller = Teller()
    for action in (Action.HAND_OVER, Action.UNDO, Action.HAND_OVER):
        teller.tell(*stepped(action))
    keep_batch(hq, *teller.all())
    before = order_row(hq)
    assert before.state is State.HANDED_OVER
    keep_batch(hq, *again(teller, "e2").batch(0, 2))
    assert order_row(hq) == msgspec.structs.replace(before, epoch="e2", through_seq=1002)


def test_a_conflict_told_again_stays_settled(hq: Database) -> None:
    order(hq, State.CANCELLED)
    teller = Teller()
    teller.tell("pickup.conflict", {"order": "o1", "number": "4821"})
    keep_batch(hq, *teller.all())
    with hq.conn:
        hq.conn.execute("update conflicts set settled = '2026-11-21T11:00:00.000Z'")
    keep_batch(hq, *again(teller, "e2").all())
    assert [row["settled"] for row in rows(hq, "select settled from conflicts")] == ["2026-11-21T11:00:00.000Z"]
