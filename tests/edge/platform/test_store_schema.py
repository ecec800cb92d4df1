"""The tables of store.db are on boxes in the field: their text never changes, it is only added to."""

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256

import pytest
from sqlite_utils import Database

from edge.platform.sqlite import sqlite3
from edge.platform.store_schema.migrations import store_migrations

# The tables after each step, as the first digits of a SHA-256. A new step brings a new line. A line of before never changes:
# boxes have run that step, and a file whose tables have another text counts as damaged there.
AFTER = {
    "m001_the_house": "792ae8fcac08febe",
    "m002_configs": "dc30401a1bc88f63",
    "m002_room_and_questions": "b45653d7116abd67",
    "m003_sync_memory": "0fef155d81947d39",
    "m004_scan_counters": "66bc39dba08a93d7",
    "m005_loops_and_link_reason": "c41a4305ad801744",
    "m006_keys_and_repairs": "499350dc68fe2fc3",
    "m007_clones": "1798b67d1bba5929",
    "m008_unswept": "ccc2f4cbce3b3841",
    "m009_reserve": "9ead96bf7fbcf2a3",
    "m011_tries": "43d28928327c9679",
    "m012_paired_devices": "fd5a96132283f292",
    "m013_sessions_of_devices": "35a2f1a558e21db2",
    "m014_pin_locks": "1ee1508e267e9a22",
    "m017_hashed_sessions": "ec98a109c8ba5589",
    "m018_abridged_codes": "00e9f88bb769ff1c",
    "m019_code_macs": "6554afdb821a50e1",
    "m022_refused_for_want_of_room": "84b7f586bbbd13da",
    "m023_offer": "d8e63aff1024866f",
    "m024_turned_sessions": "b8c97f576f8b73cd",
    "m025_piece_ticks": "8b794bbaaf4707b6",
    "m026_timed_calls": "e30a72ddddbfe8d6",
    "m027_returns": "064856e7cd82d9d6",
    "m028_printing": "ed109ea81ed6224e",
    "m029_staff_tasks": "f4f9743d55fb8de3",
    "m030_pick_claims": "2680995fd7eab23f",
}


@pytest.fixture
def empty() -> Iterator[Database]:
    """A file in memory that no step has seen."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        yield Database(conn)


def tables(db: Database) -> str:
    """A digest of the text of all tables and indexes."""
    objects = "select name, sql from sqlite_master where tbl_name not like '%sqlite%' and sql is not null order by name"
    return sha256(repr(db.conn.execute(objects).fetchall()).encode()).hexdigest()[:16]


def test_each_step_makes_the_tables_that_boxes_have(empty: Database) -> None:
    steps = [step.name for step in store_migrations.pending(empty)]
    found = {}
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        store_migrations.apply(empty, stop_before=following)
        found[step] = tables(empty)
    assert found == AFTER
