"""The tables of store.db, what each is for, and its one writing process."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from edge import hq_schema
from edge.store import NewerDatabase

store = Migrations("store")


def _execute(db: Database, script: str) -> None:
    """Statement by statement, because `executescript` commits first and would leave the migration's transaction."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


@store()
def m001_the_house(db: Database) -> None:
    _execute(db, SCANS + DESK + JOURNAL + NOUNS + SYNC)


@store()
def m002_configs(db: Database) -> None:
    _execute(db, CONFIGS)


@store()
def m002_room_and_questions(db: Database) -> None:
    _execute(db, ROOM + QUESTIONS)


# Written by firmware_bridge; page_scans, the same for readings a browser page was given by a keyboard wedge, by web.
_SCAN = """(
  seq integer primary key autoincrement,
  station text not null, device text not null,
  symbology text, aim text, data blob not null,
  time text not null, clock text not null, boot text not null, uptime_ms integer not null
) strict;
"""
SCANS = f"""
create table scans {_SCAN}
create table page_scans {_SCAN}
create table device_log (
  seq integer primary key autoincrement,
  device text not null, station text not null, kind text not null, detail text not null, time text not null
) strict;
create table devices (
  device text primary key, station text not null, kind text not null,
  state text not null, detail text not null, since text not null,
  readings integer not null default 0, last_reading text, refused integer not null default 0
) strict;
"""

# Written by web: the desk, the pages, staff.
DESK = """
create table outcomes (
  seq integer primary key autoincrement,
  log text not null, scan integer not null, station text not null,
  kind text not null, data text not null, time text not null,
  unique (log, scan)
) strict;
create index outcomes_station on outcomes (station, seq);
create index outcomes_kind on outcomes (station, kind, seq);
create table screens (station text primary key, outcome integer, since text not null) strict;
create table cursors (name text primary key, seq integer not null) strict;
create table marks (name text primary key, seq integer not null, time text not null) strict;
create table epochs (epoch text primary key, began text not null) strict;
create table box (
  id text not null, epoch text not null, born text not null, only_one integer primary key check (only_one = 1)
) strict;
"""
JOURNAL = """
create table journal (
  seq integer primary key autoincrement,
  epoch text not null, lane integer not null, ordinal integer not null,
  type text not null, event text not null, hash blob not null
) strict;
create index journal_lane on journal (epoch, lane, seq);
"""
NOUNS = """
create table visits (
  seq integer primary key autoincrement,
  member text not null, rule text not null, period text not null, station text not null, time text not null,
  unique (member, rule, period)
) strict;
create table used_tokens (jti text primary key, expires integer not null) strict;
create table pickup_steps (
  seq integer primary key autoincrement,
  key text not null unique,
  order_id text not null, action text not null, detail text not null,
  staff text, station text, time text not null, fact integer not null
) strict;
create index pickup_steps_order on pickup_steps (order_id, seq);
create index pickup_steps_time on pickup_steps (time);
create index pickup_steps_fact on pickup_steps (fact);
create table stock_moves (
  seq integer primary key autoincrement,
  gtin text not null, quantity integer not null, reserved integer not null,
  reason text not null, time text not null, fact integer not null
) strict;
create index stock_moves_gtin on stock_moves (gtin, fact);
create index stock_moves_fact on stock_moves (fact);
create table staff_calls (
  seq integer primary key autoincrement,
  station text not null, time text not null, answered text, staff text
) strict;
create table staff_locks (staff text primary key, wrong integer not null, until text) strict;
create table staff_sessions (
  token text primary key, staff text not null, station text not null, since text not null, seen text not null
) strict;
"""

# Written by sync: what HQ has kept, and how the line to HQ is.
SYNC = """
create table kept (
  epoch text not null, lane integer not null, seq integer not null, ordinal integer not null,
  hash blob not null, time text not null,
  primary key (epoch, lane)
) strict;
create table sync_log (
  seq integer primary key autoincrement, type text not null, data text not null, time text not null
) strict;
create table line (
  state text not null, since text not null, heard text, detail text not null,
  only_one integer primary key check (only_one = 1)
) strict;
"""

# How full the disk is, and what was thinned for it. `room` and `untold` are written by web, `thinned_scans` by the bridge.
ROOM = """
create table room (
  level text not null, budget integer, since text not null, only_one integer primary key check (only_one = 1)
) strict;
create table untold (what text primary key, count integer not null, first text not null, last text not null) strict;
create table thinned_scans (
  seq integer primary key autoincrement, what text not null, count integer not null, first text not null, last text not null
) strict;
"""

# What web asks HQ while somebody waits, and what sync heard or knows at once: `answers` is written by sync.
QUESTIONS = """
create table questions (
  seq integer primary key autoincrement,
  question text not null, args text not null, boot text not null, until_ms integer not null
) strict;
create table answers (question integer primary key, word text not null, body text not null) strict;
"""

# `configs`, written by sync: each config HQ has sent, and how far it has come (sync/trial_rules.py). The last good one is
# kept here and not in the mirror, which may be thrown away. `bridge`, written by the bridge: which of them it lives with,
# the trial that was under way when it began, why it could not take up the one it tried, and which devices of the one it
# looked at are not there: only the bridge sees device nodes.
CONFIGS = """
create table configs (
  number integer primary key autoincrement,
  epoch text not null, version integer not null, body text not null,
  stage text not null, since text not null, reason text not null default '', path text not null default '',
  attempt integer not null default 1, interrupted integer not null default 0, proven text,
  unique (epoch, version, attempt)
) strict;
create index configs_stage on configs (stage, number);
create table bridge (
  config integer not null, past integer not null, since text not null,
  tried integer not null default 0, trouble text not null default '',
  looked integer not null default 0, missing text not null default '[]',
  only_one integer primary key check (only_one = 1)
) strict;
"""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One migrating process at a time: concurrent `Migrations.apply` crashed 16 of 24 starters."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _refuse_newer(db: Database, migrations: Migrations, path: Path) -> None:
    ours = {step.name for step in migrations.pending(Database(memory=True))}
    newer = sorted(step.name for step in migrations.applied(db) if step.name not in ours)
    if newer:
        raise NewerDatabase(
            f"{path} was written by a newer version of Noren (it has {newer[0]}). "
            "It has not been touched. Install that version, or restore the backup made before the update."
        )


def _bring_up(path: Path, migrations: Migrations) -> None:
    conn = sqlite3.connect(path, isolation_level=None)
    db = Database(conn)
    try:
        _refuse_newer(db, migrations, path)
        if migrations.pending(db):
            conn.execute("pragma journal_mode = wal")
            migrations.apply(db)
    finally:
        conn.close()


def migrate(folder: Path) -> None:
    """Make or bring up to date both files under `folder`; idempotent, and safe when several start at once.

    Raises NewerDatabase, with nothing touched, where a file comes from a newer version.
    """
    with _alone(folder):
        _bring_up(folder / "store.db", store)
        _bring_up(folder / "hq.db", hq_schema.hq)


def migrate_file(folder: Path, name: str, migrations: Migrations) -> None:
    """Make or bring up to date one file of another floor under `folder`, as `migrate` does for the box's own two."""
    with _alone(folder):
        _bring_up(folder / name, migrations)


def check(folder: Path) -> None:
    """Read-only, before a process starts: raises NewerDatabase where a file comes from a newer version."""
    for name, migrations in (("store.db", store), ("hq.db", hq_schema.hq)):
        conn = sqlite3.connect(f"file:{folder / name}?mode=ro", uri=True, isolation_level=None)
        try:
            _refuse_newer(Database(conn), migrations, folder / name)
        finally:
            conn.close()
