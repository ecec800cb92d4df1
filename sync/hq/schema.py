"""The database of headquarters, hq-store.db: the changes of its tables in order, and how it is opened.

A step that a headquarters has run is never edited.
"""

from pathlib import Path

from sqlite_utils import Database, Migrations

from edge.platform import migration
from edge.platform.database import open_db
from sync.hq.tables import facts, feeds, members, returns, rollouts, stores

HQ_DB = "hq-store.db"

hq_store_migrations = Migrations("hq-store")

# a fact that was recorded first in another epoch: its id names that one
FROM_ANOTHER_EPOCH = "substr(id, 1, length(store) + length(epoch) + 2) <> store || '/' || epoch || '/'"


@hq_store_migrations()
def m001_headquarters(db: Database) -> None:
    for statement in (
        *stores.STORES_DDL,
        *facts.FACTS_DDL,
        *stores.CONFLICTS_DDL,
        *feeds.FEED_ROWS_DDL,
        *stores.CONFIG_STAGES_DDL,
    ):
        db.conn.execute(statement)


@hq_store_migrations()
def m002_facts_told_again(db: Database) -> None:
    db.conn.execute(f"create index facts_retold on facts (store, id) where {FROM_ANOTHER_EPOCH}")


@hq_store_migrations()
def m003_roll_outs(db: Database) -> None:
    for statement in rollouts.ROLLOUTS_DDL:
        db.conn.execute(statement)


@hq_store_migrations()
def m004_members_by_card(db: Database) -> None:
    for statement in members.CARDS_DDL:
        db.conn.execute(statement)


@hq_store_migrations()
def m005_copies_found_older(db: Database) -> None:
    db.conn.execute(feeds.RENEWALS_DDL)


@hq_store_migrations()
def m006_pickup_codes(db: Database) -> None:
    for statement in feeds.PICKUP_CODES_DDL:
        db.conn.execute(statement)


@hq_store_migrations()
def m007_runs_of_stores(db: Database) -> None:
    db.conn.execute(stores.SYNC_RUNS_DDL)


@hq_store_migrations()
def m008_epochs_left(db: Database) -> None:
    for statement in feeds.EPOCHS_LEFT_DDL:
        db.conn.execute(statement)


@hq_store_migrations()
def m009_meetings(db: Database) -> None:
    for statement in members.MEMBER_LOOKUPS_DDL:
        db.conn.execute(statement)


@hq_store_migrations()
def m020_codes_shown(db: Database) -> None:
    for statement in members.SHOWN_CODES_DDL:
        db.conn.execute(statement)


@hq_store_migrations()
def m022_enrolled_again(db: Database) -> None:
    # whether a store was enrolled before; of those that are here already nobody knows
    db.conn.execute("alter table stores add column again integer not null default 1")


@hq_store_migrations()
def m023_bursts(db: Database) -> None:
    db.conn.execute(members.LOOKUP_BUDGETS_DDL)


@hq_store_migrations()
def m024_recovery_key(db: Database) -> None:
    db.conn.execute(stores.RECOVERY_KEY_DDL)


@hq_store_migrations()
def m025_returns(db: Database) -> None:
    for statement in returns.RETURNS_DDL:
        db.conn.execute(statement)


def migrate(folder: Path) -> None:
    """Make or bring up to date hq-store.db under `folder`. Raises edge.platform.database.NewerDatabase with nothing touched."""
    migration.migrate_file(folder, HQ_DB, hq_store_migrations)


def open_hq_store(folder: Path) -> Database:
    """HQ's database for the calling thread; a commit is on the disk before it returns, because HQ acknowledges after it."""
    return open_db(folder / HQ_DB, precious=True)
