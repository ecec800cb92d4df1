"""HQ keeps one refund task a return, and finds the pieces that two stores took back, in whatever order their facts arrive."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import State
from edge.platform.database import writing
from sync.hq.cli.main import hq as hq_command
from sync.hq.enrolment import founding
from sync.hq.features.returns import refund_tasks, settle_refund
from sync.hq.feeds import feed, row_types
from sync.hq.ingest import quarantine
from sync.hq.ingest.batch_keeping import keep_batch
from sync.hq.projections import counting
from sync.hq.schema import migrate, open_hq_store
from sync.protocol.event import Event
from tests.sync.hq.telling import Teller

SHIRT, CAP = "04901234567894", "04912345678904"
HAD = {SHIRT: 2, CAP: 1}
STORES = ("ginza", "yokohama")


def order(db: Database, **about: Any) -> None:
    """Ginza's order of two shirts and a cap, handed over."""
    lines = [{"line": at, "gtin": gtin, "quantity": count} for at, (gtin, count) in enumerate(HAD.items())]
    body = {"order": "o1", "store": "ginza", "number": "4821", "state": State.HANDED_OVER, "lines": lines, **about}
    with writing(db):
        for store in STORES:
            sql = "insert or ignore into stores (id, name, public_key, since) values (?, ?, '', '')"
            db.conn.execute(sql, (store, store))
        feed.put_rows(db, "orders", "ginza", [("o1", row_types.checked_text("orders", "o1", body))])


def order_row(db: Database) -> OrderRow:
    return msgspec.json.decode(feed.row_body(db, "orders", "ginza", "o1") or "", type=OrderRow)


def accepted(name: str, *gtins: str, order_id: str | None = "o1") -> tuple[str, dict[str, Any]]:
    pieces = [{"gtin": gtin, "reason": "size", "condition": "shelf", "price": 3000} for gtin in gtins]
    told = {"id": name, "pieces": pieces, "refund": 3000 * len(gtins), "difference": 0, "currency": "JPY"}
    return "return.accepted", {**told, **({"order": order_id} if order_id else {})}


def undone(name: str) -> tuple[str, dict[str, Any]]:
    return "return.undone", {"id": name, "order": "o1"}


def states(db: Database) -> dict[str, tuple[str, int]]:
    return {task.id: (task.state, task.conflict) for task in refund_tasks(db, everything=True)}


def test_a_return_is_one_task_however_often_it_is_sent(hq: Database) -> None:
    order(hq)
    teller = Teller()
    teller.tell(*accepted("r1", SHIRT))
    for _ in range(3):
        keep_batch(hq, *teller.all())
    (task,) = refund_tasks(hq)
    assert (task.store, task.id, task.state, task.refund, task.pieces, task.conflict) == (
        "ginza",
        "r1",
        "open",
        3000,
        1,
        0,
    )
    row = order_row(hq)
    assert (row.returned, row.epoch, row.through_seq, row.state) == ({SHIRT: 1}, "e1", 1, State.HANDED_OVER)


def test_a_return_without_an_order_is_a_task_too(hq: Database) -> None:
    teller = Teller()
    teller.tell(*accepted("r1", SHIRT, order_id=None))
    keep_batch(hq, *teller.all())
    assert states(hq) == {"r1": ("open", 0)}


@pytest.mark.parametrize("first", STORES)
def test_of_two_stores_that_took_the_same_piece_the_later_one_is_a_conflict(hq: Database, first: str) -> None:
    order(hq)
    for store in sorted(STORES, key=lambda one: one != first):
        teller = Teller(store=store)
        teller.tell(*accepted(f"r-{store}", CAP))
        keep_batch(hq, *teller.all())
    (second,) = set(STORES) - {first}
    assert states(hq) == {f"r-{first}": ("open", 0), f"r-{second}": ("open", 1)}
    assert order_row(hq).returned == {CAP: 2}


def test_a_conflict_is_none_any_more_once_the_other_return_is_taken_back(hq: Database) -> None:
    order(hq)
    here, there = Teller(), Teller(store="yokohama")
    here.tell(*accepted("r1", CAP))
    keep_batch(hq, *here.all())
    there.tell(*accepted("r2", CAP))
    keep_batch(hq, *there.all())
    here.tell(*undone("r1"))
    keep_batch(hq, *here.all())
    assert states(hq) == {"r1": ("withdrawn", 0), "r2": ("open", 0)}


