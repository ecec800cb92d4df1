"""Nothing is thrown away that HQ has not kept, or that a screen still counts with."""

from datetime import timedelta

import pytest

from edge.config.policy import CheckIn, Pickup, Policy
from edge.facts.journal import journal_progress, tell
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import apply_transition, note_conflicts
from edge.features.stock import UncountedMoves, move_stock
from edge.platform.clock import Now, now
from edge.platform.database import first_row, rows, writing
from edge.platform.idempotency_marks import read_mark, set_mark
from edge.platform.process import ProcessLife
from edge.retention.log_retention import sweep_log
from edge.retention.sweep import ROWS_PER_DELETE, sweep
from edge.scan.log import Reading, append_reading
from edge.store_context import StoreContext
from tests.edge.floor import GTIN, order, scan, send, stock
from tests.support.any_fact import fact
from tests.support.kept_config import keep
from tests.support.pickup_steps import step


def _later(days: int) -> Now:
    moment = now()
    return Now(moment.time + timedelta(days=days), "synced", moment.boot, moment.uptime_ms)


def _kept(floor: StoreContext, lane: int, seq: int) -> None:
    with writing(floor.db):
        floor.db.conn.execute(
            """insert or replace into kept select epoch, lane, seq, ordinal, hash, '' from journal
               where lane = ? and seq <= ? order by seq desc limit 1""",
            (lane, seq),
        )


def _count(floor: StoreContext, table: str) -> int:
    return int((first_row(floor.db, f"select count(*) from {table}") or (0,))[0])


def test_an_old_fact_stays_until_hq_has_kept_it_and_then_goes(floor: StoreContext) -> None:
    with writing(floor.db):
        first = tell(floor.db, floor.box, fact("visit.checked_in"), now())
        tell(floor.db, floor.box, fact("visit.checked_in"), now())
    assert "journal" not in sweep(floor, _later(400), ProcessLife())
    _kept(floor, 1, first)
    waiting = journal_progress(floor.db, floor.box.epoch).waiting
    assert "journal" not in sweep(floor, _later(89), ProcessLife())
    assert sweep(floor, _later(91), ProcessLife())["journal"] == 1
    assert journal_progress(floor.db, floor.box.epoch).waiting == waiting


def test_more_than_a_chunk_goes_in_one_round(floor: StoreContext) -> None:
    with writing(floor.db):
        for _ in range(ROWS_PER_DELETE + 10):
            seq = tell(floor.db, floor.box, fact("product.scanned"), now())
    _kept(floor, 2, seq)
    assert sweep(floor, _later(91), ProcessLife())["journal"] == ROWS_PER_DELETE + 10


def test_movements_hq_has_not_counted_stay(floor: StoreContext) -> None:
    send(floor, "stock", GTIN, stock(5))
    with writing(floor.db):
        fact = move_stock(floor.db, floor.box, GTIN, UncountedMoves(quantity=-1), "sale", now(), causation="pos/1")
    assert "stock_moves" not in sweep(floor, _later(400), ProcessLife())
    send(floor, "stock", GTIN, stock(4, epoch=floor.box.epoch, through_seq=fact), version=2)
    assert sweep(floor, _later(400), ProcessLife())["stock_moves"] == 1


