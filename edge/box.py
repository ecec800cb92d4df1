"""Which box this is: its id and the epoch of its journal, born with store.db."""

import secrets

from sqlite_utils import Database

from edge.clock import Now
from edge.journal import Box, Fact, tell
from edge.store import one, writing


def know_thyself(db: Database, store: str, now: Now) -> Box:
    """The box's identity, born at the first start (random 128-bit ids); every start is told to HQ."""
    with writing(db):
        row = one(db, "select id, epoch from box")
        if row is None:
            row = (secrets.token_hex(16), secrets.token_hex(16))
            db.conn.execute("insert into box (id, epoch, born, only_one) values (?, ?, ?, 1)", (*row, now.text))
        box = Box(store=store, id=row[0], epoch=row[1])
        tell(db, box, Fact(kind="box.started", data={"box": box.id}), now)
    return box


def read_box(db: Database, store: str) -> Box | None:
    """The box's identity, or None before its web process has started for the first time."""
    row = one(db, "select id, epoch from box")
    return Box(store=store, id=row[0], epoch=row[1]) if row else None
