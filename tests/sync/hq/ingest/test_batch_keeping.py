"""HQ keeps each fact once, in order, and never lets a second past overwrite the first."""

import copy
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.platform.database import rows, writing
from sync.hq.feeds import feed, row_types
from sync.hq.ingest.batch_keeping import keep_batch, keep_batches, keep_batches_within
from sync.hq.schema import migrate, open_hq_store
from sync.protocol import feed_types
from sync.protocol.messages import Ack, Nack
from tests.sync.hq.telling import Teller


def told(count: int, **about: str) -> Teller:
    teller = Teller(**about)  # type: ignore[arg-type]
    for number in range(count):
        teller.tell("visit.checked_in", {"n": number}, gap=number % 3)
    return teller


def kept(db: Database) -> list[int]:
    return [row["n"] for row in rows(db, "select json_extract(event, '$.data.n') n from facts order by number")]


def test_a_batch_is_kept_whole_and_answered_by_its_last_row(hq: Database) -> None:
    teller = told(5)
    answer = keep_batch(hq, *teller.all())
    assert isinstance(answer, Ack)
    last, hash_ = teller.rows[-1]
    assert (answer.seq, answer.ordinal, answer.hash, answer.fork) == (last.seq, 5, hash_.hex(), False)
    assert kept(hq) == [0, 1, 2, 3, 4]


def test_a_batch_sent_again_is_kept_once_and_answered_the_same(hq: Database) -> None:
    teller = told(5)
    first = keep_batch(hq, *teller.all())
    assert keep_batch(hq, *teller.all()) == first
    assert kept(hq) == [0, 1, 2, 3, 4]


def test_a_batch_that_overlaps_adds_only_what_is_new(hq: Database) -> None:
    teller = told(6)
    keep_batch(hq, *teller.batch(0, 4))
    answer = keep_batch(hq, *teller.batch(2, 6))
    assert isinstance(answer, Ack)
    assert answer.seq == teller.rows[-1][0].seq
    assert kept(hq) == [0, 1, 2, 3, 4, 5]


def test_a_gap_is_answered_by_what_hq_has(hq: Database) -> None:
    teller = told(6)
    first = keep_batch(hq, *teller.batch(0, 2))
    assert keep_batch(hq, *teller.batch(3, 6)) == first
    assert kept(hq) == [0, 1]


def test_hq_that_has_nothing_answers_zero(hq: Database) -> None:
    answer = keep_batch(hq, *told(3).batch(1, 3))
    assert isinstance(answer, Ack)
    assert (answer.seq, answer.hash) == (0, bytes(32).hex())


@pytest.mark.parametrize(("begin", "end"), [(3, 5), (0, 4), (2, 3), (4, 5)])
def test_another_past_is_a_fork_and_overwrites_nothing(hq: Database, begin: int, end: int) -> None:
    """A box restored from a backup of its first two rows has gone on: whatever it sends, HQ answers that there is a fork."""
    ours = told(4)
    keep_batch(hq, *ours.all())
    before = kept(hq)
    theirs = copy.deepcopy(ours)
    del theirs.rows[2:]
    for number in range(3):
        theirs.tell("visit.checked_in", {"n": 100 + number}, gap=number)
    answer = keep_batch(hq, *theirs.batch(begin, end))
    assert isinstance(answer, Ack)
    assert answer.fork
    assert answer.seq == ours.rows[-1][0].seq
    assert answer.hash == ours.rows[-1][1].hex()
    assert kept(hq) == before
    assert len(rows(hq, "select * from forks")) == 1


def test_a_fork_sent_again_is_counted_not_piled_up(hq: Database) -> None:
    ours, theirs = told(3), Teller()
    theirs.tell("visit.checked_in", {"n": 99})
    keep_batch(hq, *ours.all())
    for _ in range(3):
        keep_batch(hq, *theirs.all())
    assert [row["times"] for row in rows(hq, "select times from forks")] == [3]


