"""The rows of a long load, as they come and then by key: HQ sends by version, a table wants its rows in order.

Put straight into a table of a million rows, each of a page's 500 random keys rewrites a page of the card: some forty times
the rows' own bytes. Appended, sorted once and poured in order, each page is written once; the rows lie there twice meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace

from msgspec import Raw
from sqlite_utils import Database

from edge.platform.database import one_row, writing
from edge.platform.replica_schema import FEED_TABLES
from sync.feeds import replica_table
from sync.feeds.replica_table import SHADOW, Bad
from sync.feeds.versions import FeedPosition
from sync.protocol.messages import NULL_BODY, FeedPage, FeedRow

PILE = "_pile"  # after a feed's name: the table its pages are appended to
POUR = 2_000  # rows that one transaction moves into the feed: some 50 ms in which no fact is sent
BEGIN = ("", 0)  # before every row

Mark = tuple[str, int]
"""A row's key and version: moving goes on after it."""


class Staging:
    """The position of each feed's load; those with a mark are complete, and are being moved."""

    def __init__(self, db: Database) -> None:
        self.db = db
        found = {feed: replica_table.stand(db, feed + PILE) for feed in FEED_TABLES}
        self.stands = {feed: here for feed, here in found.items() if here.epoch}
        self.marks: dict[str, Mark] = {feed: _poured(db, feed) for feed in FEED_TABLES if _is_complete(db, feed)}

    def begin(self, feed: str, epoch: str, as_of: str) -> None:
        """An empty pile for a load of HQ's `epoch`; an older one is deleted."""
        here = FeedPosition(feed=feed + PILE, epoch=epoch)
        with writing(self.db):
            _drop(self.db, feed)
            self.db.conn.execute(
                f"create table {here.feed} (key text not null, version integer not null, body text) strict"
            )
            replica_table.note(self.db, here, as_of)
        self.stands[feed] = here
        self.marks.pop(feed, None)

    def add(self, page: FeedPage, found: Sequence[FeedRow], as_of: str) -> None:
        """Append a page that fits; after the last one the rows are sorted."""
        here = self.stands[page.feed]
        new = [(row.key, row.version, row.text) for row in found if row.version > here.version]
        here = replace(here, version=page.version, rows=here.rows + len(new))
        with writing(self.db):
            self.db.conn.executemany(f"insert into {here.feed} (key, version, body) values (?, ?, ?)", new)
            if not page.more:
                self.db.conn.execute(f"create index {_order(page.feed)} on {here.feed} (key, version)")
            replica_table.note(self.db, here, as_of)
        self.stands[page.feed] = here
        if not page.more:
            self.marks[page.feed] = BEGIN

    def pour(self, feed: str, into: FeedPosition) -> tuple[FeedPosition, list[Bad]]:
        """Move the next rows into a table that had none; returns its new position, and the rows set aside.

        The table is at version 0 until all rows are there. Then staging is deleted, and the table has its version.
        """
        pile, mark = self.stands[feed], self.marks[feed]
        found = _behind(self.db, feed, mark)
        whole = len(found) < POUR
        with writing(self.db):
            into, bad = replica_table.put(self.db, replace(into, epoch=pile.epoch), found)
            as_of = replica_table.as_of(self.db, pile.feed)
            if whole:
                into = replace(into, version=pile.version)
                _drop(self.db, feed)
            replica_table.note(self.db, into, as_of)
        if whole:
            del self.stands[feed], self.marks[feed]
        else:
            self.marks[feed] = (found[-1].key, found[-1].version)
        return into, bad

    def forget(self, feed: str) -> None:
        """Delete a load, however far it is."""
        if feed in self.stands:
            with writing(self.db):
                _drop(self.db, feed)
            del self.stands[feed]
            self.marks.pop(feed, None)


def _is_complete(db: Database, feed: str) -> bool:
    return one_row(db, "select 1 from sqlite_master where name = ?", (_order(feed),)) is not None


def _order(feed: str) -> str:
    """The index that is there once a pile is complete."""
    return f"{feed}{PILE}_order"


def _drop(db: Database, feed: str) -> None:
    replica_table.drop(db, feed + PILE)
    db.conn.execute("delete from feeds where feed = ?", (feed + PILE,))


def _behind(db: Database, feed: str, mark: Mark) -> list[FeedRow]:
    """The next rows by key. A row that changed during the load is there twice: its newer version comes second, and stays."""
    found = db.conn.execute(
        f"select key, version, body from {feed}{PILE} where (key, version) > (?, ?) order by key, version limit {POUR}",
        mark,
    ).fetchall()
    return [
        FeedRow(key=key, version=at, body=NULL_BODY if body is None else Raw(body.encode())) for key, at, body in found
    ]


def _poured(db: Database, feed: str) -> Mark:
    """The last row that was moved into the feed before sync ended."""
    into = feed + SHADOW if replica_table.stand(db, feed + SHADOW).epoch else feed
    row = one_row(db, f"select key, version from {into} order by key desc limit 1")
    return (row[0], row[1]) if row else BEGIN
