"""A loop whose round meets a full disk, or a replica that cannot be read."""

import logging
import random

import pytest

from edge.db_files.full_disk_retry import FullDiskRetry
from edge.platform.database import writing
from edge.platform.sqlite_file import Damaged
from edge.replica import hq_replica
from edge.store_context import StoreContext
from tests.edge.db_files.test_replica_rebuild import PAGE, fill, folder
from tests.support.damaged_store import spoil


def retrying() -> FullDiskRetry:
    return FullDiskRetry(logging.getLogger("loop"), "orders wait")


def full_disk(floor: StoreContext) -> None:
    """Write more than the file may hold."""
    (pages,) = floor.db.conn.execute("pragma page_count").fetchone()
    floor.db.conn.execute(f"pragma max_page_count = {pages}")
    try:
        with writing(floor.db):
            insert = "insert into sync_log (type, data, time) values ('x', ?, '')"
            floor.db.conn.execute(insert, ("x" * pages * PAGE,))
    finally:
        floor.db.conn.execute("pragma max_page_count = 1073741823")


def test_a_full_disk_is_logged_once_until_there_is_room(floor: StoreContext, caplog: pytest.LogCaptureFixture) -> None:
    rounds = retrying()
    found = [rounds.run_round(lambda: full_disk(floor)) for _ in range(3)]
    assert (found, rounds.full, rounds.again) == ([True, False, False], True, True)
    assert rounds.run_round(lambda: None) is False
    assert (rounds.full, rounds.again) == (False, False)
    assert rounds.run_round(lambda: full_disk(floor))
    assert caplog.messages == ["disk full: orders wait"] * 2


def test_a_round_that_meets_a_damaged_replica_is_done_again_with_the_one_made_anew(floor: StoreContext) -> None:
    fill(floor)
    spoil(folder(floor) / "hq.db", PAGE, 20 * PAGE, random.Random(1))
    rounds, found = retrying(), list[int]()

    def look() -> None:
        found.append(sum(len(hq_replica.rows_where(floor.hq, feed, dict)) for feed in ("catalog", "stock")))

    while not found:
        assert not rounds.run_round(look)
        assert not rounds.full
        assert rounds.again is not bool(found)
    assert not rounds.again


def test_a_damaged_store_ends_the_loop(floor: StoreContext) -> None:
    def look() -> None:
        raise Damaged(folder(floor) / "store.db", None, "a page")

    with pytest.raises(Damaged):
        retrying().run_round(look)


def test_another_error_is_the_loops_own(floor: StoreContext) -> None:
    def look() -> None:
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        retrying().run_round(look)