def test_what_a_restored_box_still_shares_with_hq_is_known_not_a_fork(hq: Database) -> None:
    ours = told(5)
    keep_batch(hq, *ours.all())
    answer = keep_batch(hq, *ours.batch(1, 3))
    assert isinstance(answer, Ack)
    assert not answer.fork
    assert answer.seq == ours.rows[-1][0].seq


@pytest.mark.parametrize(
    "damage",
    [
        {"hash": bytes(32).hex()},
        {"last": 99},
        {"first": 0},
    ],
)
def test_a_batch_that_does_not_hold_together_is_not_kept(hq: Database, damage: dict[str, object]) -> None:
    header, lines = told(3).all()
    answer = keep_batch(hq, msgspec.structs.replace(header, **damage), lines)
    assert isinstance(answer, Nack)
    assert kept(hq) == []


def test_rows_out_of_order_are_not_kept(hq: Database) -> None:
    header, lines = told(3).all()
    assert isinstance(keep_batch(hq, header, list(reversed(lines))), Nack)
    assert isinstance(keep_batch(hq, header, []), Nack)


@pytest.mark.parametrize(
    "row",
    [
        "not json",
        "{}",
        b"\xff\xfe",
        {"specversion": "1.0", "id": "ginza/e1/2", "source": "/stores/ginza", "type": "other.thing", "time": ""},
        {"specversion": "1.0", "id": "yokohama/e1/2", "source": "/stores/ginza", "type": "noren.a.b", "time": ""},
        {"specversion": "1.0", "id": "ginza/e1/2", "source": "/stores/yokohama", "type": "noren.a.b", "time": ""},
        {
            "specversion": "1.0",
            "id": "ginza/e1/2",
            "source": "/stores/ginza",
            "type": "noren.stock.moved",
            "time": "",
            "data": {"gtin": 5},
        },
    ],
)
def test_a_row_hq_cannot_understand_is_kept_raw_and_the_rest_flows(hq: Database, row: object) -> None:
    teller = told(1)
    teller.put(2, row)
    teller.tell("visit.checked_in", {"n": 7})
    answer = keep_batch(hq, *teller.all())
    assert isinstance(answer, Ack)
    assert answer.seq == 3
    assert kept(hq) == [0, 7]
    aside = rows(hq, "select seq, event, reason from quarantine")
    assert [(one["seq"], one["event"]) for one in aside] == [(2, teller.rows[1][0].raw())]
    assert aside[0]["reason"]
    assert keep_batch(hq, *teller.batch(0, 2)) == answer  # a late repeat that ends on it is no fork


def test_what_a_box_tells_again_after_a_fork_is_one_fact(hq: Database) -> None:
    old = told(3)
    keep_batch(hq, *old.all())
    new = Teller(epoch="e2")
    for place in (1, 2):
        assert old.rows[place][0].event is not None
        new.put(place + 10, old.rows[place][0].event)
    new.tell("visit.checked_in", {"n": 9})
    answer = keep_batch(hq, *new.all())
    assert isinstance(answer, Ack)
    assert answer.ordinal == 3
    assert kept(hq) == [0, 1, 2, 9]
    assert keep_batch(hq, *new.batch(0, 2)) == answer


def test_epochs_lanes_and_stores_are_acknowledged_by_themselves(hq: Database) -> None:
    lanes = [Teller(store=store, epoch=epoch, lane=lane) for store in "ab" for epoch in "xy" for lane in (0, 1)]
    for number, teller in enumerate(lanes):
        teller.tell("visit.checked_in", {"n": number})
    answers = keep_batches(hq, [teller.all() for teller in lanes])
    assert [store for store, _ in answers] == ["a"] * 4 + ["b"] * 4
    assert kept(hq) == list(range(8))


