"""A feed that is loaded whole: its rows wait in a table beside it until all have come, and are then moved into it by key.

HQ sends rows by version; the feed's table has them by key. If each page of 500 random keys went straight into a table of a
million rows, it would rewrite some 500 pages of the card: forty times the rows' own bytes. Appended, sorted once and moved in
order, each page is written once. And a feed that is shown keeps what it has until all of the new is here.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlite_utils import Database

from edge.platform.database import first_row, rows, writing
from edge.platform.replica_schema.migrations import LOADING_SUFFIX
from sync.feeds import replica_table
from sync.feeds.stored_row import StoredRow
from sync.feeds.versions import FeedPosition, Load
from sync.protocol import digest
from sync.protocol.messages import FeedPage

KEYS_PER_MOVE = 2_000  # keys that one transaction moves: some 50 ms in which no fact is sent


def load_under_way(db: Database, feed: str) -> Load | None:
    """The load of a feed that is under way."""
    found = rows(db, "select * from loads where feed = ?", (feed,))
    return Load(**found[0]) if found else None


def complete_loads(db: Database) -> list[Load]:
    """The loads whose pages have all come."""
    return [Load(**row) for row in rows(db, "select * from loads where moved is not null")]


def begin_load(db: Database, feed: str, epoch: str, as_of: str) -> Load:
    """Begin a load of HQ's `epoch` from nothing; an older load of the feed is dropped."""
    load = Load(feed=feed, epoch=epoch, version=0, as_of=as_of, moved=None)
    with writing(db):
        _drop(db, feed)
        db.conn.execute(
            f"create table {feed}{LOADING_SUFFIX} (key text not null, version integer not null, body text, fault text) strict"
        )
        _note(db, load)
    return load


def add_page(db: Database, load: Load, page: FeedPage, found: Sequence[StoredRow], as_of: str) -> Load:
    """Append the rows of a page that fits."""
    load = replace(load, version=page.version, as_of=as_of)
    with writing(db):
        db.conn.executemany(
            f"insert into {load.feed}{LOADING_SUFFIX} (key, version, body, fault) values (?, ?, ?, ?)", found
        )
        _note(db, load)
    return load


def complete_load(db: Database, load: Load) -> Load:
    """All pages have come: sort the rows, so that they can be moved."""
    load = replace(load, moved="")
    with writing(db):
        table = load.feed + LOADING_SUFFIX
        db.conn.execute(f"create index {table}_key on {table} (key, version)")
        _note(db, load)
    return load


def move_rows(db: Database, load: Load) -> bool:
    """Move the next keys into the feed; returns whether they were the last, and the load is over.

    Until then the feed is at version 0, with the count and the digest of what is moved. Each row that it shows is as HQ has it
    now or had it before. Only rows that differ are written, so a repair of a few rows costs a few writes.
    """
    feed, table, last = load.feed, load.feed + LOADING_SUFFIX, _last_key(db, load)
    stretch = "key > :after" + ("" if last is None else " and key <= :last")
    at = {"feed": feed, "after": load.moved, "last": last}
    # a row that changed during the load is there twice: its newer version comes second, and stays
    found = db.conn.execute(f"select key, version, body, fault from {table} where {stretch} order by key, version", at)
    new = [StoredRow(*row) for row in found.fetchall()]
    here = _counted(replica_table.feed_position(db, feed) if load.moved else FeedPosition(feed=feed), new)
    with writing(db):
        db.conn.execute(
            f"delete from {feed} where {stretch} and not exists (select 1 from {table} as new where new.key = {feed}.key)",
            at,
        )
        db.conn.execute(f"delete from set_aside where feed = :feed and {stretch}", at)
        for row in new:
            replica_table.write_row(db, feed, row)
        here = replace(here, epoch=load.epoch, version=load.version if last is None else 0)
        replica_table.note_position(db, here, load.as_of)
        if last is None:
            _drop(db, feed)
        else:
            _note(db, replace(load, moved=last))
    return last is None


def _last_key(db: Database, load: Load) -> str | None:
    """The last key of the next stretch; None if it goes to the end."""
    sql = f"select distinct key from {load.feed}{LOADING_SUFFIX} where key > ? order by key limit 1 offset {KEYS_PER_MOVE - 1}"
    found = first_row(db, sql, (load.moved,))
    return str(found[0]) if found else None


def _counted(here: FeedPosition, new: Sequence[StoredRow]) -> FeedPosition:
    """The position with new keys counted: each by its newest row, also if that is set aside, because HQ counts it."""
    live = [row for row in {row.key: row for row in new}.values() if row.body is not None]
    total = here.digest
    for row in live:
        total = digest.add_row(total, row.key, row.version)
    return replace(here, rows=here.rows + len(live), digest=total)


def _note(db: Database, load: Load) -> None:
    db.conn.execute(
        "insert or replace into loads (feed, epoch, version, as_of, moved) values (?, ?, ?, ?, ?)",
        (load.feed, load.epoch, load.version, load.as_of, load.moved),
    )


def _drop(db: Database, feed: str) -> None:
    """End a load. Its rows need not be wiped, which Debian's SQLite does by writing them all: the feed has the same ones."""
    (wiping,) = db.conn.execute("pragma secure_delete").fetchone()
    db.conn.execute("pragma secure_delete = off")
    db.conn.execute(f"drop table if exists {feed}{LOADING_SUFFIX}")
    db.conn.execute(f"pragma secure_delete = {wiping}")
    db.conn.execute("delete from loads where feed = ?", (feed,))
