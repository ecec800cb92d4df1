"""Rebuilding hq.db if it is damaged or gone: any process may do it, one at a time, and all others follow."""

import logging
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from edge.db_files.inspection import find_damage
from edge.db_files.replacement import checkpoint_wal
from edge.platform import migration
from edge.platform.clock import Now
from edge.platform.database import NoRoom, Replica, first_row, writing
from edge.platform.replica_schema.migrations import hq_migrations
from edge.platform.set_aside import delete_file_and_side_files, fsync_files, set_aside, set_aside_path
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Connection, Damaged, FileIdentity, connect, file_identity

log = logging.getLogger(__name__)

REPLICA_FILE = "hq.db"
COPY_BUDGET_S = 2.0  # seconds for rows that can still be read; somebody waits, and HQ sends all of them again
ROWS_PER_STEP = 500  # rows that one step copies

# What is copied, in this order, while there is time: who may sign in and what was ordered come first, the catalogue is the
# longest. Not `keys` and `config`: what is in force of them is kept in store.db.
_ORDER = (
    "staff",
    "orders",
    "members",
    "stock",
    "neighbours",
    "offers",
    "entitlements",
    "prices",
    "content",
    "catalog",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaReplacement:
    """Why and when this file replaced another one, and the name under which the old one was set aside (empty: it was gone)."""

    at: str
    why: str
    aside: str
    told: bool
    whole: bool


def read_replacement_record(mirror: Database) -> ReplicaReplacement | None:
    """What this file replaced; None if it is the first one."""
    row = first_row(mirror, "select at, why, aside, told, whole from replaced")
    return (
        ReplicaReplacement(at=row[0], why=row[1], aside=row[2], told=bool(row[3]), whole=bool(row[4])) if row else None
    )


def note_confirmed_position(mirror: Database, epoch: str, seq: int) -> None:
    """Note how far HQ has kept the journal (highest seq of any lane), inside the caller's transaction."""
    mirror.conn.execute("insert or replace into heard (epoch, seq, only_one) values (?, ?, 1)", (epoch, seq))


def confirmed_position(mirror: Database) -> tuple[str, int]:
    """Epoch and seq up to which HQ has confirmed the journal; seq is 0 if nothing is known."""
    row = first_row(mirror, "select epoch, seq from heard")
    return (row[0], row[1]) if row else ("", 0)


def is_current_replica(mirror: Database) -> bool:
    """Whether this connection's file still is the box's replica (costs two microseconds)."""
    conn = mirror.conn
    assert isinstance(conn, Connection)
    return file_identity(conn.file) == conn.identity


def rebuild_if_unreadable(folder: Path, now: Now, *, within: float) -> bool:
    """At the start: rebuild hq.db if it cannot be read. Returns whether it did. `within`: seconds spent on its pages."""
    here = file_identity(folder / REPLICA_FILE)
    why = find_damage(folder / REPLICA_FILE, within=within)
    return replace_replica(folder, here, why, now) if why is not None else False


def rebuild_damaged(damaged: Damaged, now: Now) -> bool:
    """While running: the same for a file that was found damaged; False if another process has done it meanwhile."""
    return replace_replica(damaged.file.parent, damaged.identity, damaged.why, now)


def rebuild_or_raise(damaged: Damaged, now: Now) -> None:
    """Rebuild the replica if it is the damaged file; else raise the error again."""
    if damaged.file.name != REPLICA_FILE:
        raise damaged
    rebuild_damaged(damaged, now)


def open_replica(folder: Path, now: Now) -> Replica:
    """The replica for a reader; it is rebuilt if it cannot be opened."""
    try:
        return Replica(folder)
    except Damaged as damaged:
        rebuild_damaged(damaged, now)
        return Replica(folder)


def replace_replica(folder: Path, met: FileIdentity | None, why: str, now: Now) -> bool:
    """Set hq.db aside if it is still the file `met`, and replace it by a new one with the rows that can be read of it.

    A kill at any moment leaves no hq.db, or the new one; the next process that looks continues from there.
    """
    file = folder / REPLICA_FILE
    with migration.migration_lock(folder):
        here = file_identity(file)
        if here is not None and here != met:
            return False
        place = set_aside_path(file, "damaged", now)
        if here is None:
            delete_file_and_side_files(file)  # files that belonged to the lost file must not be taken for the new one's
        else:
            _forget_older(folder)
            set_aside(file, place)
        new = file.with_name(REPLICA_FILE + ".new")
        delete_file_and_side_files(new)
        migration.migrate_path(new, hq_migrations)
        _begin(new, place if here else None, why, now)
        checkpoint_wal(new)
        fsync_files(new)
        new.rename(file)
        fsync_files(file)
    log.error("hq.db was made anew, HQ will fill it: %s", why)
    return True


def _forget_older(folder: Path) -> None:
    """Delete older damaged replicas: one is enough for an examination, and all of them would fill the card."""
    for old in folder.glob(f"{REPLICA_FILE}.damaged-*"):
        old.unlink()


def _begin(new: Path, old: Path | None, why: str, now: Now) -> None:
    with closing(connect(new)) as conn:
        db = Database(conn)
        with writing(db):
            conn.execute(
                "insert into replaced (at, why, aside, only_one) values (?, ?, ?, 1)",
                (now.text, why, old.name if old else ""),
            )
        if old is not None:
            _take_along(db, old)


def _take_along(db: Database, old: Path) -> None:
    """Copy the rows that can still be read: the shop works with them until HQ has sent all again (`feed.reload`)."""
    until = time.monotonic() + COPY_BUDGET_S
    try:
        for feed in _ORDER:
            _take_feed(db, old, feed, until)
    except (sqlite3.DatabaseError, NoRoom) as error:
        log.warning("no more rows are copied from %s: %s", old.name, error)


def _take_feed(db: Database, old: Path, feed: str, until: float) -> None:
    """Copy from the first key upwards; after a bad page, also from the last key downwards to it.

    Each direction has its own connection: after a bad page SQLCipher reads nothing more on the same connection.
    """
    stand = _stand(old, feed)
    if stand is None:
        return  # without its version the state of the rows is not known
    with writing(db):
        # row count and digest may be wrong: the feed is reloaded from nothing before they are compared
        db.conn.execute(
            "insert into feeds (feed, epoch, version, rows, digest, as_of) values (?, ?, ?, 0, '0', ?)", (feed, *stand)
        )
    with closing(connect(old, mode="ro")) as conn:
        is_through = _walk(db, conn, feed, "key > ?", "", "asc", until)
    if not is_through:
        with closing(connect(old, mode="ro")) as conn:
            _walk(db, conn, feed, "key < ?", "\U0010ffff", "desc", until)


def _stand(old: Path, feed: str) -> tuple[str, int, str] | None:
    """Epoch, version and time of a feed; None if they cannot be read."""
    try:
        with closing(connect(old, mode="ro")) as conn:
            found: tuple[str, int, str] | None = conn.execute(
                "select epoch, version, as_of from feeds where feed = ?", (feed,)
            ).fetchone()
    except sqlite3.DatabaseError:
        return None
    return found


def _walk(db: Database, old: Connection, feed: str, beyond: str, last: str, way: str, until: float) -> bool:
    """Whether the walk reached its end, or the end of its time; False if it found a bad page."""
    rows = f"""select key, version, body from {feed}
               where {beyond} and (body is null or json_valid(body)) order by key {way} limit {ROWS_PER_STEP}"""
    while time.monotonic() < until:
        found, is_whole = _up_to_damage(old, rows, last)
        try:
            with writing(db):
                db.conn.executemany(f"insert or ignore into {feed} (key, version, body) values (?, ?, ?)", found)
        except sqlite3.DatabaseError:
            return False  # a body that is valid JSON, but not the original
        if not is_whole or len(found) < ROWS_PER_STEP:
            return is_whole
        last = found[-1][0]
    return True


def _up_to_damage(old: Connection, sql: str, last: str) -> tuple[list[tuple[str, int, str | None]], bool]:
    """The rows of a query up to a bad page, and whether there was no bad page."""
    found = []
    try:
        for row in old.execute(sql, (last,)):
            found.append(row)
    except sqlite3.DatabaseError:
        return found, False
    return found, True
