"""What the web process does when HQ tells another past than ours, without its pages; the rule itself is edge's own."""

import json

import msgspec
from sqlite_utils import Database

from edge.box import Forked, begin_epoch, read_box
from edge.clock import Now
from edge.journal import Fact, tell
from edge.store import cursor, move_cursor, rows, writing

CURSOR = "follower:sync_log"


def follow(db: Database, store: str, now: Now) -> None:
    """Take the rows of sync_log that are new, as ui.follower does."""
    for row in rows(db, "select seq, type, data from sync_log where seq > ? order by seq", (cursor(db, CURSOR),)):
        with writing(db):
            if row["type"] == "box.forked":
                data = json.loads(row["data"])
                begin_epoch(db, msgspec.convert(data, Forked), now)
                box = read_box(db, store)
                assert box is not None
                tell(db, box, Fact(kind="box.forked", data=data), now)
            move_cursor(db, CURSOR, row["seq"])
