"""Publishes the feeds: changes as deltas, the state of each feed as retained heads, pages on request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from msgspec import Raw
from sqlite_utils import Database

from edge.platform.database import rows
from sync.hq import store_commands
from sync.hq.feeds import feed
from sync.hq.feeds.feed import FeedPosition
from sync.hq.feeds.outbox import Outbox
from sync.protocol import topics
from sync.protocol.command_types import REVOKE_COMMAND
from sync.protocol.envelope import MAX_ROWS, split_rows
from sync.protocol.messages import NULL_BODY, FeedDelta, FeedPage, FeedRow, Head, Want

# rows sent to all stores at once; for more only the head is sent, and each store asks at its own pace
MAX_DELTA_ROWS = 2_000

AnnouncedPosition = tuple[str, int]  # epoch and version


@dataclass(slots=True)
class Publisher:
    """Remembers how far each feed has been published since the connection came up."""

    db: Database
    chain: str
    out: Outbox
    _said: dict[tuple[str, str], AnnouncedPosition] = field(default_factory=dict)
    _stamp: int = -1
    _ordered: set[str] = field(default_factory=set)
    _ends: dict[str, str] = field(default_factory=dict)  # stores by the id of the command that ends them
    _revoked: frozenset[str] = frozenset()  # stores to which nothing is said but that

    def publish_heads(self) -> None:
        """The connection is up: send every scope its heads. A store that is behind asks; nothing else is sent."""
        self._clear_ends()
        self._revoked = frozenset()
        self._shut_out()
        here, self._stamp = feed.changed_positions(self.db)
        self._said = {(one.feed, one.scope): (one.epoch, one.version) for one in here}
        self._tell_keys(here)
        self._tell_heads(here)
        self._ordered = set()
        self._order_new()

    def publish_changes(self) -> None:
        """Publish what has changed since the last time, by whatever process."""
        self._shut_out()
        changed, self._stamp = feed.changed_positions(self.db, after=self._stamp)
        for one in changed:
            if one.scope not in self._revoked:
                self._tell_delta(one)
            self._said[one.feed, one.scope] = (one.epoch, one.version)
        self._tell_keys(changed)
        self._tell_heads(changed)
        self._order_new()

    def publish_commands(self, store: str) -> None:
        """A store has connected: send it the open commands, it may have missed them. A box does each command once."""
        for scope, do in store_commands.open_commands(self.db):
            if scope in (store, topics.ALL_STORES) and do.command != REVOKE_COMMAND:
                self.out.enqueue(topics.hq_topic(self.chain, store, "do"), do)

    def _order_new(self) -> None:
        """A revocation is retained, for whenever its box connects, until the store is enrolled again."""
        standing = store_commands.open_commands(self.db)
        for scope, do in standing:
            if do.id not in self._ordered:
                self._ordered.add(do.id)
                self.out.enqueue(topics.hq_topic(self.chain, scope, "do"), do, retain=do.command == REVOKE_COMMAND)
        ends = {do.id: scope for scope, do in standing if do.command == REVOKE_COMMAND}
        for name in self._ends.keys() - ends:
            self.out.clear_retained(topics.hq_topic(self.chain, self._ends[name], "do"))
        self._ends = ends

    def _clear_ends(self) -> None:
        """Clear the retained revocation of each store that is enrolled again: it may have been enrolled while no worker ran
        to clear it at the broker."""
        for row in rows(self.db, "select id from stores where revoked is null and again order by id"):
            self.out.clear_first(topics.hq_topic(self.chain, row["id"], "do"))

    def _shut_out(self) -> None:
        """Send nothing more to a revoked store, and leave no retained head for it at the broker."""
        revoked = frozenset(row["id"] for row in rows(self.db, "select id from stores where revoked is not null"))
        for store in sorted(revoked - self._revoked):
            self.out.withdraw(topics.hq_topic(self.chain, store, ""))
            self.out.clear_retained(topics.hq_topic(self.chain, store, "head"))
        for store in self._revoked - revoked:
            self._tell_heads(feed.positions_of_scope(self.db, store))
        self._revoked = revoked

    def _tell_delta(self, one: FeedPosition) -> None:
        epoch, since = self._said.get((one.feed, one.scope), (one.epoch, 0))
        if epoch != one.epoch:
            return
        found = rows_since(self.db, one, since, MAX_DELTA_ROWS + 1)
        if len(found) > MAX_DELTA_ROWS:
            return
        topic = topics.feed_topic(self.chain, one.scope, one.feed)
        for header, part in delta_messages(one, since, found):
            self.out.enqueue(topic, header, part)

    def _tell_keys(self, changed: Sequence[FeedPosition]) -> None:
        """All of HQ's keys, retained: a store that knows none that signs now finds there which ones vouch for which.

        To any other store, and to one of an older version, it is a page like every page.
        """
        for one in changed:
            if (one.feed, one.scope) == ("keys", topics.ALL_STORES):
                header, part = _page(self.db, one, 0)
                self.out.enqueue(topics.feed_topic(self.chain, one.scope, one.feed), header, part, retain=True)

    def _tell_heads(self, changed: Sequence[FeedPosition]) -> None:
        for scope in sorted({one.scope for one in changed} - self._revoked):
            heads = {one.feed: one.head for one in feed.positions_of_scope(self.db, scope)}
            self.out.enqueue(topics.hq_topic(self.chain, scope, "head"), Head(feeds=heads), retain=True)


def delta_messages(
    one: FeedPosition, since: int, found: Sequence[FeedRow]
) -> Iterator[tuple[FeedDelta, Sequence[FeedRow]]]:
    """The rows after `since`, in consecutive messages up to the feed's present version."""
    for part in _runs(found):
        last = part[-1].version if part[-1] is not found[-1] else one.version
        yield FeedDelta(feed=one.feed, epoch=one.epoch, since=since, version=last), part
        since = last


def feed_page(db: Database, store: str, want: Want) -> tuple[FeedPage, Sequence[FeedRow]] | None:
    """The page a store asks for; None if HQ has no such feed for it.

    A store in another epoch, or at a later version than HQ, gets HQ's feed from its beginning.
    """
    one = feed.feed_position(db, want.feed, feed.scope_of(want.feed, store))
    if one is None:
        return None
    return _page(db, one, want.version if want.epoch == one.epoch and want.version <= one.version else 0)


def _page(db: Database, one: FeedPosition, since: int) -> tuple[FeedPage, Sequence[FeedRow]]:
    found = rows_since(db, one, since, MAX_ROWS + 1)
    part = next(_runs(found), ())
    more = len(part) < len(found)
    last = part[-1].version if more else one.version
    return FeedPage(feed=one.feed, epoch=one.epoch, since=since, version=last, more=more), part


def _runs(found: Sequence[FeedRow]) -> Iterator[Sequence[FeedRow]]:
    """The rows in runs that each fit into a message."""
    return cast(Iterator[Sequence[FeedRow]], split_rows(found))


def rows_since(db: Database, one: FeedPosition, since: int, most: int) -> list[FeedRow]:
    """The rows of a feed that changed behind a version, by rising version, deleted ones too."""
    found = rows(
        db,
        "select key, version, body from rows where feed = ? and scope = ? and version > ? order by version limit ?",
        (one.feed, one.scope, since, most),
    )
    return [
        FeedRow(
            key=row["key"], version=row["version"], body=NULL_BODY if row["body"] is None else Raw(row["body"].encode())
        )
        for row in found
    ]
