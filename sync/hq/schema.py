"""The tables of hq-store.db, headquarters' own database, and what each is for."""

from pathlib import Path

from sqlite_utils import Database, Migrations

from edge import schema
from edge.store import open_db

FILE = "hq-store.db"

hq_store = Migrations("hq-store")


# a fact that was told first in another epoch: its id names that one
RETOLD = "substr(id, 1, length(store) + length(epoch) + 2) <> store || '/' || epoch || '/'"


@hq_store()
def m001_headquarters(db: Database) -> None:
    for statement in (*ABOUT, *JOURNALS, *TASKS, *FEEDS, *FLEET):
        db.conn.execute(statement)


@hq_store()
def m002_facts_told_again(db: Database) -> None:
    db.conn.execute(f"create index facts_retold on facts (store, id) where {RETOLD}")


@hq_store()
def m003_roll_outs(db: Database) -> None:
    for statement in ROLL_OUTS:
        db.conn.execute(statement)


@hq_store()
def m004_members_by_card(db: Database) -> None:
    for statement in CARDS:
        db.conn.execute(statement)


ABOUT = (
    """create table about (
         chain text not null, broker text not null, made text not null, only_one integer primary key check (only_one = 1)
       ) strict""",
    # a store whose key is revoked stays here, so that what it said before can still be read
    """create table stores (
         id text primary key, name text not null, public_key text not null, since text not null, revoked text
       ) strict""",
)

JOURNALS = (
    # `number` is the order of arrival, which `noren hq events` follows; `hash` lets a late repeat be told from a fork
    """create table facts (
         number integer primary key,
         store text not null, epoch text not null, lane integer not null, seq integer not null, ordinal integer not null,
         id text not null, type text not null, time text not null, event text not null, hash blob not null,
         received text not null,
         unique (store, epoch, lane, seq)
       ) strict""",
    # what is acknowledged: never behind what is committed, and moved by compare-and-set on seq
    """create table chains (
         store text not null, epoch text not null, lane integer not null,
         seq integer not null, ordinal integer not null, hash blob not null, kept_at text not null,
         primary key (store, epoch, lane)
       ) strict, without rowid""",
    # two boxes that claim one past: the batch that did not fit, kept as evidence and never as facts
    """create table forks (
         number integer primary key,
         store text not null, epoch text not null, lane integer not null, seq integer not null, hash blob not null,
         batch text not null, seen text not null, times integer not null,
         unique (store, epoch, lane, seq, hash)
       ) strict""",
    # a row HQ cannot understand is kept byte for byte and acknowledged, so that the rows behind it flow
    """create table quarantine (
         number integer primary key,
         store text not null, epoch text not null, lane integer not null, seq integer not null, ordinal integer not null,
         event blob not null, hash blob not null, reason text not null, received text not null,
         unique (store, epoch, lane, seq)
       ) strict""",
    # after a fork a box says again, in its new epoch, what it does not know to be kept: not a second fact
    """create table echoes (
         store text not null, epoch text not null, lane integer not null, seq integer not null,
         id text not null, hash blob not null, received text not null,
         primary key (store, epoch, lane, seq)
       ) strict, without rowid""",
)

TASKS = (
    # goods handed over and an order cancelled: what follows is a person's decision, so each is one task
    """create table conflicts (
         store text not null, order_id text not null, number text not null, noted text not null, settled text,
         primary key (store, order_id)
       ) strict, without rowid""",
    """create table refusals (
         store text not null, reason text not null, times integer not null, last text not null,
         primary key (store, reason)
       ) strict, without rowid""",
)

FEEDS = (
    # a deleted row stays as a tombstone (body null), so that versions only rise; each change has a version of its own
    """create table rows (
         feed text not null, scope text not null, key text not null, version integer not null, body text,
         primary key (feed, scope, key)
       ) strict, without rowid""",
    "create index rows_version on rows (feed, scope, version)",
    # digest is an unsigned 64-bit sum kept as text, because SQLite's integers are signed; `stamp` rises over all feeds
    # with each change, so that the publisher finds what changed without looking at every feed of every store
    """create table heads (
         feed text not null, scope text not null, epoch text not null, version integer not null,
         rows integer not null, digest text not null, stamp integer not null,
         primary key (feed, scope)
       ) strict, without rowid""",
    "create index heads_stamp on heads (stamp)",
)

FLEET = (
    "create table stages (store text primary key, stage text not null, detail text not null, time text not null) strict",
    # commands to stores; said again at each birth until they expire, because a box does an id only once
    """create table commands (
         id text primary key, scope text not null, command text not null, args text not null,
         expires text not null, made text not null
       ) strict""",
    """create table fleet (
         store text primary key, state text not null, since text not null, heard text not null, told text not null
       ) strict, without rowid""",
)

ROLL_OUTS = (
    "alter table stores add column fleet_group text",  # null: in none
    # what a store said last of each version of its config; before this, only its last word, which no store had said yet
    "drop table stages",
    """create table stages (
         store text not null, epoch text not null, version integer not null,
         stage text not null, reason text not null, path text not null, time text not null,
         primary key (store, epoch, version)
       ) strict, without rowid""",
    """create table rollouts (
         id integer primary key, file text not null, document text not null, fleet_group text, percent integer not null,
         state text not null, made text not null
       ) strict""",
    # the stores a roll-out has reached; `before` is the document it found there, which `undo` gives back
    """create table rollout_stores (
         rollout integer not null, store text not null, epoch text not null, version integer not null,
         before text not null, sent text not null, undone integer not null,
         primary key (rollout, store)
       ) strict, without rowid""",
)

# Whose card it is, over all stores: a store that does not know one asks while the member stands there. The first
# condition of each trigger keeps other feeds, which are most of what changes, out of it.
_IN = """insert or replace into cards select value, {0}.scope, {0}.key from json_each({0}.body, '$.codes')
         where {0}.feed = 'members' and {0}.body is not null"""
CARDS = (
    """create table cards (
         code text not null, scope text not null, member text not null, primary key (code, scope)
       ) strict, without rowid""",
    "create index cards_member on cards (scope, member)",
    f"""create trigger cards_in after insert on rows when new.feed = 'members' begin
          {_IN.format("new")}; end""",
    f"""create trigger cards_change after update on rows when new.feed = 'members' begin
          delete from cards where scope = old.scope and member = old.key;
          {_IN.format("new")}; end""",
    """insert or replace into cards select card.value, rows.scope, rows.key from rows, json_each(rows.body, '$.codes') card
       where rows.feed = 'members' and rows.body is not null""",
)


def migrate(folder: Path) -> None:
    """Make or bring up to date hq-store.db under `folder`. Raises edge.store.NewerDatabase with nothing touched."""
    schema.migrate_file(folder, FILE, hq_store)


def open_hq_store(folder: Path) -> Database:
    """HQ's database for the calling thread; a commit is on the disk before it returns, because HQ acknowledges after it."""
    return open_db(folder / FILE, precious=True)
