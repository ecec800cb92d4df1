"""A disk that fills: measured as it is, said by one, and a write that finds no room leaves nothing half done."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from edge import registry
from edge.box_identity import ensure_identity
from edge.disk import disk_space
from edge.disk.watermarks import DiskLevel
from edge.facts.journal import tell
from edge.platform.clock import now
from edge.platform.database import NoRoom, first_row, rows, writing
from edge.platform.process import ProcessLife
from edge.scan.log import Reading, append_reading
from edge.scan_processor import run_scan_processor
from edge.store_context import StoreContext
from tests.edge.floor import GTIN, product, send
from tests.support.any_fact import fact


@contextmanager
def card(monkeypatch: pytest.MonkeyPatch, used: float) -> Iterator[None]:
    """A card of 32 GB of which that share is in use."""
    usage = type(shutil.disk_usage("/"))(32 * 10**9, round(32e9 * used), round(32e9 * (1 - used)))
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: usage)
        yield


@contextmanager
def no_page_more(floor: StoreContext) -> Iterator[None]:
    """SQLite itself says that the disk is full: the file may not grow by a page."""
    (pages,) = first_row(floor.db, "pragma page_count") or (0,)
    floor.db.conn.execute(f"pragma max_page_count = {pages}")
    try:
        yield
    finally:
        floor.db.conn.execute("pragma max_page_count = 1073741823")


def fill(floor: StoreContext) -> int:
    """Facts until there is no room for another; how many were said yes to."""
    told = 0
    try:
        while told < 10_000:
            with writing(floor.db):
                tell(floor.db, floor.box, fact("visit.checked_in", {"x": "x" * 500}), now())
            told += 1
    except NoRoom:
        return told
    raise AssertionError("the disk is never full")


def test_room_inside_the_file_counts_as_room(floor: StoreContext) -> None:
    with writing(floor.db):
        floor.db.conn.execute("create table big (x blob)")
        floor.db.conn.execute("insert into big values (zeroblob(3000000))")
    full = disk_space.measure_disk_space(floor.db)
    floor.db.conn.execute("drop table big")
    free = disk_space.measure_disk_space(floor.db)
    assert free.spare - full.spare >= 3_000_000
    assert full.live - free.live >= 3_000_000


def test_the_level_is_measured_by_everybody_and_written_down_by_one(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with card(monkeypatch, 0.86):
        assert (disk_space.current_disk_level(floor.db), disk_space.recorded_disk_level(floor.db)) == (
            DiskLevel.SHORT,
            DiskLevel.OK,
        )
        assert disk_space.record_disk_level(floor.db, None, now()) is DiskLevel.SHORT
    with card(monkeypatch, 0.83):
        assert disk_space.current_disk_level(floor.db) is DiskLevel.SHORT  # not below the gap yet
    with card(monkeypatch, 0.81):
        assert disk_space.current_disk_level(floor.db) is DiskLevel.OK


def test_a_small_cards_budget_counts_for_every_process(floor: StoreContext) -> None:
    with writing(floor.db):
        floor.db.conn.execute("create table big (x blob)")
        floor.db.conn.execute("insert into big values (zeroblob(1000000))")
    assert disk_space.record_disk_level(floor.db, 100, now()) is DiskLevel.OK
    assert disk_space.record_disk_level(floor.db, 1, now()) is DiskLevel.FULL
    assert disk_space.current_disk_level(floor.db) is DiskLevel.FULL
    floor.db.conn.execute("drop table big")
    assert disk_space.current_disk_level(floor.db) is DiskLevel.OK


def test_new_work_is_refused_on_a_disk_that_is_nearly_full(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Reading(data=b"noren:p:o-4821:s3cretS3cret")
    with card(monkeypatch, 0.96), pytest.raises(NoRoom), writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", reading, now())
    assert rows(floor.db, "select * from scans") == []
    with card(monkeypatch, 0.90), writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", reading, now())


def test_a_price_tag_promises_nothing_and_is_taken_on_a_disk_that_is_nearly_full(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with card(monkeypatch, 0.96), writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", Reading(data=b"4901234567894"), now())
    assert len(rows(floor.db, "select * from scans")) == 1


def test_a_write_that_finds_the_disk_full_leaves_nothing_half_done_and_the_next_one_goes_on(
    floor: StoreContext,
) -> None:
    before = rows(floor.db, "select count(*) as n from journal")[0]["n"]
    with no_page_more(floor):
        told = fill(floor)
        assert not floor.db.conn.in_transaction
        kept = rows(floor.db, "select ordinal from journal where lane = 1 order by seq")
        assert [row["ordinal"] for row in kept] == list(range(1, told + 1))
    with writing(floor.db):
        tell(floor.db, floor.box, fact("visit.checked_in"), now())
    assert rows(floor.db, "select count(*) as n from journal")[0]["n"] == before + told + 1


def test_a_box_starts_on_a_full_disk_though_hq_cannot_be_told_of_it(floor: StoreContext) -> None:
    with no_page_more(floor):
        fill(floor)
        before = rows(floor.db, "select seq from journal")
        assert ensure_identity(floor.db, "ginza", now()) == floor.box
        assert rows(floor.db, "select seq from journal") == before
        floor.db.conn.execute("delete from box")
        with pytest.raises(NoRoom):
            ensure_identity(floor.db, "ginza", now())


class Tries(ProcessLife):
    """A life that ends after some rounds of the loop."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.left = rounds

    def rest(self, seconds: float) -> None:
        self.left -= 1
        if self.left <= 0:
            self.end()


def test_the_desk_waits_for_room_and_then_answers_what_was_read(floor: StoreContext) -> None:
    send(floor, "catalog", GTIN, product())
    with writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", Reading(data=GTIN[1:].encode()), now())
    answered: list[object] = []
    told: list[str] = []
    with no_page_more(floor):
        fill(floor)
        run_scan_processor(floor, registry.decide_outcome, answered.append, Tries(3), told.append)
        assert (answered, told) == ([], ["k1"])
        assert rows(floor.db, "select * from cursors where name = 'desk:scans'") == []
    run_scan_processor(floor, registry.decide_outcome, answered.append, Tries(3), told.append)
    assert (len(answered), told) == (1, ["k1"])
    assert [row["kind"] for row in rows(floor.db, "select kind from outcomes")] == ["product"]
