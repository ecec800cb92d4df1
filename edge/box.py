"""Which box this is: its id and the epoch of its journal, born with store.db."""

import logging
import secrets

from msgspec import Struct
from sqlite_utils import Database

from edge.clock import Now
from edge.journal import Box, Fact, tell, tell_again
from edge.store import NoRoom, one, writing

log = logging.getLogger(__name__)

LEAP = 2**32  # numbers an epoch may use up; 2^21 forks fit into what a browser's number can hold


class Forked(Struct, frozen=True, kw_only=True):
    """What sync notes when HQ's past of a lane is not ours: how far HQ had kept ours, and how far its own goes."""

    epoch: str
    lane: int
    kept: int
    hq_seq: int
    reason: str = ""


def know_thyself(db: Database, store: str, now: Now) -> Box:
    """The box's identity, born at the first start (random 128-bit ids); every start is told to HQ.

    A start on a full disk is not told: the pages must be there to say what is wrong. Raises NoRoom at the very first one.
    """
    try:
        return _begin(db, store, now)
    except NoRoom:
        box = read_box(db, store)
        if box is None:
            raise
        log.error("no room on the disk: HQ is not told of this start")
        return box


def _begin(db: Database, store: str, now: Now) -> Box:
    with writing(db):
        if one(db, "select 1 from box") is None:
            box_id, epoch = secrets.token_hex(16), secrets.token_hex(16)
            db.conn.execute("insert into epochs (epoch, began) values (?, ?)", (epoch, now.text))
            db.conn.execute(
                "insert into box (id, epoch, born, only_one) values (?, ?, ?, 1)", (box_id, epoch, now.text)
            )
        box = read_box(db, store)
        assert box is not None
        tell(db, box, Fact(kind="box.started", data={"box": box.id}), now)
    return box


def read_box(db: Database, store: str) -> Box | None:
    """The box's identity, or None before its web process has started for the first time."""
    row = one(db, "select id, epoch from box")
    if row is None:
        return None
    past = frozenset(epoch for (epoch,) in db.conn.execute("select epoch from epochs where epoch <> ?", (row[1],)))
    return Box(store=store, id=row[0], epoch=row[1], past=past)


def begin_epoch(db: Database, forked: Forked, now: Now) -> int:
    """After a fork: close the epoch and move what HQ has not kept of the forked lane into a new one; how many facts.

    A fork means that HQ's past of a lane is not this file's: a backup was restored, or the card was cloned. Runs inside
    the caller's transaction, all of it, because half a new epoch would be worse than a pause of some seconds.
    """
    if one(db, "select 1 from box where epoch = ?", (forked.epoch,)):
        epoch = secrets.token_hex(16)
        db.conn.execute("insert into epochs (epoch, began) values (?, ?)", (epoch, now.text))
        db.conn.execute("update box set epoch = ?", (epoch,))
        _leap(db, forked.hq_seq)
    waiting = db.conn.execute(
        "select seq, type, event from journal where epoch = ? and lane = ? and seq > ? order by seq",
        (forked.epoch, forked.lane, forked.kept),
    ).fetchall()
    for seq, kind, event in waiting:
        again = tell_again(db, forked.lane, kind, event)
        # what a screen has not seen counted yet is counted under its new number
        db.conn.execute("update stock_moves set fact = ? where fact = ?", (again, seq))
        db.conn.execute("update pickup_steps set fact = ? where fact = ?", (again, seq))
        db.conn.execute("delete from journal where seq = ?", (seq,))
    return len(waiting)


def _leap(db: Database, hq_seq: int) -> None:
    """Go on numbering far above all that HQ may have counted of the life this file does not remember."""
    db.conn.execute(
        "update sqlite_sequence set seq = (max(seq, ?) / ? + 1) * ? where name = 'journal'", (hq_seq, LEAP, LEAP)
    )
