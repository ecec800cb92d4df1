"""Named marks for what must happen once, or is in force until it is cleared: a number, and when it was set."""

from sqlite_utils import Database

from edge.platform.clock import Now
from edge.platform.database import first_row


def read_mark(db: Database, name: str) -> int:
    """The number set under `name`; 0 if there is none, or if retention has deleted it."""
    row = first_row(db, "select seq from marks where name = ?", (name,))
    return int(row[0]) if row else 0


def set_mark(db: Database, name: str, seq: int, now: Now) -> None:
    """Set `name` to `seq` in the transaction of what it marks. A later call replaces it.

    A replaced row goes to the end, so that rows are in the order of their times: retention stops at the first young row.
    """
    db.conn.execute("insert or replace into marks (name, seq, time) values (?, ?, ?)", (name, seq, now.text))


def clear_mark(db: Database, name: str) -> None:
    """Delete a mark, inside the caller's transaction."""
    db.conn.execute("delete from marks where name = ?", (name,))
