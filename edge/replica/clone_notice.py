"""HQ's notice that another box runs as this store from a copy of its card: kept until HQ withdraws it."""

from sqlite_utils import Database

from edge.platform.clock import Now
from edge.platform.database import first_row, writing


def write_notice(db: Database, boxes: str, now: Now) -> None:
    """Keep HQ's notice: the boxes that run as this store, this one among them; empty deletes it."""
    with writing(db):
        if boxes:
            db.conn.execute(
                """insert into clones (boxes, since, only_one) values (?, ?, 1)
                   on conflict (only_one) do update set boxes = excluded.boxes""",
                (boxes, now.text),
            )
        else:
            db.conn.execute("delete from clones")


def read_notice(db: Database) -> str:
    """The boxes that run as this store, as people are shown them; empty if it is only this one."""
    row = first_row(db, "select boxes from clones")
    return str(row[0]) if row else ""
