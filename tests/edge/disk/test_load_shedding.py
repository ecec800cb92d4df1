"""On a disk that fills, rows that can be spared are deleted, counted and reported; promises stay, and every chain holds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.disk import disk_space, load_shedding
from edge.disk.watermarks import DiskLevel
from edge.facts.fact import Lane
from edge.facts.journal import GENESIS_HASH, chain_hash, journal_progress, tell
from edge.platform.clock import Now, Quality, now
from edge.platform.database import rows, writing
from edge.platform.process import ProcessLife
from edge.retention.log_retention import LogRetention
from edge.retention.sweep import REPORT_INTERVAL_S, RetentionSweep
from edge.scan.log import Reading, append_reading
from edge.store_context import StoreContext
from tests.edge.disk.test_disk_space import card
from tests.edge.floor import GTIN, facts, product, scan, send
from tests.support.any_fact import fact

KINDS = {Lane.PROMISES: "pickup.ready", Lane.STORE: "visit.checked_in", Lane.VIEWS: "product.scanned"}


def later(days: float) -> Now:
    moment = now()
    return Now(moment.time + timedelta(days=days), "synced", moment.boot, moment.uptime_ms)


@pytest.fixture
def short(floor: StoreContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A card nine tenths full, as web has noted."""
    with card(monkeypatch, 0.9):
        disk_space.record_disk_level(floor.db, None, now())
        yield


@contextmanager
def roomy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with card(monkeypatch, 0.5):
        yield


def tell_one(floor: StoreContext, lane: Lane) -> int:
    with writing(floor.db):
        return tell(floor.db, floor.box, fact(KINDS[lane]), now())


def hq_keeps(floor: StoreContext, lane: Lane, count: int | None = None) -> None:
    """HQ acknowledges the first facts of a lane, or all."""
    found = rows(floor.db, "select * from journal where lane = ? order by seq", (lane,))[: count or None]
    if found:
        with writing(floor.db):
            floor.db.conn.execute(
                "insert or replace into kept (epoch, lane, seq, ordinal, hash, time) values (?, ?, ?, ?, ?, '')",
                tuple(found[-1][name] for name in ("epoch", "lane", "seq", "ordinal", "hash")),
            )


def left(floor: StoreContext, lane: Lane) -> list[int]:
    return [
        row["ordinal"] for row in rows(floor.db, "select ordinal from journal where lane = ? order by seq", (lane,))
    ]


def thinned(floor: StoreContext) -> dict[str, int]:
    return {fact["data"]["what"]: fact["data"]["count"] for fact in facts(floor, "disk.thinned")}


@pytest.mark.usefixtures("short")
def test_what_hq_has_kept_goes_and_what_it_has_not_stays_in_every_lane(floor: StoreContext) -> None:
    for lane in Lane:
        for _ in range(4):
            tell_one(floor, lane)
        hq_keeps(floor, lane, 2)
    started = left(floor, Lane.PROMISES)
    waiting = journal_progress(floor.db, floor.box.epoch).waiting
    gone = load_shedding.delete_spare_rows(floor.db, DiskLevel.SHORT, later(3), ProcessLife())
    assert gone == {"journal": 6}
    assert (left(floor, Lane.PROMISES), left(floor, Lane.STORE), left(floor, Lane.VIEWS)) == (
        started[2:],
        [3, 4],
        [3, 4],
    )
    assert journal_progress(floor.db, floor.box.epoch).waiting == waiting


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("level", "age", "goes"), [("short", 1.9, 0), ("short", 2.1, 3), ("full", 0.03, 0), ("full", 0.05, 3)]
)
def test_the_young_are_spared_longer_while_it_is_not_grave(
    floor: StoreContext, level: str, age: float, goes: int
) -> None:
    for _ in range(3):
        tell_one(floor, Lane.STORE)
    hq_keeps(floor, Lane.STORE)
    gone = load_shedding.delete_spare_rows(floor.db, DiskLevel(level), later(age), ProcessLife())
    assert gone.get("journal", 0) == goes


