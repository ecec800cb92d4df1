"""The tables of hq.db, the replica of HQ's data: one per feed, written by sync alone, read by all."""

from sqlite_utils import Database, Migrations

from edge.platform.replica_schema.search import MARK_EVERY_STYLE_SQL, SEARCH_DDL

hq_migrations = Migrations("hq")

# Each feed is a table of (key, version, body); a deleted row stays as a tombstone (body null) so that versions only rise.
FEED_TABLES = (
    "config",
    "keys",
    "staff",
    "catalog",
    "prices",
    "offers",
    "content",
    "members",
    "orders",
    "stock",
    "neighbours",
    "entitlements",
)


LOADING_SUFFIX = "_loading"  # after a feed's name: the table in which the rows of a load wait (sync/feeds/staging.py)


def feed_table(name: str) -> str:
    """The SQL that makes the table of one feed."""
    return f"create table {name} (key text primary key, version integer not null, body text) strict, without rowid"


@hq_migrations()
def m001_the_mirror(db: Database) -> None:
    for name in FEED_TABLES:
        db.conn.execute(feed_table(name))
    for statement in INDEX_DDL:
        db.conn.execute(statement)


@hq_migrations()
def m002_beside_the_feeds(db: Database) -> None:
    db.conn.execute(REPLACED_DDL)
    db.conn.execute(ACK_POSITION_DDL)


@hq_migrations()
def m003_loads(db: Database) -> None:
    """Loads had tables of other kinds before: one that was under way is dropped, and HQ is asked for the feed again."""
    db.conn.execute(LOADS_DDL)
    for table in (feed + beside for feed in FEED_TABLES for beside in ("_shadow", "_pile")):
        db.conn.execute(f"drop table if exists {table}")
        db.conn.execute("delete from feeds where feed = ?", (table,))
        db.conn.execute("delete from set_aside where feed = ?", (table,))


@hq_migrations()
def m004_search_by_words(db: Database) -> None:
    for statement in SEARCH_DDL:
        db.conn.execute(statement)
    db.conn.execute(MARK_EVERY_STYLE_SQL)


@hq_migrations()
def m005_cards_that_change_hands(db: Database) -> None:
    for trigger in ("members_in", "members_change"):
        db.conn.execute(f"drop trigger {trigger}")
    for statement in MEMBER_CARDS_TRIGGERS_DDL:
        db.conn.execute(statement)


@hq_migrations()
def m006_words_in_their_loose_form(db: Database) -> None:
    db.conn.execute(MARK_EVERY_STYLE_SQL)


# The loads of whole feeds that are under way: up to which version of an epoch HQ's pages have come and when HQ sent the last one;
# then (null before) the last key that is moved into the feed.
LOADS_DDL = """create table loads (
    feed text primary key, epoch text not null, version integer not null, as_of text not null, moved text
  ) strict, without rowid"""


# Up to which seq of this box's journal HQ has it. Sync notes it outside store.db. If store.db does not reach that seq, it is
# an older copy that was put back.
ACK_POSITION_DDL = """create table heard (
    epoch text not null, seq integer not null, only_one integer primary key check (only_one = 1)
  ) strict"""


# Written if the file is rebuilt because the old one was damaged or gone (edge/db_files/replica_rebuild.py): why, and the name
# of the old file beside it. Sync sets `told` (this was reported to HQ) and `whole` (HQ has filled the replica again).
REPLACED_DDL = """create table replaced (
    at text not null, why text not null, aside text not null,
    told integer not null default 0, whole integer not null default 0,
    only_one integer primary key check (only_one = 1)
  ) strict"""

INDEX_DDL = (
    # the position of each feed; digest is a 64-bit sum kept as text because SQLite integers are signed
    """create table feeds (
         feed text primary key, epoch text not null, version integer not null,
         rows integer not null, digest text not null, as_of text not null
       ) strict, without rowid""",
    "create table set_aside (feed text, key text, version integer, reason text, body text, primary key (feed, key)) strict",
    "create index catalog_style on catalog (json_extract(body, '$.style')) where body is not null",
    "create index catalog_category on catalog (json_extract(body, '$.category')) where body is not null",
    "create index orders_number on orders (json_extract(body, '$.number')) where body is not null",
    "create index orders_member on orders (json_extract(body, '$.member')) where body is not null",
    # a member is found by any of their cards
    "create table member_codes (code text primary key, member text not null) strict, without rowid",
    """create trigger members_in after insert on members when new.body is not null begin
         insert or replace into member_codes select value, new.key from json_each(new.body, '$.codes'); end""",
    """create trigger members_change after update on members begin
         delete from member_codes where member = old.key;
         insert or replace into member_codes
           select value, new.key from json_each(coalesce(new.body, '{"codes":[]}'), '$.codes'); end""",
    "create index member_codes_member on member_codes (member)",
    """create trigger members_out after delete on members begin
         delete from member_codes where member = old.key; end""",
)

# A card that goes from one member to another is the second one's, whichever row is written first. Not `insert or replace`:
# inside a trigger the outer statement's policy for conflicts takes the place of `or replace` (SQLite, "The ON CONFLICT clause").
_OWN_CARDS = """insert into member_codes
         select value, new.key from json_each(coalesce(new.body, '{"codes":[]}'), '$.codes') where true
         on conflict (code) do update set member = excluded.member;"""
MEMBER_CARDS_TRIGGERS_DDL = (
    f"create trigger members_in after insert on members when new.body is not null begin {_OWN_CARDS} end",
    f"""create trigger members_change after update on members begin
         delete from member_codes where member = old.key; {_OWN_CARDS} end""",
)
