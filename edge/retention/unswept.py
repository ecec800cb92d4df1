"""How long nothing was deleted by its age because no clock could be trusted: counted in uptime, which needs no clock."""

from sqlite_utils import Database

from edge.platform.database import first_row, writing

LATE_AFTER_DAYS = (
    3  # days of uptime: a connection or a time server that is away over a weekend is no reason to call anybody
)
DAY_MS = 86_400_000  # ms


def add_unswept_time(db: Database, passed: int) -> None:
    """Add a period of uptime (ms) without a sweep."""
    with writing(db):
        db.conn.execute(
            """insert into unswept (uptime_ms, only_one) values (?, 1)
               on conflict (only_one) do update set uptime_ms = uptime_ms + excluded.uptime_ms""",
            (passed,),
        )


def clear_unswept_time(db: Database) -> None:
    """A sweep has run: delete the count."""
    if days_unswept(db) is not None:
        with writing(db):
            db.conn.execute("delete from unswept")


def days_unswept(db: Database) -> int | None:
    """Whole days of uptime without a sweep; None if the last round swept."""
    row = first_row(db, "select uptime_ms from unswept")
    return int(row[0]) // DAY_MS if row else None


def is_sweep_late(db: Database) -> bool:
    """Whether somebody must be informed: the records grow until a sweep runs."""
    return (days_unswept(db) or 0) >= LATE_AFTER_DAYS
