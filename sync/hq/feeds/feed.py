"""HQ's feeds: rows that are put, each change with its own version, and the state of each feed."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from edge.platform.database import first_row, rows
from edge.registry import FEEDS
from sync.protocol import digest
from sync.protocol.messages import FeedHead
from sync.protocol.topics import ALL_STORES

CHAIN_WIDE_FEEDS = frozenset({"keys", "prices"}) | {feed.name for feed in FEEDS.values() if feed.same_for_all}
STORE_SCOPED_FEEDS = frozenset({"config"}) | {feed.name for feed in FEEDS.values() if not feed.same_for_all}
MAX_ROW_BYTES = 192 * 1024  # bytes of a body: a row must fit into one message of 256 KiB even if zlib gains nothing


class RowTooBig(ValueError):
    """A row would not fit into any message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPosition:
    """The state of a feed of a scope (`all` or a store's id): its epoch and version, live rows, digest over them."""

    feed: str
    scope: str
    epoch: str
    version: int = 0
    rows: int = 0
    digest: int = 0
    stamp: int = 0

    @property
    def head(self) -> FeedHead:
        return FeedHead(epoch=self.epoch, version=self.version, rows=self.rows, digest=digest.digest_text(self.digest))


def scope_of(feed: str, store: str) -> str:
    """The scope of `feed` that a store gets."""
    return ALL_STORES if feed in CHAIN_WIDE_FEEDS else store


def changed_positions(db: Database, *, after: int = -1) -> tuple[list[FeedPosition], int]:
    """The feeds of all scopes that changed after a stamp, and the stamp to pass next time."""
    found = rows(
        db,
        "select feed, scope, epoch, version, rows, digest, stamp from heads where stamp > ? order by stamp",
        (after,),
    )
    here = [FeedPosition(**{**row, "digest": digest.digest_from_text(row["digest"])}) for row in found]
    return here, max((one.stamp for one in here), default=after)


def positions_of_scope(db: Database, scope: str) -> list[FeedPosition]:
    """All feeds of one scope."""
    found = rows(
        db, "select feed, scope, epoch, version, rows, digest, stamp from heads where scope = ? order by feed", (scope,)
    )
    return [FeedPosition(**{**row, "digest": digest.digest_from_text(row["digest"])}) for row in found]


def feed_position(db: Database, feed: str, scope: str) -> FeedPosition | None:
    """The state of one feed, or None before its first row."""
    row = first_row(db, "select epoch, version, rows, digest from heads where feed = ? and scope = ?", (feed, scope))
    if row is None:
        return None
    return FeedPosition(
        feed=feed, scope=scope, epoch=row[0], version=row[1], rows=row[2], digest=digest.digest_from_text(row[3])
    )


def row_body(db: Database, feed: str, scope: str, key: str) -> str | None:
    """The live body under a key, or None."""
    row = first_row(db, "select body from rows where feed = ? and scope = ? and key = ?", (feed, scope, key))
    return row[0] if row else None


def put_rows(db: Database, feed: str, scope: str, changes: Iterable[tuple[str, str | None]]) -> int:
    """Put rows (key, JSON body or None to delete) inside the caller's transaction; returns how many changed.

    A row that did not change gets no new version, so pushing a file twice sends nothing. Raises RowTooBig.
    """
    here = feed_position(db, feed, scope) or FeedPosition(feed=feed, scope=scope, epoch=secrets.token_hex(8))
    before = here.version
    for key, text in changes:
        here = _put_row(db, here, key, text)
    if here.version != before:
        save_position(db, here)
    return here.version - before


def republish_rows(db: Database, feed: str, scope: str, keys: Iterable[str]) -> int:
    """Give rows a new version though nothing in them changes, inside the caller's transaction; how many are live."""
    live = [(key, text) for key in keys if (text := row_body(db, feed, scope, key)) is not None]
    put_rows(db, feed, scope, [(key, None) for key, _ in live])
    put_rows(db, feed, scope, live)
    return len(live)


def _put_row(db: Database, here: FeedPosition, key: str, text: str | None) -> FeedPosition:
    if text is not None and len(text.encode()) > MAX_ROW_BYTES:
        raise RowTooBig(f"{here.feed} {key}: {len(text.encode())} bytes, a row may have {MAX_ROW_BYTES}")
    at = (here.feed, here.scope, key)
    old = first_row(db, "select version, body from rows where feed = ? and scope = ? and key = ?", at)
    if (old[1] if old else None) == text:
        return here
    version, count, total = here.version + 1, here.rows, here.digest
    if old and old[1] is not None:
        count, total = count - 1, digest.remove_row(total, key, old[0])
    if text is not None:
        count, total = count + 1, digest.add_row(total, key, version)
    db.conn.execute(
        """insert into rows (feed, scope, key, version, body) values (?, ?, ?, ?, ?)
           on conflict (feed, scope, key) do update set version = excluded.version, body = excluded.body""",
        (*at, version, text),
    )
    return replace(here, version=version, rows=count, digest=total)


def save_position(db: Database, here: FeedPosition) -> None:
    """Save the state of a feed, in the transaction of its rows."""
    db.conn.execute(
        """insert or replace into heads (feed, scope, epoch, version, rows, digest, stamp)
           values (?, ?, ?, ?, ?, ?, (select coalesce(max(stamp), 0) + 1 from heads))""",
        (here.feed, here.scope, here.epoch, here.version, here.rows, digest.digest_text(here.digest)),
    )
