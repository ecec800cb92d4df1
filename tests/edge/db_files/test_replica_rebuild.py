"""hq.db damaged or gone while readers have it open: another takes its place, with what could be read."""

import random
import threading
from pathlib import Path

import pytest

from edge.db_files.inspection import READ_BUDGET_S
from edge.db_files.replica_rebuild import (
    is_current_replica,
    open_replica,
    read_replacement_record,
    rebuild_damaged,
    rebuild_if_unreadable,
    rebuild_or_raise,
)
from edge.features.catalog import Product
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import CommitDetector, open_hq, open_store
from edge.platform.sqlite_file import Damaged, file_identity
from edge.replica import hq_replica
from edge.store_context import StoreContext
from tests.edge.floor import GTIN, product, send, stock
from tests.support.damaged_store import spoil
from tests.support.keyed_databases import bytes_of

PAGE = 4096


def fill(floor: StoreContext, goods: int = 400) -> None:
    for number in range(goods):
        send(floor, "catalog", f"{number:014}", product(gtin=f"{number:014}"))
        send(floor, "stock", f"{number:014}", stock(3))
    floor.hq.conn.execute("pragma wal_checkpoint(truncate)")


def folder(floor: StoreContext) -> Path:
    return Path(floor.config.store.data)


def damage(floor: StoreContext) -> Damaged:
    """What a reader says of the damage, if it meets it."""
    with pytest.raises(Damaged) as met, open_replica(folder(floor), now()) as hq:
        for feed in ("catalog", "stock"):
            hq_replica.rows_where(hq, feed, dict)
    return met.value


def test_a_reader_goes_on_with_the_file_that_took_the_place(floor: StoreContext) -> None:
    fill(floor)
    changes = CommitDetector(floor.hq)
    assert changes.seen()
    spoil(folder(floor) / "hq.db", PAGE, 20 * PAGE, random.Random(1))
    assert rebuild_damaged(damage(floor), now())
    assert changes.seen()
    assert hq_replica.rows_where(floor.hq, "stock", dict, "key = 'none'") == []
    told = read_replacement_record(floor.hq)
    assert told is not None
    assert (folder(floor) / told.aside).exists()
    assert told.aside.startswith("hq.db.damaged-")


def test_rows_that_can_be_read_are_taken_along(floor: StoreContext) -> None:
    fill(floor)
    size = (folder(floor) / "hq.db").stat().st_size
    spoil(folder(floor) / "hq.db", size - 20 * PAGE, PAGE, random.Random(1))
    rebuild_damaged(damage(floor), now())
    assert (
        len(hq_replica.rows_where(floor.hq, "catalog", Product)) + len(hq_replica.rows_where(floor.hq, "stock", dict))
        > 400
    )
    assert hq_replica.feed_version(floor.hq, "catalog") == 1


def test_rows_before_and_behind_a_bad_page_are_taken_along(floor: StoreContext) -> None:
    fill(floor)
    file = folder(floor) / "hq.db"
    clear = bytes_of(file)
    pages = [clear[at : at + PAGE] for at in range(0, len(clear), PAGE)]
    middle = next(number for number, page in enumerate(pages) if page.count(b"00000000000200") >= 2)
    spoil(file, middle * PAGE, PAGE, random.Random(1))
    rebuild_damaged(damage(floor), now())
    found = {row[0] for row in floor.hq.conn.execute("select key from catalog")}
    assert {"00000000000000", "00000000000399"} <= found
    assert len(found) < 400
    assert len(found) > 380


@pytest.mark.parametrize("what", ["gone", "empty", "half", "noise", "header"])
def test_whatever_became_of_the_file_it_is_there_again_at_the_start(floor: StoreContext, what: str) -> None:
    fill(floor)
    file = folder(floor) / "hq.db"
    match what:
        case "gone":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "half":
            with file.open("r+b") as handle:
                handle.truncate(file.stat().st_size // 2 - 100)
        case "noise":
            spoil(file, 0, file.stat().st_size, random.Random(1))
        case "header":
            spoil(file, 16, 84, random.Random(1))
    assert rebuild_if_unreadable(folder(floor), now(), within=READ_BUDGET_S)
    migration.check_versions(folder(floor))
    assert hq_replica.replica_row(floor.hq, "catalog", GTIN, Product) is None
    assert not rebuild_if_unreadable(folder(floor), now(), within=READ_BUDGET_S)


def test_many_who_meet_it_at_once_make_one_new_file(floor: StoreContext) -> None:
    fill(floor, 50)
    here = file_identity(folder(floor) / "hq.db")
    met = Damaged(folder(floor) / "hq.db", here, "met by many")
    done: list[bool] = []
    threads = [threading.Thread(target=lambda: done.append(rebuild_damaged(met, now()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 7 + [True]
    assert len(list(folder(floor).glob("hq.db.damaged-*Z"))) == 1


def test_store_db_is_not_thrown_away_so(floor: StoreContext) -> None:
    with pytest.raises(Damaged):
        rebuild_or_raise(Damaged(folder(floor) / "store.db", None, "a page"), now())
    with open_store(folder(floor)) as db:
        assert db.table("box").count == 1


def test_sync_does_not_go_on_with_a_file_whose_place_was_taken(floor: StoreContext) -> None:
    with open_hq(folder(floor)) as ours:
        assert is_current_replica(ours)
        (folder(floor) / "hq.db").unlink()
        assert not is_current_replica(ours)
