"""Two databases, one pen each, logs with followers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.platform import migration
from edge.platform.database import CommitDetector, cursor, first_row, move_cursor, open_hq, open_store, writing
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Damaged

Opened = Callable[[Callable[[Path], Database]], Database]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens a file of the migrated folder; closed with the test."""
    migration.migrate(tmp_path)
    with ExitStack() as stack:
        yield lambda open_it: stack.enter_context(open_it(tmp_path))


def test_store_waits_for_the_card_and_the_mirror_does_not(opened: Opened) -> None:
    full, normal = 2, 1
    assert first_row(opened(open_store), "pragma synchronous") == (full,)
    assert first_row(opened(open_hq), "pragma synchronous") == (normal,)
    assert first_row(opened(open_store), "pragma journal_mode") == ("wal",)


def test_a_store_that_was_never_migrated_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        open_store(tmp_path)
    assert not (tmp_path / "store.db").exists()


def test_every_table_is_strict_and_every_log_never_reuses_a_number(opened: Opened) -> None:
    for db in (opened(open_store), opened(open_hq)):
        # FTS5's tables are its own; it makes them so
        own = "select name from pragma_table_list where type in ('virtual', 'shadow')"
        tables = db.conn.execute(
            f"select name, sql from sqlite_schema where type = 'table' and name not in ({own})"
        ).fetchall()
        ours = {name: sql for name, sql in tables if not name.startswith(("sqlite_", "_sqlite_"))}
        assert all("strict" in sql for sql in ours.values())
        logs = {name for name, sql in ours.items() if "seq integer primary key" in sql}
        assert all("autoincrement" in ours[name] for name in logs)


def test_a_failed_transaction_leaves_nothing(opened: Opened) -> None:
    db = opened(open_store)
    with pytest.raises(ZeroDivisionError), writing(db):
        move_cursor(db, "desk", 5)
        _ = 1 / 0
    assert cursor(db, "desk") == 0


def test_the_pen_is_held_from_the_first_line(opened: Opened) -> None:
    one_hand, other = opened(open_store), opened(open_store)
    other.conn.execute("pragma busy_timeout = 0")
    with writing(one_hand), pytest.raises(sqlite3.OperationalError, match="locked"), writing(other):
        pass


def test_two_writers_lose_no_count(tmp_path: Path, opened: Opened) -> None:
    def count() -> None:
        with open_store(tmp_path) as db:
            for _ in range(50):
                with writing(db):
                    move_cursor(db, "count", cursor(db, "count") + 1)

    hands = [threading.Thread(target=count) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert cursor(opened(open_store), "count") == 100


def test_a_follower_sees_a_change_of_another_connection_once(opened: Opened) -> None:
    follower, writer = opened(open_store), opened(open_store)
    changes = CommitDetector(follower)
    assert changes.seen()
    assert not changes.seen()
    with writing(writer):
        move_cursor(writer, "x", 1)
    assert changes.seen()
    assert not changes.seen()


def test_a_members_cards_are_found_as_long_as_hq_says_so(opened: Opened) -> None:
    hq = opened(open_hq)
    put = "insert into members values (?, ?, ?) on conflict (key) do update set version = excluded.version, body = excluded.body"
    hq.conn.execute(put, ("m", 1, '{"codes": ["app:1", "card:2"]}'))
    hq.conn.execute(put, ("m", 2, '{"codes": ["app:9"]}'))
    assert hq.conn.execute("select code from member_codes").fetchall() == [("app:9",)]
    hq.conn.execute(put, ("m", 3, None))
    assert hq.conn.execute("select code from member_codes").fetchall() == []
