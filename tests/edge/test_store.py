"""Two databases, one pen each, logs with followers."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge import schema
from edge.store import Changes, NewerDatabase, cursor, move_cursor, one, open_hq, open_store, writing


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    schema.migrate(tmp_path)
    before = open_store(tmp_path).schema
    schema.migrate(tmp_path)
    assert open_store(tmp_path).schema == before


def test_twelve_processes_may_migrate_at_once(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, pathlib; from edge import schema; schema.migrate(pathlib.Path(sys.argv[1]))"
    starters = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(12)]
    assert [starter.wait() for starter in starters] == [0] * 12
    assert "journal" in open_store(tmp_path).table_names()


def test_a_database_of_a_newer_version_is_refused_and_untouched(tmp_path: Path) -> None:
    schema.migrate(tmp_path)
    db = open_store(tmp_path)
    db.table("_sqlite_migrations").insert({"migration_set": "store", "name": "m999_the_future", "applied_at": "2030"})
    db.close()
    before = (tmp_path / "store.db").read_bytes()
    with pytest.raises(NewerDatabase, match="m999_the_future"):
        schema.migrate(tmp_path)
    with pytest.raises(NewerDatabase):
        schema.check(tmp_path)
    assert (tmp_path / "store.db").read_bytes() == before


def test_store_waits_for_the_card_and_the_mirror_does_not(tmp_path: Path) -> None:
    schema.migrate(tmp_path)
    full, normal = 2, 1
    assert one(open_store(tmp_path), "pragma synchronous") == (full,)
    assert one(open_hq(tmp_path), "pragma synchronous") == (normal,)
    assert one(open_store(tmp_path), "pragma journal_mode") == ("wal",)


def test_a_store_that_was_never_migrated_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_store(tmp_path)
    assert not (tmp_path / "store.db").exists()


def test_every_table_is_strict_and_every_log_never_reuses_a_number(tmp_path: Path) -> None:
    schema.migrate(tmp_path)
    for db in (open_store(tmp_path), open_hq(tmp_path)):
        tables = db.conn.execute("select name, sql from sqlite_schema where type = 'table'").fetchall()
        ours = {name: sql for name, sql in tables if not name.startswith(("sqlite_", "_sqlite_"))}
        assert all("strict" in sql for sql in ours.values())
        logs = {name for name, sql in ours.items() if "seq integer primary key" in sql}
        assert all("autoincrement" in ours[name] for name in logs)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    schema.migrate(tmp_path)
    db = open_store(tmp_path)
    with pytest.raises(ZeroDivisionError), writing(db):
        move_cursor(db, "desk", 5)
        _ = 1 / 0
    assert cursor(db, "desk") == 0


def test_the_pen_is_held_from_the_first_line(tmp_path: Path) -> None:
    schema.migrate(tmp_path)
    one_hand, other = open_store(tmp_path), open_store(tmp_path)
    other.conn.execute("pragma busy_timeout = 0")
    with writing(one_hand), pytest.raises(sqlite3.OperationalError, match="locked"), writing(other):
        pass


def test_two_writers_lose_no_count(tmp_path: Path) -> None:
    schema.migrate(tmp_path)

    def count() -> None:
        db = open_store(tmp_path)
        for _ in range(50):
            with writing(db):
                move_cursor(db, "count", cursor(db, "count") + 1)

    hands = [threading.Thread(target=count) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert cursor(open_store(tmp_path), "count") == 100


def test_a_follower_sees_a_change_of_another_connection_once(tmp_path: Path) -> None:
    schema.migrate(tmp_path)
    follower, writer = open_store(tmp_path), open_store(tmp_path)
    changes = Changes(follower)
    assert changes.seen()
    assert not changes.seen()
    with writing(writer):
        move_cursor(writer, "x", 1)
    assert changes.seen()
    assert not changes.seen()


def test_a_members_cards_are_found_as_long_as_hq_says_so(tmp_path: Path) -> None:
    schema.migrate(tmp_path)
    hq: Database = open_hq(tmp_path)
    put = "insert into members values (?, ?, ?) on conflict (key) do update set version = excluded.version, body = excluded.body"
    hq.conn.execute(put, ("m", 1, '{"codes": ["app:1", "card:2"]}'))
    hq.conn.execute(put, ("m", 2, '{"codes": ["app:9"]}'))
    assert hq.conn.execute("select code from member_codes").fetchall() == [("app:9",)]
    hq.conn.execute(put, ("m", 3, None))
    assert hq.conn.execute("select code from member_codes").fetchall() == []
