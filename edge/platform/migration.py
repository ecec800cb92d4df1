"""Making the box's database files and bringing them up to date, one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from edge.platform.database import NewerDatabase
from edge.platform.replica_schema.migrations import hq_migrations
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import connect, create_database
from edge.platform.store_schema.migrations import store_migrations

SCHEMA_OF_FILE: dict[str, Migrations] = {"store.db": store_migrations, "hq.db": hq_migrations}


@contextmanager
def migration_lock(folder: Path) -> Iterator[None]:
    """Holds a lock, so that one process at a time makes files or changes tables: without it, 16 of 24 concurrent starts crashed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrate.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _refuse_newer(db: Database, migrations: Migrations, path: Path) -> None:
    refuse_newer(path, {step.name for step in migrations.applied(db)}, migrations)


def refuse_newer(path: Path, applied: set[str], migrations: Migrations) -> None:
    """Raises NewerDatabase if a file has all steps of this version, and others."""
    ours = _names(migrations)
    newer = sorted(applied - ours)
    if newer and ours <= applied:
        raise NewerDatabase(
            f"{path} was written by a newer version of Noren (it has {newer[0]}). "
            "It has not been touched. Install that version, or put the backup made before the update back "
            "(a box's: `noren restore PATH`)."
        )


def schema_difference(db: Database, migrations: Migrations) -> str | None:
    """What differs in the tables of an up-to-date file from the tables that its migrations make; None if nothing does."""
    applied = {step.name for step in migrations.applied(db)}
    if unknown := sorted(applied - _names(migrations)):
        return f"its list of versions has {unknown[0]}"
    if migrations.pending(db):
        return None
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        new = Database(conn)
        migrations.apply(new)
        made = _objects(new)
    found = _objects(db)
    other = sorted(name for name, sql in made.items() if found.get(name) != sql)
    return f"{other[0]} is not as it was made" if other else None


def _names(migrations: Migrations) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as empty:
        return {step.name for step in migrations.pending(Database(empty))}


def _objects(db: Database) -> dict[str, str]:
    return dict(db.conn.execute("select name, sql from sqlite_master where sql is not null").fetchall())


def migrate_path(path: Path, migrations: Migrations) -> None:
    """Make a file or bring it up to date; the caller is `migration_lock`. Raises NewerDatabase."""
    conn = create_database(path)
    db = Database(conn)
    try:
        _refuse_newer(db, migrations, path)
        if migrations.pending(db):
            conn.execute("pragma journal_mode = wal")
            migrations.apply(db)
    finally:
        conn.close()


def migrate(folder: Path) -> None:
    """Make or bring up to date both files under `folder`; idempotent, and safe if several processes start at once.

    Raises NewerDatabase, with nothing changed, if a file comes from a newer version.
    """
    with migration_lock(folder):
        for name, migrations in SCHEMA_OF_FILE.items():
            migrate_path(folder / name, migrations)


def migrate_file(folder: Path, name: str, migrations: Migrations) -> None:
    """Make or bring up to date one file of another package under `folder`, as `migrate` does for the box's own two."""
    with migration_lock(folder):
        migrate_path(folder / name, migrations)


def check_versions(folder: Path) -> None:
    """Read-only, before a process starts: raises NewerDatabase if a file comes from a newer version."""
    for name, migrations in SCHEMA_OF_FILE.items():
        conn = connect(folder / name, mode="ro")
        try:
            _refuse_newer(Database(conn), migrations, folder / name)
        finally:
            conn.close()
