"""A new store.db takes the old one's place with all that was committed into it, or not at all, and a start comes through."""

import os
import shutil
from pathlib import Path

import pytest

from edge.box_identity import ensure_identity
from edge.db_files import repair
from edge.db_files.inspection import READ_BUDGET_S
from edge.db_files.replacement import NEXT_STORE_FILE, PARTIAL_STORE_FILE, finish_replacement, replace_store
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import open_store, rows, writing
from edge.platform.os_errors import is_full
from edge.platform.sqlite import sqlite3
from tests.support.keyed_databases import unlocked
from tests.support.small_disk import fill, small_disk

STORE, LONG, MANY = "ginza", 3000, 100  # characters of a row's name, and rows: 400 kB of pages


def lived(folder: Path) -> Path:
    """A box's folder whose store.db has one fact."""
    migration.migrate(unlocked(folder))
    with open_store(folder) as db:
        ensure_identity(db, STORE, now())
    return folder


def with_a_log(folder: Path, part: Path) -> None:
    """What was committed last lies in the log: the disk refused it to the last who closed the file, which nobody hears."""
    with open_store(folder) as db:
        with writing(db):
            for number in range(MANY):
                db.conn.execute("insert into cursors (name, seq) values (?, ?)", (f"{number:0{LONG}}", number))
        for end in ("", "-wal"):
            shutil.copy(folder / f"store.db{end}", part.with_name(part.name + end))


def count(folder: Path) -> int:
    with open_store(folder) as db:
        return len(rows(db, f"select 1 from cursors where length(name) = {LONG}"))


def test_what_still_lies_in_the_log_takes_the_place_too(tmp_path: Path) -> None:
    source, folder = lived(tmp_path / "source"), lived(tmp_path / "data")
    shutil.copy(source / "data.key", folder / "data.key")
    unlocked(folder)
    with_a_log(source, folder / PARTIAL_STORE_FILE)
    replace_store(folder, folder / PARTIAL_STORE_FILE)
    assert count(folder) == MANY


def test_where_the_disk_refuses_what_lies_in_the_log_the_old_one_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data", 16) as data:
        lived(data)
        with_a_log(data, data / PARTIAL_STORE_FILE)
        before = (data / "store.db").read_bytes()
        hog = fill(data)
        os.truncate(hog, hog.stat().st_size - 100_000)  # to open it there is room
        with pytest.raises(sqlite3.OperationalError) as told:
            replace_store(data, data / PARTIAL_STORE_FILE)
        assert is_full(told.value)
        assert not (data / NEXT_STORE_FILE).exists()
        assert (data / "store.db").read_bytes() == before


def spoilt(folder: Path) -> None:
    shutil.copy(folder / "store.db", folder / NEXT_STORE_FILE)
    with (folder / NEXT_STORE_FILE).open("r+b") as file:
        file.truncate(3 * 4096)


def test_a_damaged_one_that_was_to_take_the_place_stops_no_start(tmp_path: Path) -> None:
    """Each start ended at it, with words that the next one repairs it."""
    folder = lived(tmp_path)
    spoilt(folder)
    repair.repair_store_if_damaged(folder, STORE, now(), within=READ_BUDGET_S)
    with open_store(folder) as db:
        assert len(rows(db, "select 1 from journal")) == 1
    assert not list(folder.glob("store.db.*"))


def test_a_damaged_one_is_saved_where_the_old_one_is_set_aside_already(tmp_path: Path) -> None:
    folder = lived(tmp_path)
    spoilt(folder)
    (folder / "store.db").rename(folder / "store.db.before-restore-20261127T000000Z")
    finish_replacement(folder)
    assert (folder / "store.db").exists()
    repair.repair_store_if_damaged(folder, STORE, now(), within=READ_BUDGET_S)
    with open_store(folder) as db:
        assert rows(db, "select 1 from repairs where kind = 'salvage'")