@pytest.mark.usefixtures("short")
def test_it_stops_as_soon_as_there_is_room(floor: StoreContext, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        tell_one(floor, Lane.STORE)
    hq_keeps(floor, Lane.STORE)
    with roomy(monkeypatch):
        assert load_shedding.delete_spare_rows(floor.db, DiskLevel.SHORT, later(3), ProcessLife()) == {}


@pytest.mark.usefixtures("short")
def test_views_are_counted_and_not_told_and_promises_are_told_as_ever(floor: StoreContext) -> None:
    send(floor, "catalog", GTIN, product())
    for _ in range(5):
        scan(floor, "k1", GTIN[1:])
    tell_one(floor, Lane.STORE)
    assert facts(floor, "product.scanned") == []
    assert len(left(floor, Lane.STORE)) == 1
    assert load_shedding.report_thinned_rows(floor.db, floor.box, now()) == 1
    (fact,) = facts(floor, "disk.thinned")
    times = [row["time"] for row in rows(floor.db, "select time from scans order by seq")]
    assert fact["data"] == {"what": "views", "count": 5, "from": times[0], "to": times[-1]}
    assert load_shedding.report_thinned_rows(floor.db, floor.box, now()) == 0


@pytest.mark.usefixtures("short")
def test_answered_readings_go_and_waiting_ones_stay_and_hq_hears_of_both_processes_thinning(
    floor: StoreContext,
) -> None:
    send(floor, "catalog", GTIN, product())
    for _ in range(3):
        scan(floor, "k1", GTIN[1:])
    with writing(floor.db):
        for log in ("scans", "page_scans"):
            append_reading(floor.db, log, "k1", "s", Reading(data=b"waits"), now())
    logs = LogRetention(floor.db, {"scans": "desk:scans"})
    assert logs.run_if_due(later(3), 0.0, ProcessLife()) == {"scans": 3}
    assert load_shedding.delete_spare_rows(floor.db, DiskLevel.SHORT, later(3), ProcessLife()) == {
        "outcomes": 2
    }  # the third is on the screen
    assert [row["data"] for row in rows(floor.db, "select data from scans union all select data from page_scans")] == [
        b"waits"
    ] * 2
    load_shedding.report_thinned_rows(floor.db, floor.box, now())
    assert thinned(floor) == {"scans": 3, "outcomes": 2, "views": 3}
    logs.run_if_due(later(3), 1.0, ProcessLife())
    assert rows(floor.db, "select * from thinned_scans") == []


def test_with_room_readings_stay_their_ninety_days(floor: StoreContext) -> None:
    scan(floor, "k1", "hello")
    assert LogRetention(floor.db, {"scans": "desk:scans"}).run_if_due(later(3), 0.0, ProcessLife()) == {}


def test_the_broom_thins_while_room_is_short_tells_seldom_and_tells_the_rest_when_it_is_over(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(floor, "catalog", GTIN, product())
    broom, life = RetentionSweep(floor), ProcessLife()
    with card(monkeypatch, 0.9):
        broom.run_if_due(now(), 0.0, life)
        at = broom._tell_due
        scan(floor, "k1", GTIN[1:])
        broom.run_if_due(now(), at + 1, life)
        scan(floor, "k1", GTIN[1:])
        broom.run_if_due(now(), at + 2, life)
        assert [fact["data"]["count"] for fact in facts(floor, "disk.thinned")] == [1]
        broom.run_if_due(now(), at + 1 + REPORT_INTERVAL_S, life)
        scan(floor, "k1", GTIN[1:])
        assert [fact["data"]["count"] for fact in facts(floor, "disk.thinned")] == [1, 1]
    with roomy(monkeypatch):
        broom.run_if_due(now(), at + 3 + REPORT_INTERVAL_S, life)
        scan(floor, "k1", GTIN[1:])
    assert [fact["data"]["count"] for fact in facts(floor, "disk.thinned")] == [1, 1, 1]
    assert len(facts(floor, "product.scanned")) == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.sampled_from(Lane)),
        st.tuples(st.just("keep"), st.sampled_from(Lane)),
        st.tuples(st.just("thin"), st.sampled_from([DiskLevel.SHORT, DiskLevel.FULL])),
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(steps=STEPS)
def test_whatever_is_thinned_between_hq_can_chain_what_it_gets_to_what_it_has(
    steps: list[tuple[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """HQ's side: the rows behind what it has kept begin at its last hash, without a gap, in each lane."""
    from tests.edge import floor as builder

    usage = type(shutil.disk_usage("/"))(32 * 10**9, round(32e9 * 0.9), round(32e9 * 0.1))
    with pytest.MonkeyPatch.context() as patch, builder.shop(tmp_path_factory.mktemp("floor")) as floor:
        patch.setattr(shutil, "disk_usage", lambda _path: usage)
        for what, which in steps:
            match what:
                case "tell":
                    tell_one(floor, which)
                case "keep":
                    hq_keeps(floor, which)
                case _:
                    load_shedding.delete_spare_rows(floor.db, which, later(3), ProcessLife())
        for lane in Lane:
            kept = rows(floor.db, "select ordinal, hash from kept where lane = ?", (lane,))
            ordinal, mark = (kept[0]["ordinal"], kept[0]["hash"]) if kept else (0, GENESIS_HASH)
            behind = rows(
                floor.db, "select * from journal where lane = ? and ordinal > ? order by seq", (lane, ordinal)
            )
            for row in behind:
                mark = chain_hash(mark, row["event"].encode())
                ordinal += 1
                assert (row["ordinal"], row["hash"]) == (ordinal, mark)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("days", [100, -365, 4_000, -1], ids=["100 days ahead", "a year behind", "2038", "-1"])
@pytest.mark.parametrize("clock", ["holdover", "unset"])
def test_by_a_clock_nobody_vouches_for_the_youngest_rows_stay_and_the_rest_can_go(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch, days: float, clock: Quality
) -> None:
    """A clock ahead would give the young away, and one behind nothing at all, until the shop stops."""
    monkeypatch.setattr(load_shedding, "ROWS_KEPT", {DiskLevel.SHORT: 5, DiskLevel.FULL: 2})
    for _ in range(8):
        tell_one(floor, Lane.STORE)
    hq_keeps(floor, Lane.STORE)
    moment = replace(later(days), clock=clock)
    load_shedding.delete_spare_rows(floor.db, DiskLevel.SHORT, moment, ProcessLife())
    assert left(floor, Lane.STORE) == [4, 5, 6, 7, 8]
    load_shedding.delete_spare_rows(floor.db, DiskLevel.FULL, moment, ProcessLife())
    assert left(floor, Lane.STORE) == [7, 8]