def test_steps_stay_while_hq_has_the_order_and_has_not_counted_them(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    with writing(floor.db):
        apply_transition(floor.db, floor.hq, floor.box, step(Action.ARRIVE), now())
    assert "pickup_steps" not in sweep(floor, _later(400), ProcessLife())
    send(floor, "orders", "o-1", None, version=2)
    assert sweep(floor, _later(400), ProcessLife())["pickup_steps"] == 1


def test_the_outcome_on_a_screen_is_not_swept_from_under_it(floor: StoreContext) -> None:
    scan(floor, "k1", "hello")
    scan(floor, "k1", "world")
    assert sweep(floor, _later(400), ProcessLife())["outcomes"] == 1
    assert [row["scan"] for row in rows(floor.db, "select scan from outcomes")] == [2]


@pytest.mark.parametrize(("age", "left"), [(-3, 0), (-1, 1)])
def test_a_used_code_is_remembered_long_after_it_has_expired(floor: StoreContext, age: int, left: int) -> None:
    expires = int(_later(age).time.timestamp())
    with writing(floor.db):
        floor.db.conn.execute("insert into used_tokens (jti, expires) values ('j', ?)", (expires,))
    sweep(floor, now(), ProcessLife())
    assert _count(floor, "used_tokens") == left


def test_a_reading_stays_until_the_desk_has_answered_it(floor: StoreContext) -> None:
    scan(floor, "k1", "hello")
    with writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", Reading(data=b"later"), now())
    assert sweep_log(floor.db, "scans", "desk:scans", _later(89), ProcessLife()) == 0
    assert sweep_log(floor.db, "scans", "desk:scans", _later(91), ProcessLife()) == 1
    assert [row["data"] for row in rows(floor.db, "select data from scans")] == [b"later"]


def test_a_mark_goes_after_the_days_of_the_policy_and_not_before(floor: StoreContext) -> None:
    with writing(floor.db):
        set_mark(floor.db, "staff:void:c1:o-1", 7, now())
        set_mark(floor.db, "staff:void:c1:o-2", 8, _later(50))
    assert "marks" not in sweep(floor, _later(89), ProcessLife())
    assert sweep(floor, _later(91), ProcessLife())["marks"] == 1
    assert (read_mark(floor.db, "staff:void:c1:o-1"), read_mark(floor.db, "staff:void:c1:o-2")) == (0, 8)


def test_a_conflict_hq_was_told_of_is_not_told_again_while_its_steps_stay(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    with writing(floor.db):
        apply_transition(floor.db, floor.hq, floor.box, step(Action.HAND_OVER), now())
    send(floor, "orders", "o-1", order(state=State.CANCELLED), version=2)
    assert note_conflicts(floor.db, floor.hq, floor.box, now()) == 1
    assert "marks" not in sweep(floor, _later(400), ProcessLife())
    assert note_conflicts(floor.db, floor.hq, floor.box, now()) == 0
    send(floor, "orders", "o-1", None, version=3)
    assert sweep(floor, _later(400), ProcessLife())["marks"] == 1


def test_a_reminder_stays_known_until_the_hold_has_ended(floor: StoreContext) -> None:
    keep(floor.db, Policy(retention_days=7, pickup=Pickup(remind_hours=240)))
    with writing(floor.db):
        set_mark(floor.db, "hold_ending:o-1:2026-12-08T11:00:00.000Z", 7, now())
    assert "marks" not in sweep(floor, _later(9), ProcessLife())
    assert sweep(floor, _later(11), ProcessLife())["marks"] == 1


def test_a_visit_stays_as_long_as_its_window(floor: StoreContext) -> None:
    keep(floor.db, Policy(retention_days=7, check_in=CheckIn(window_hours=720)))
    with writing(floor.db):
        floor.db.conn.execute(
            "insert into visits (member, rule, period, station, time) values ('m', '720h', 'p', 'k1', ?)", (now().text,)
        )
    assert "visits" not in sweep(floor, _later(29), ProcessLife())
    assert sweep(floor, _later(31), ProcessLife())["visits"] == 1


def test_old_rows_behind_one_that_must_stay_go_all_the_same(floor: StoreContext) -> None:
    with writing(floor.db):
        stays = tell(floor.db, floor.box, fact("visit.checked_in"), now())
        goes = tell(floor.db, floor.box, fact("product.scanned"), now())
    _kept(floor, 2, goes)
    assert sweep(floor, _later(91), ProcessLife())["journal"] == 1
    assert [row["seq"] for row in rows(floor.db, "select seq from journal where lane > 0")] == [stays]


def test_an_ended_life_sweeps_no_further(floor: StoreContext) -> None:
    with writing(floor.db):
        goes = tell(floor.db, floor.box, fact("product.scanned"), now())
    _kept(floor, 2, goes)
    over = ProcessLife()
    over.end()
    assert "journal" not in sweep(floor, _later(91), over)
