"""Sync's notes are deleted once they are reported; what must be known after a restart is kept apart."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlite_utils import Database

from edge.facts.box import BoxForked
from edge.facts.hq_link import CommandRefused, CommandTaken, FeedEpoch, SyncStarted
from edge.platform import clock
from edge.platform.clock import Now
from edge.platform.database import move_cursor, open_store, rows, writing
from edge.platform.migration import migrate
from edge.platform.process import ProcessLife
from edge.platform.sqlite import sqlite3
from edge.platform.store_schema import migrations
from edge.retention.log_retention import sweep_log
from sync import sync_log
from sync.sync_log import append_note, remembered_names


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path)
    db = open_store(tmp_path)
    yield db
    db.close()


def days_ago(days: int) -> Now:
    with time_machine.travel(datetime.now(UTC) - timedelta(days=days), tick=False):
        return clock.now()


FORK = BoxForked(epoch="e1", lane=2, kept=7, hq_seq=9, reason="HQ tells another past")


def noted(db: Database, moment: Now) -> None:
    with writing(db):
        append_note(db, FORK, moment)
        append_note(db, FeedEpoch(feed="stock", before="f1", after="f2"), moment)
        append_note(db, CommandTaken(id="d1", command="birth"), moment)
        append_note(db, CommandRefused(id="d2", command="birth", why="expired"), moment)
        append_note(db, SyncStarted(), moment)


def test_old_notes_that_were_told_go_and_what_must_be_known_stays(db: Database) -> None:
    noted(db, days_ago(91))
    with writing(db):
        last = append_note(db, SyncStarted(), clock.now())
        move_cursor(db, "follower:sync_log", last)
    assert sweep_log(db, "sync_log", "follower:sync_log", clock.now(), ProcessLife()) == 5
    assert rows(db, "select seq from sync_log") == [{"seq": last}]
    assert remembered_names(db, BoxForked) == ["e1/2"]
    assert remembered_names(db, FeedEpoch) == ["stock/f1"]
    assert remembered_names(db, CommandTaken, CommandRefused) == ["d1", "d2"]


def test_old_notes_nobody_has_told_yet_stay(db: Database) -> None:
    noted(db, days_ago(91))
    assert sweep_log(db, "sync_log", "follower:sync_log", clock.now(), ProcessLife()) == 0


def test_ids_of_commands_are_remembered_up_to_a_number(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_log, "MAX_NAMES_KEPT", 3)
    with writing(db):
        for n in range(5):
            append_note(db, CommandTaken(id=f"d{n}", command="birth"), clock.now())
        append_note(db, FORK, clock.now())
    assert remembered_names(db, CommandTaken) == ["d2", "d3", "d4"]
    assert remembered_names(db, BoxForked) == ["e1/2"]


def test_what_a_box_of_an_earlier_version_had_noted_is_remembered(db: Database) -> None:
    noted(db, clock.now())
    db.conn.execute("drop table sync_memory")
    migrations.m003_sync_memory(db)
    assert remembered_names(db, BoxForked, FeedEpoch, CommandTaken, CommandRefused) == ["e1/2", "stock/f1", "d1", "d2"]
    with pytest.raises(sqlite3.IntegrityError):
        db.conn.execute("insert into sync_memory (type, name) values ('do.taken', 'd1')")
