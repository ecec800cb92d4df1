"""The feeds go down: what changed as deltas, where each feed stands as retained heads, pages to whoever asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from msgspec import Raw
from sqlite_utils import Database

from edge.store import rows
from sync import topics
from sync.headers import NULL, FeedDelta, FeedPage, FeedRow, Head, Want
from sync.hq import commands, feed
from sync.hq.feed import Stand
from sync.hq.outbox import Outbox
from sync.wire import ROWS_MOST, share_out

DELTA_MOST = (
    2_000  # rows pushed to everybody at once; of more only the head is told, and each store asks at its own pace
)

Said = tuple[str, int]  # epoch and version


@dataclass(slots=True)
class Publisher:
    """Remembers how far each feed has been published since the line came up."""

    db: Database
    chain: str
    out: Outbox
    _said: dict[tuple[str, str], Said] = field(default_factory=dict)
    _stamp: int = -1
    _ordered: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """The line is up: tell every scope where its feeds stand. Who is behind asks; nothing else is pushed."""
        here, self._stamp = feed.stands(self.db)
        self._said = {(one.feed, one.scope): (one.epoch, one.version) for one in here}
        self._tell_heads(here)
        self._ordered = set()
        self._order_new()

    def go_on(self) -> None:
        """Publish what has changed since the last time, whoever changed it."""
        changed, self._stamp = feed.stands(self.db, after=self._stamp)
        for one in changed:
            self._tell_delta(one)
            self._said[one.feed, one.scope] = (one.epoch, one.version)
        self._tell_heads(changed)
        self._order_new()

    def order(self, store: str) -> None:
        """A store has come to the line: it may have missed what was ordered. A box does each command once."""
        for scope, do in commands.standing(self.db):
            if scope in (store, topics.ALL):
                self.out.tell(topics.down(self.chain, store, "do"), do)

    def _order_new(self) -> None:
        for scope, do in commands.standing(self.db):
            if do.id not in self._ordered:
                self._ordered.add(do.id)
                self.out.tell(topics.down(self.chain, scope, "do"), do)

    def _tell_delta(self, one: Stand) -> None:
        epoch, since = self._said.get((one.feed, one.scope), (one.epoch, 0))
        if epoch != one.epoch:
            return
        found = behind(self.db, one, since, DELTA_MOST + 1)
        if len(found) > DELTA_MOST:
            return
        topic = topics.feed(self.chain, one.scope, one.feed)
        for header, part in deltas(one, since, found):
            self.out.tell(topic, header, part)

    def _tell_heads(self, changed: Sequence[Stand]) -> None:
        for scope in sorted({one.scope for one in changed}):
            heads = {one.feed: one.head for one in feed.of_scope(self.db, scope)}
            self.out.tell(topics.down(self.chain, scope, "head"), Head(feeds=heads), retain=True)


def deltas(one: Stand, since: int, found: Sequence[FeedRow]) -> Iterator[tuple[FeedDelta, Sequence[FeedRow]]]:
    """The rows behind `since`, in messages that follow on each other up to where the feed stands."""
    for part in _runs(found):
        last = part[-1].version if part[-1] is not found[-1] else one.version
        yield FeedDelta(feed=one.feed, epoch=one.epoch, since=since, version=last), part
        since = last


def page(db: Database, store: str, want: Want) -> tuple[FeedPage, Sequence[FeedRow]] | None:
    """The page a store asks for; None where HQ has no such feed for it.

    A store that stands in another epoch, or further than HQ does, gets HQ's feed from its beginning.
    """
    one = feed.stand(db, want.feed, feed.scope_of(want.feed, store))
    if one is None:
        return None
    since = want.version if want.epoch == one.epoch and want.version <= one.version else 0
    found = behind(db, one, since, ROWS_MOST + 1)
    part = next(_runs(found), ())
    more = len(part) < len(found)
    last = part[-1].version if more else one.version
    return FeedPage(feed=one.feed, epoch=one.epoch, since=since, version=last, more=more), part


def _runs(found: Sequence[FeedRow]) -> Iterator[Sequence[FeedRow]]:
    """The rows in runs that each fit into a message."""
    return cast(Iterator[Sequence[FeedRow]], share_out(found))


def behind(db: Database, one: Stand, since: int, most: int) -> list[FeedRow]:
    """The rows of a feed that changed behind a version, by rising version, deleted ones too."""
    found = rows(
        db,
        "select key, version, body from rows where feed = ? and scope = ? and version > ? order by version limit ?",
        (one.feed, one.scope, since, most),
    )
    return [
        FeedRow(key=row["key"], version=row["version"], body=NULL if row["body"] is None else Raw(row["body"].encode()))
        for row in found
    ]
