"""Failed attempts, counted over a window of uptime: this limits guessing, and a restart does not reset the limit."""

from datetime import timedelta

from sqlite_utils import Database

from edge.platform.clock import Now
from edge.platform.database import first_row


def failed_attempts(db: Database, what: str, whose: str, within: timedelta, now: Now) -> int:
    """How many attempts failed since the first of them opened the window; 0 if the window is over."""
    row = first_row(db, "select count, boot, since_ms from tries where what = ? and whose = ?", (what, whose))
    return row[0] if row and now.uptime_ms - _since(row[1], row[2], now) < _ms(within) else 0


def add_attempt(db: Database, what: str, whose: str, within: timedelta, now: Now) -> int:
    """Count one more, inside the caller's transaction. Returns the new count."""
    row = first_row(db, "select boot, since_ms from tries where what = ? and whose = ?", (what, whose))
    before = failed_attempts(db, what, whose, within, now)
    since = _since(row[0], row[1], now) if row and before else now.uptime_ms
    if row is None:  # a new row: delete the rows whose window is over
        long_ago = now.uptime_ms - _ms(within)
        sql = "delete from tries where what = ? and ((boot = ? and since_ms <= ?) or (boot <> ? and ? >= 0))"
        db.conn.execute(sql, (what, now.boot, long_ago, now.boot, long_ago))
    db.conn.execute(
        "insert or replace into tries (what, whose, count, boot, since_ms) values (?, ?, ?, ?, ?)",
        (what, whose, before + 1, now.boot, since),
    )
    return before + 1


def forgive_attempt(db: Database, what: str, whose: str, within: timedelta, now: Now) -> None:
    """Count one less, inside the caller's transaction: that attempt was no failure after all."""
    if failed_attempts(db, what, whose, within, now):
        db.conn.execute("update tries set count = count - 1 where what = ? and whose = ?", (what, whose))


def clear_attempts(db: Database, what: str, whose: str) -> None:
    """Delete the count, inside the caller's transaction."""
    db.conn.execute("delete from tries where what = ? and whose = ?", (what, whose))


def _since(boot: str, since_ms: int, now: Now) -> int:
    """When the window was opened, in ms of this boot's uptime. A window of another boot starts again at 0."""
    return since_ms if boot == now.boot else 0


def _ms(within: timedelta) -> float:
    return within.total_seconds() * 1000