def test_a_transaction_that_dies_keeps_nothing(hq: Database) -> None:
    teller = told(3)
    with pytest.raises(RuntimeError), writing(hq):
        keep_within_then_die(hq, teller)
    assert kept(hq) == []
    answer = keep_batch(hq, *teller.all())
    assert isinstance(answer, Ack)
    assert kept(hq) == [0, 1, 2]


def keep_within_then_die(db: Database, teller: Teller) -> None:
    keep_batches_within(db, [teller.all()])
    raise RuntimeError("power cut")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    count=st.integers(1, 25),
    sendings=st.lists(st.tuples(st.integers(0, 24), st.integers(1, 25), st.booleans()), max_size=30),
)
def test_any_order_repetition_overlap_and_loss_keeps_each_fact_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, count: int, sendings: list[tuple[int, int, bool]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("hq")
    migrate(folder)
    db = open_hq_store(folder)
    teller = told(count)
    reached = 0
    for begin, length, lost in sendings:
        begin %= count
        end = min(count, begin + length)
        if lost:
            continue
        answer = keep_batch(db, *teller.batch(begin, end))
        if begin <= reached:
            reached = max(reached, end)
        assert isinstance(answer, Ack)
        assert not answer.fork
        assert answer.ordinal == reached
        assert kept(db) == list(range(reached))
    keep_batch(db, *teller.batch(reached, count) if reached < count else teller.all())
    assert kept(db) == list(range(count))
    db.conn.close()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
GTIN = "04901234567894"
TYPES = st.sampled_from(
    ["stock.moved", "pickup.handed_over", "pickup.conflict", "pickup.ready", "config.kept", "config.refused", "x.y"]
)
DATA = st.fixed_dictionaries(
    {},
    optional={
        "gtin": st.just(GTIN) | JSON,
        "quantity": st.integers() | JSON,
        "reserved": st.integers() | JSON,
        "order": st.just("o1") | JSON,
        "number": JSON,
        "version": st.integers() | JSON,
        "epoch": st.just("e1") | JSON,
        "reason": JSON,
    },
)
EVENTS = st.tuples(TYPES, DATA | JSON) | JSON | st.text(max_size=100) | st.binary(max_size=50)


@settings(max_examples=60)
@given(events=st.lists(EVENTS, min_size=1, max_size=8))
def test_whatever_a_store_signs_is_kept_or_set_aside_and_never_stops_hq(
    tmp_path_factory: pytest.TempPathFactory, events: list[object]
) -> None:
    folder: Path = tmp_path_factory.mktemp("hq")
    migrate(folder)
    db = open_hq_store(folder)
    with writing(db):
        stock = {"gtin": GTIN, "on_hand": 5, "as_of": "2026-11-21T00:00:00Z"}
        feed.put_rows(db, "stock", "ginza", [(GTIN, row_types.checked_text("stock", GTIN, stock))])
        order = {"order": "o1", "store": "ginza", "number": "4821", "state": "cancelled"}
        feed.put_rows(db, "orders", "ginza", [("o1", row_types.checked_text("orders", "o1", order))])
    teller = Teller()
    for number, event in enumerate(events, start=1):
        match event:
            case (str() as kind, data):
                teller.put(number, {**shell(number, kind), "data": data})
            case _:
                teller.put(number, event)
    answer = keep_batch(db, *teller.all())
    assert isinstance(answer, Ack)
    assert answer.seq == len(events)
    kept_or_aside = rows(db, "select seq from facts union all select seq from quarantine order by seq")
    assert [row["seq"] for row in kept_or_aside] == list(range(1, len(events) + 1))
    for row in rows(db, "select feed, key, body from rows where body is not null"):
        assert feed_types.row_fault(row["feed"], row["key"], row["body"]) is None
    db.conn.close()


def shell(seq: int, kind: str) -> dict[str, object]:
    about = {"id": f"ginza/e1/{seq}", "source": "/stores/ginza", "time": "2026-11-21T10:42:00.123Z"}
    return {"specversion": "1.0", "type": f"noren.{kind}", **about}
