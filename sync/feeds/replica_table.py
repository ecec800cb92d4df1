"""One feed's table in hq.db: rows in, rows out, rows set aside; called inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import replace

from sqlite_utils import Database

from edge.platform.database import one_row, writing
from edge.platform.sqlite_file import key_of_connection
from sync.feeds.stored_form import as_kept
from sync.feeds.versions import FeedPosition
from sync.protocol import digest
from sync.protocol.feed_types import row_fault
from sync.protocol.messages import FeedDelta, FeedPage, FeedRow

Bad = tuple[FeedRow, str]
"""A row that was set aside, and why."""

SHADOW = "_shadow"  # after a feed's name: the table a reload goes into, before it takes the old one's place


def stand(db: Database, table: str) -> FeedPosition:
    """The position of a table (a feed's, or its shadow's)."""
    row = one_row(db, "select epoch, version, rows, digest from feeds where feed = ?", (table,))
    if row is None:
        return FeedPosition(feed=table)
    return FeedPosition(feed=table, epoch=row[0], version=row[1], rows=row[2], digest=digest.digest_from_text(row[3]))


def as_of(db: Database, table: str) -> str:
    """The time at which HQ sent a table's rows (UTC text); empty if it has none."""
    row = one_row(db, "select as_of from feeds where feed = ?", (table,))
    return str(row[0]) if row else ""


def note(db: Database, here: FeedPosition, as_of: str) -> None:
    """Move the table's cursor; `as_of` is the time (UTC text) at which HQ sent its rows."""
    db.conn.execute(
        "insert or replace into feeds (feed, epoch, version, rows, digest, as_of) values (?, ?, ?, ?, ?, ?)",
        (here.feed, here.epoch, here.version, here.rows, digest.digest_text(here.digest), as_of),
    )


def put(db: Database, here: FeedPosition, found: Sequence[FeedRow]) -> tuple[FeedPosition, list[Bad]]:
    """Write the rows after the table's version; returns the new position, and the rows set aside with their reasons.

    A row set aside counts in the digest as if it were here, because HQ counts it; an older good row of its key stays.
    """
    aside = dict(db.conn.execute("select key, version from set_aside where feed = ?", (here.feed,)).fetchall())
    bad: list[Bad] = []
    count, total = here.rows, here.digest
    for row in found:
        if row.version <= here.version:
            continue
        if (old := _take_out(db, here.feed, row.key, aside)) is not None:
            count, total = count - 1, digest.remove_row(total, row.key, old)
        text = row.text
        if why := _put_in(db, here.feed, row, text):
            aside[row.key] = row.version
            bad.append((row, why))
        if text is not None:
            count, total = count + 1, digest.add_row(total, row.key, row.version)
    return replace(here, rows=count, digest=total), bad


def apply(
    db: Database, here: FeedPosition, message: FeedDelta | FeedPage, found: Sequence[FeedRow], as_of: str
) -> tuple[FeedPosition, list[Bad]]:
    """A message that fits: its rows and the cursor in one transaction of its own."""
    with writing(db):
        here, bad = put(db, here, found)
        here = replace(here, epoch=message.epoch, version=message.version)
        note(db, here, as_of)
    return here, bad


def _take_out(db: Database, table: str, key: str, aside: dict[str, int]) -> int | None:
    """The version that counts under a key until now: that of a row set aside, else of the row that is here; None if neither."""
    version = aside.pop(key, None)
    if version is not None:
        db.conn.execute("delete from set_aside where feed = ? and key = ?", (table, key))
        return version
    old = one_row(db, f"select version from {table} where key = ? and body is not null", (key,))
    return int(old[0]) if old else None


def _put_in(db: Database, table: str, row: FeedRow, text: str | None) -> str | None:
    """Write a row into its table; the reason if it is set aside instead."""
    feed = table.removesuffix(SHADOW)
    why = row_fault(feed, row.key, text) if text is not None else None
    kept = as_kept(feed, text, key_of_connection(db.conn)) if text is not None else None
    if why:
        db.conn.execute(
            "insert or replace into set_aside (feed, key, version, reason, body) values (?, ?, ?, ?, ?)",
            (table, row.key, row.version, why, kept),
        )
    else:
        db.conn.execute(
            f"""insert into {table} (key, version, body) values (?, ?, ?)
                on conflict (key) do update set version = excluded.version, body = excluded.body""",
            (row.key, row.version, kept),
        )
    return why


def drop(db: Database, table: str) -> None:
    """Drop a table whose rows lie elsewhere, too: they need not be wiped, which Debian's SQLite does by writing them all."""
    (wiping,) = db.conn.execute("pragma secure_delete").fetchone()
    db.conn.execute("pragma secure_delete = off")
    db.conn.execute(f"drop table if exists {table}")
    db.conn.execute(f"pragma secure_delete = {wiping}")
