"""A feed's table in hq.db and its position: the rows of a message are applied, and bad ones set aside, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace

from sqlite_utils import Database

from edge.platform.database import first_row, rows, writing
from edge.platform.replica_schema.migrations import FEED_TABLES
from sync.feeds.stored_row import StoredRow
from sync.feeds.versions import FeedPosition
from sync.protocol import digest
from sync.protocol.messages import FeedDelta, FeedPage


def feed_position(db: Database, feed: str) -> FeedPosition:
    """Up to which version the replica has a feed."""
    found = rows(db, "select feed, epoch, version, rows, digest from feeds where feed = ?", (feed,))
    return (
        FeedPosition(**{**found[0], "digest": digest.digest_from_text(found[0]["digest"])})
        if found
        else FeedPosition(feed=feed)
    )


def feed_positions(db: Database) -> dict[str, FeedPosition]:
    """The position of each feed, also of those that nothing has come of."""
    return {feed: feed_position(db, feed) for feed in FEED_TABLES}


def note_position(db: Database, here: FeedPosition, as_of: str) -> None:
    """Move a feed's position; `as_of` is the time (UTC text) at which HQ sent its rows."""
    db.conn.execute(
        "insert or replace into feeds (feed, epoch, version, rows, digest, as_of) values (?, ?, ?, ?, ?, ?)",
        (here.feed, here.epoch, here.version, here.rows, digest.digest_text(here.digest), as_of),
    )


def apply_message(
    db: Database, here: FeedPosition, message: FeedDelta | FeedPage, found: Sequence[StoredRow], as_of: str
) -> None:
    """Write the rows of a message that fits, and the feed's new position.

    A row set aside counts in the digest as if it were here, because HQ counts it; an older good row of its key stays.
    """
    count, total = here.rows, here.digest
    with writing(db):
        for row in found:
            if (old := _counted(db, here.feed, row.key)) is not None:
                count, total = count - 1, digest.remove_row(total, row.key, old)
            write_row(db, here.feed, row)
            if row.body is not None:
                count, total = count + 1, digest.add_row(total, row.key, row.version)
        note_position(db, replace(here, epoch=message.epoch, version=message.version, rows=count, digest=total), as_of)


def _counted(db: Database, feed: str, key: str) -> int | None:
    """The version that counts under a key: that of a row set aside, else of the row that is here; None if neither."""
    found = first_row(db, "select version from set_aside where feed = ? and key = ?", (feed, key)) or first_row(
        db, f"select version from {feed} where key = ? and body is not null", (key,)
    )
    return int(found[0]) if found else None


def write_row(db: Database, feed: str, row: StoredRow) -> None:
    """Write a row into its table, or set it aside, inside the caller's transaction; a row that is the same is not written."""
    db.conn.execute("delete from set_aside where feed = ? and key = ?", (feed, row.key))
    if row.fault:
        db.conn.execute(
            "insert into set_aside (feed, key, version, reason, body) values (?, ?, ?, ?, ?)",
            (feed, row.key, row.version, row.fault, row.body),
        )
    else:
        db.conn.execute(
            f"""insert into {feed} (key, version, body) values (?, ?, ?)
                on conflict (key) do update set version = excluded.version, body = excluded.body
                where version <> excluded.version or body is not excluded.body""",
            (row.key, row.version, row.body),
        )
