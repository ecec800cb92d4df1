"""What is remembered by name so that it happens once, or holds until it is taken back: a number, and when it was set."""

from sqlite_utils import Database

from edge.clock import Now
from edge.store import one


def mark(db: Database, name: str) -> int:
    """The number set under `name`; 0 where there is none, or retention has taken it."""
    row = one(db, "select seq from marks where name = ?", (name,))
    return int(row[0]) if row else 0


def set_mark(db: Database, name: str, seq: int, now: Now) -> None:
    """Set `name` to `seq` in the transaction of what it stands for; a later one takes its place.

    A row set anew goes to the end, so that rows stand in the order of their times: retention stops at the first young one.
    """
    db.conn.execute("insert or replace into marks (name, seq, time) values (?, ?, ?)", (name, seq, now.text))


def clear_mark(db: Database, name: str) -> None:
    """Take a mark back, inside the caller's transaction."""
    db.conn.execute("delete from marks where name = ?", (name,))
