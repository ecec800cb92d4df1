"""One feed's table in hq.db: rows in, rows out, rows set aside; called inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlite_utils import Database

from edge.hq_schema import feed_table
from edge.store import one, rows, writing
from sync import digest
from sync.feed_rules import Stand
from sync.headers import FeedDelta, FeedPage, FeedRow
from sync.kinds import fault

Bad = tuple[FeedRow, str]
"""A row that was set aside, and why."""

STRETCH = 2_000  # rows of a shadow that one transaction puts into the feed: some 60 ms in which no fact is sent
SHADOW = "_shadow"  # after a feed's name: the table a reload goes into, before it takes the old one's place


def stand(db: Database, table: str) -> Stand:
    """Where a table stands (a feed's, or its shadow's)."""
    row = one(db, "select epoch, version, rows, digest from feeds where feed = ?", (table,))
    if row is None:
        return Stand(feed=table)
    return Stand(feed=table, epoch=row[0], version=row[1], rows=row[2], digest=digest.from_text(row[3]))


def as_of(db: Database, table: str) -> str:
    """When what a table has was said (UTC text); empty where it has nothing."""
    row = one(db, "select as_of from feeds where feed = ?", (table,))
    return str(row[0]) if row else ""


def note(db: Database, here: Stand, as_of: str) -> None:
    """Move the table's cursor; `as_of` is the moment (UTC text) at which its rows were said."""
    db.conn.execute(
        "insert or replace into feeds (feed, epoch, version, rows, digest, as_of) values (?, ?, ?, ?, ?, ?)",
        (here.feed, here.epoch, here.version, here.rows, digest.as_text(here.digest), as_of),
    )


def put(db: Database, here: Stand, found: Sequence[FeedRow]) -> tuple[Stand, list[Bad]]:
    """Write the rows behind the table's version; the new standing, and the rows set aside with their reasons.

    A row set aside counts in the digest as if it were here, because HQ counts it; an older good row of its key stays.
    """
    aside = dict(db.conn.execute("select key, version from set_aside where feed = ?", (here.feed,)).fetchall())
    bad: list[Bad] = []
    count, total = here.rows, here.digest
    for row in found:
        if row.version <= here.version:
            continue
        if (old := _take_out(db, here.feed, row.key, aside)) is not None:
            count, total = count - 1, digest.take(total, row.key, old)
        text = row.text
        if why := _put_in(db, here.feed, row, text):
            aside[row.key] = row.version
            bad.append((row, why))
        if text is not None:
            count, total = count + 1, digest.add(total, row.key, row.version)
    return replace(here, rows=count, digest=total), bad


def apply(
    db: Database, here: Stand, message: FeedDelta | FeedPage, found: Sequence[FeedRow], as_of: str
) -> tuple[Stand, list[Bad]]:
    """A message that fits: its rows and the cursor in one transaction of its own."""
    with writing(db):
        here, bad = put(db, here, found)
        here = replace(here, epoch=message.epoch, version=message.version)
        note(db, here, as_of)
    return here, bad


def _take_out(db: Database, table: str, key: str, aside: dict[str, int]) -> int | None:
    """The version that counts under a key until now, a row set aside before one that is here; None where none does."""
    version = aside.pop(key, None)
    if version is not None:
        db.conn.execute("delete from set_aside where feed = ? and key = ?", (table, key))
        return version
    old = one(db, f"select version from {table} where key = ? and body is not null", (key,))
    return int(old[0]) if old else None


def _put_in(db: Database, table: str, row: FeedRow, text: str | None) -> str | None:
    """Write a row where it belongs; the reason where it is set aside instead."""
    why = fault(table.removesuffix(SHADOW), row.key, text) if text is not None else None
    if why:
        db.conn.execute(
            "insert or replace into set_aside (feed, key, version, reason, body) values (?, ?, ?, ?, ?)",
            (table, row.key, row.version, why, text),
        )
    else:
        db.conn.execute(
            f"""insert into {table} (key, version, body) values (?, ?, ?)
                on conflict (key) do update set version = excluded.version, body = excluded.body""",
            (row.key, row.version, text),
        )
    return why


def begin_shadow(db: Database, feed: str, epoch: str, as_of: str) -> Stand:
    """An empty shadow of a feed for HQ's `epoch`; an older shadow is thrown away."""
    drop_shadow(db, feed)
    db.conn.execute(feed_table(feed, shadow=SHADOW))
    here = Stand(feed=feed + SHADOW, epoch=epoch)
    note(db, here, as_of)
    return here


def drop_shadow(db: Database, feed: str) -> None:
    """No shadow, and nothing left of one."""
    drop(db, feed + SHADOW)
    db.conn.execute("delete from feeds where feed = ?", (feed + SHADOW,))
    db.conn.execute("delete from set_aside where feed = ?", (feed + SHADOW,))


def drop(db: Database, table: str) -> None:
    """Drop a table whose rows lie elsewhere, too: they need not be wiped, which Debian's SQLite does by writing them all."""
    (wiping,) = db.conn.execute("pragma secure_delete").fetchone()
    db.conn.execute("pragma secure_delete = off")
    db.conn.execute(f"drop table if exists {table}")
    db.conn.execute(f"pragma secure_delete = {wiping}")


def take_over(db: Database, feed: str, after: str) -> str | None:
    """The shadow becomes the feed, a stretch of keys behind `after` at a time; where to go on, or None when it is done.

    Only rows that differ are written, so that triggers and indexes stay true and a repair of a few rows costs a few writes.
    A feed longer than a stretch stands at version 0 meanwhile, each of its rows as HQ says it or said it.
    """
    shadow = feed + SHADOW
    found = db.conn.execute(f"select key from {shadow} where key > ? order by key limit {STRETCH}", (after,)).fetchall()
    last = found[-1][0] if len(found) == STRETCH else None
    _take_over_stretch(db, feed, after, last)
    if last is not None:
        note(db, replace(stand(db, shadow), feed=feed, version=0), as_of(db, shadow))
        return str(last)
    db.conn.execute("delete from set_aside where feed = ?", (feed,))
    db.conn.execute("update set_aside set feed = ? where feed = ?", (feed, shadow))
    note(db, replace(stand(db, shadow), feed=feed), as_of(db, shadow))
    drop_shadow(db, feed)
    return None


def _take_over_stretch(db: Database, feed: str, after: str, last: str | None) -> None:
    """Rows with keys behind `after` and up to `last`; None: all that follow."""
    shadow = feed + SHADOW
    stretch = "key > :after" + (" and key <= :last" if last is not None else "")
    at = {"after": after, "last": last, "shadow": shadow}
    db.conn.execute(
        f"""delete from {feed} where {stretch}
            and not exists (select 1 from {shadow} as new where new.key = {feed}.key)
            and key not in (select key from set_aside where feed = :shadow)""",
        at,
    )
    db.conn.execute(
        f"""insert into {feed} (key, version, body)
            select key, version, body from {shadow} as new where {stretch} and not exists (
              select 1 from {feed} as old where old.key = new.key and old.version = new.version and old.body is new.body)
            on conflict (key) do update set version = excluded.version, body = excluded.body""",
        at,
    )


def shadows(db: Database, feeds: Iterable[str]) -> set[str]:
    """The feeds that a reload was begun for."""
    begun = {row["feed"] for row in rows(db, "select feed from feeds")}
    return {feed for feed in feeds if feed + SHADOW in begun}
