"""Every change of store.db's tables, in order.

A step that a box has run is never edited: a file whose tables have another text counts as damaged (edge/platform/migration.py).
"""

from sqlite_utils import Database, Migrations

from edge.platform.store_schema import hq, journal, offer, outcomes, printing, returns, scans, shop, staff, upkeep

store_migrations = Migrations("store")


def _execute(db: Database, script: str) -> None:
    """Statement by statement, because `executescript` commits first and would leave the migration's transaction."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


@store_migrations()
def m001_the_house(db: Database) -> None:
    for tables in (
        scans.SCANS_DDL,
        outcomes.OUTCOMES_DDL,
        journal.EPOCHS_DDL,
        journal.JOURNAL_DDL,
        shop.VISITS_DDL,
        shop.PICKUP_STEPS_DDL,
        shop.STOCK_MOVES_DDL,
        staff.STAFF_CALLS_DDL,
        hq.SYNC_DDL,
    ):
        _execute(db, tables)


@store_migrations()
def m002_configs(db: Database) -> None:
    _execute(db, hq.CONFIGS_DDL)


@store_migrations()
def m002_room_and_questions(db: Database) -> None:
    _execute(db, upkeep.DISK_LEVEL_DDL + hq.QUESTIONS_DDL)


@store_migrations()
def m003_sync_memory(db: Database) -> None:
    _execute(db, hq.SYNC_MEMORY_DDL)


@store_migrations()
def m004_scan_counters(db: Database) -> None:
    _execute(db, scans.SCAN_COUNTERS_DDL)


@store_migrations()
def m005_loops_and_link_reason(db: Database) -> None:
    _execute(db, upkeep.LOOPS_DDL)
    db.conn.execute("alter table line add column reason text not null default ''")


@store_migrations()
def m006_keys_and_repairs(db: Database) -> None:
    _execute(db, hq.HQ_KEYS_DDL + upkeep.REPAIRS_DDL)


@store_migrations()
def m007_clones(db: Database) -> None:
    _execute(db, hq.CLONES_DDL)


@store_migrations()
def m008_unswept(db: Database) -> None:
    _execute(db, upkeep.UNSWEPT_DDL)


@store_migrations()
def m009_reserve(db: Database) -> None:
    _execute(db, upkeep.RESERVE_DDL)


@store_migrations()
def m011_tries(db: Database) -> None:
    _execute(db, staff.ATTEMPTS_DDL)


@store_migrations()
def m012_paired_devices(db: Database) -> None:
    _execute(db, staff.PAIRED_DEVICES_DDL)
    db.conn.execute("alter table screens add column touched text")


@store_migrations()
def m013_sessions_of_devices(db: Database) -> None:
    db.conn.execute("alter table staff_sessions add column device text not null default ''")


@store_migrations()
def m014_pin_locks(db: Database) -> None:
    _execute(db, staff.PIN_LOCKS_DDL)


@store_migrations()
def m017_hashed_sessions(db: Database) -> None:
    _execute(db, staff.HASHED_SESSIONS_DDL)


@store_migrations()
def m018_abridged_codes(db: Database) -> None:
    _execute(db, outcomes.ABRIDGED_CODES_DDL)


@store_migrations()
def m019_code_macs(db: Database) -> None:
    _execute(db, outcomes.CODE_MACS_DDL)


@store_migrations()
def m022_refused_for_want_of_room(db: Database) -> None:
    for table in ("devices", "wedges"):
        db.conn.execute(f"alter table {table} add column no_room integer not null default 0")
    db.conn.execute("alter table room add column views integer not null default 0")


@store_migrations()
def m023_offer(db: Database) -> None:
    _execute(db, offer.COUPONS_DDL)


@store_migrations()
def m024_turned_sessions(db: Database) -> None:
    _execute(db, staff.ROTATED_SESSIONS_DDL)


@store_migrations()
def m025_piece_ticks(db: Database) -> None:
    _execute(db, staff.PIECE_TICKS_DDL)


@store_migrations()
def m026_timed_calls(db: Database) -> None:
    _execute(db, staff.TIMED_CALLS_DDL)


@store_migrations()
def m027_returns(db: Database) -> None:
    _execute(db, returns.RETURNS_DDL)


@store_migrations()
def m028_printing(db: Database) -> None:
    _execute(db, printing.PRINTING)


@store_migrations()
def m029_staff_tasks(db: Database) -> None:
    _execute(db, staff.STAFF_TASKS_DDL)


@store_migrations()
def m030_pick_claims(db: Database) -> None:
    _execute(db, shop.PICK_CLAIMS_DDL)
