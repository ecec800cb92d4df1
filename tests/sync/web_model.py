"""What the web process does when HQ tells another past than ours: a model of it for tests of sync, in one transaction."""

import json
import secrets
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from edge.box import read_box
from edge.clock import Now
from edge.journal import Box, Fact, chain, tail, tell
from edge.store import cursor, move_cursor, one, rows, writing

CURSOR = "follower:sync_log"


def follow(db: Database, store: str, now: Now) -> None:
    """Take the rows of sync_log that are new."""
    for row in rows(db, "select seq, type, data from sync_log where seq > ? order by seq", (cursor(db, CURSOR),)):
        with writing(db):
            if row["type"] == "box.forked":
                carry_over(db, store, json.loads(row["data"]), now)
            move_cursor(db, CURSOR, row["seq"])


def carry_over(db: Database, store: str, fork: dict[str, Any], now: Now) -> None:
    """Begin a new epoch (once for all lanes of the old one), and tell there, byte for byte, what HQ has not kept.

    Numbers go on behind HQ's own, so that `through_seq` of the other past hides nothing of ours.
    """
    box = read_box(db, store)
    assert box is not None
    db.conn.execute("update sqlite_sequence set seq = max(seq, ?) where name = 'journal'", (fork["hq_seq"],))
    if box.epoch == fork["epoch"]:
        box = replace(box, epoch=secrets.token_hex(16))
        db.conn.execute("update box set epoch = ?", (box.epoch,))
    for row in rows(
        db,
        "select * from journal where epoch = ? and lane = ? and seq > ? order by seq",
        (fork["epoch"], fork["lane"], fork["kept"]),
    ):
        _move(db, box, row)
    tell(db, box, Fact(kind="box.forked", data=fork), now)


def _move(db: Database, box: Box, row: dict[str, Any]) -> None:
    (last,) = one(db, "select seq from sqlite_sequence where name = 'journal'") or (0,)
    ordinal, previous = tail(db, box.epoch, row["lane"])
    mark = chain(previous, row["event"].encode())
    db.conn.execute(
        "insert into journal (seq, epoch, lane, ordinal, type, event, hash) values (?, ?, ?, ?, ?, ?, ?)",
        (last + 1, box.epoch, row["lane"], ordinal + 1, row["type"], row["event"], mark),
    )
    for table in ("pickup_steps", "stock_moves"):
        db.conn.execute(f"update {table} set fact = ? where fact = ?", (last + 1, row["seq"]))
    db.conn.execute("delete from journal where seq = ?", (row["seq"],))
