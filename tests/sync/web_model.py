"""What the web process does when HQ tells another past than ours, without its pages; the rule itself is edge's own."""

import msgspec
from sqlite_utils import Database

from edge.box_identity import read_box, reissue_epoch_after_fork
from edge.facts.box import BoxForked
from edge.facts.journal import tell
from edge.platform.clock import Now
from edge.platform.database import cursor, move_cursor, rows, writing

CURSOR = "follower:sync_log"


def follow(db: Database, store: str, now: Now) -> None:
    """Take the rows of sync_log that are new, as ui.change_watcher does."""
    for row in rows(db, "select seq, type, data from sync_log where seq > ? order by seq", (cursor(db, CURSOR),)):
        with writing(db):
            if row["type"] == BoxForked.TYPE:
                forked = msgspec.json.decode(row["data"], type=BoxForked)
                reissue_epoch_after_fork(db, forked, now)
                box = read_box(db, store)
                assert box is not None
                tell(db, box, forked, now)
            move_cursor(db, CURSOR, row["seq"])
