"""A reload's own table beside a feed: filled while the feed is still shown, and then taken over into it."""

from collections.abc import Iterable
from dataclasses import replace

from sqlite_utils import Database

from edge.platform.database import rows
from edge.platform.replica_schema import feed_table
from sync.feeds import replica_table
from sync.feeds.replica_table import SHADOW
from sync.feeds.versions import FeedPosition

STRETCH = 2_000  # rows of a shadow that one transaction puts into the feed: some 60 ms in which no fact is sent


def begin(db: Database, feed: str, epoch: str, as_of: str) -> FeedPosition:
    """An empty shadow of a feed for HQ's `epoch`; an older shadow is deleted."""
    forget(db, feed)
    db.conn.execute(feed_table(feed, shadow=SHADOW))
    here = FeedPosition(feed=feed + SHADOW, epoch=epoch)
    replica_table.note(db, here, as_of)
    return here


def take_over(db: Database, feed: str, after: str) -> str | None:
    """Move a range of the shadow's keys after `after` into the feed; returns the key to go on from, or None when it is done.

    Only rows that differ are written, so that triggers and indexes stay true and a repair of a few rows costs a few writes.
    A feed longer than a range is at version 0 meanwhile; each of its rows is as HQ has it now or had it before.
    """
    shadow = feed + SHADOW
    found = db.conn.execute(f"select key from {shadow} where key > ? order by key limit {STRETCH}", (after,)).fetchall()
    last = found[-1][0] if len(found) == STRETCH else None
    _take_over_stretch(db, feed, after, last)
    here, said = replace(replica_table.stand(db, shadow), feed=feed), replica_table.as_of(db, shadow)
    if last is not None:
        replica_table.note(db, replace(here, version=0), said)
        return str(last)
    db.conn.execute("delete from set_aside where feed = ?", (feed,))
    db.conn.execute("update set_aside set feed = ? where feed = ?", (feed, shadow))
    replica_table.note(db, here, said)
    forget(db, feed)
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


def forget(db: Database, feed: str) -> None:
    """Delete the shadow and all that belongs to it."""
    replica_table.drop(db, feed + SHADOW)
    db.conn.execute("delete from feeds where feed = ?", (feed + SHADOW,))
    db.conn.execute("delete from set_aside where feed = ?", (feed + SHADOW,))


def begun(db: Database, feeds: Iterable[str]) -> set[str]:
    """The feeds that a reload was begun for."""
    found = {row["feed"] for row in rows(db, "select feed from feeds")}
    return {feed for feed in feeds if feed + SHADOW in found}