def test_what_was_paid_and_then_taken_back_is_to_be_recovered(hq: Database) -> None:
    order(hq)
    teller = Teller()
    teller.tell(*accepted("r1", CAP))
    keep_batch(hq, *teller.all())
    with writing(hq):
        assert settle_refund(hq, "ginza", "r1", "2026-11-22")
        assert not settle_refund(hq, "ginza", "r1", "2026-11-22")
    assert refund_tasks(hq) == []
    teller.tell(*undone("r1"))
    keep_batch(hq, *teller.all())
    assert states(hq) == {"r1": ("to_recover", 0)}


def test_what_hq_cannot_read_waits_in_quarantine_and_never_opens_if_it_was_taken_back(hq: Database) -> None:
    order(hq)
    teller = Teller()
    kind, data = accepted("r1", CAP)
    teller.tell(kind, {**data, "refund": "much"})
    teller.tell(*undone("r1"))
    keep_batch(hq, *teller.all())
    (aside,) = quarantine.quarantined_rows(hq)
    assert "refund" in aside.reason
    assert states(hq) == {}
    event = Event(
        specversion="1.0",
        type=f"noren.{kind}",
        id="ginza/e1/1",
        source="/stores/ginza",
        time="2026-11-21T10:42:00.123Z",
        data=data,
    )
    with writing(hq):
        fact = counting.CountedFact(store="ginza", epoch="e1", seq=1, received="2026-11-22", event=event)
        counting.apply_facts(hq, [fact], late=True)
    assert states(hq) == {"r1": ("withdrawn", 0)}


def test_the_tasks_are_listed_and_settled_from_the_command_line(tmp_path: Path) -> None:
    founding.found_headquarters(tmp_path, "hanada", "mqtt://127.0.0.1:1")
    with founding.open_headquarters(tmp_path) as db:
        order(db)
        teller = Teller()
        teller.tell(*accepted("r1", SHIRT))
        keep_batch(db, *teller.all())

    def ask(*words: str) -> str:
        return CliRunner().invoke(hq_command, ["returns", *words, "--dir", str(tmp_path)]).output

    assert "r1" in ask("list")
    assert "settled" in ask("settle", "ginza", "r1")
    assert "no open task" in ask("settle", "ginza", "r1")
    assert "r1" not in ask("list")
    assert msgspec.json.decode(ask("list", "--all", "--json"))[0]["state"] == "settled"


# --- any history of two stores, in any order of arrival


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, str, tuple[str, ...]]]:
    """Steps of both stores in the order in which HQ gets them: (store, return, pieces); no pieces: it is taken back."""
    found: list[tuple[str, str, tuple[str, ...]]] = []
    undoable: dict[str, list[str]] = {store: [] for store in STORES}
    for at in range(draw(st.integers(1, 8))):
        store = draw(st.sampled_from(STORES))
        undoes: bool = draw(st.booleans())
        if undoable[store] and undoes:
            found.append((store, undoable[store].pop(), ()))
        else:
            pieces = tuple(draw(st.lists(st.sampled_from(sorted(HAD)), min_size=1, max_size=3)))
            found.append((store, f"r{at}", pieces))
            undoable[store].append(f"r{at}")
    return found


@given(histories(), st.randoms(use_true_random=False))
def test_exactly_the_surplus_pieces_are_conflicts(history: list[tuple[str, str, tuple[str, ...]]], chance: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        migrate(Path(folder))
        db = open_hq_store(Path(folder))
        order(db)
        tellers = {store: Teller(store=store) for store in STORES}
        for store, name, pieces in history:
            teller = tellers[store]
            teller.tell(*(accepted(name, *pieces) if pieces else undone(name)))
            begin = chance.randrange(len(teller.rows))  # rows that HQ has already may come again
            keep_batch(db, *teller.batch(begin, len(teller.rows)))
        taken_back = {name for _, name, pieces in history if not pieces}
        standing = [(name, gtin) for _, name, pieces in history for gtin in pieces if name not in taken_back]
        seen, surplus = Counter[str](), Counter[str]()
        for name, gtin in standing:
            seen[gtin] += 1
            surplus[name] += seen[gtin] > HAD[gtin]
        every = refund_tasks(db, everything=True)
        assert [task.id for task in every] == [name for _, name, pieces in history if pieces]
        assert {task.id: task.conflict for task in every} == {task.id: surplus[task.id] for task in every}
        assert {gtin: count for gtin, count in order_row(db).returned.items() if count} == dict(seen)
        db.conn.close()
