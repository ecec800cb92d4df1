"""Which box this is: its id and the epoch of its journal, born with store.db."""

import logging
import secrets

from sqlite_utils import Database

from edge.facts.box import BoxForked, BoxRestored, BoxStarted
from edge.facts.journal import BoxIdentity, tell, tell_again
from edge.platform.clock import Now
from edge.platform.database import NoRoom, first_row, writing

log = logging.getLogger(__name__)

SEQS_PER_EPOCH = 2**32  # numbers an epoch may use up; 2^21 forks fit into what a browser's number can hold


def ensure_identity(db: Database, store: str, now: Now, heard: tuple[str, int] = ("", 0)) -> BoxIdentity:
    """The box's identity, born at the first start (random 128-bit ids); every start is a fact for HQ.

    `heard`: epoch and seq up to which HQ has kept this journal, as it was noted elsewhere. A file that does not go as far
    is an older copy that was put back: a new epoch begins before it uses a number again.

    A start on a full disk is not recorded: the pages must run, to show what is wrong. Raises NoRoom at the very first one.
    """
    try:
        return _begin(db, store, now, heard)
    except NoRoom:
        box = read_box(db, store)
        if box is None:
            raise
        log.error("disk full: this start is not reported to HQ")
        return box


def _begin(db: Database, store: str, now: Now, heard: tuple[str, int]) -> BoxIdentity:
    with writing(db):
        if first_row(db, "select 1 from box") is None:
            box_id, epoch = secrets.token_hex(16), secrets.token_hex(16)
            db.conn.execute("insert into epochs (epoch, began) values (?, ?)", (epoch, now.text))
            db.conn.execute(
                "insert into box (id, epoch, born, only_one) values (?, ?, ?, 1)", (box_id, epoch, now.text)
            )
        closed = renew_epoch_after_restore(db, now) if _is_older(db, *heard) else None
        box = read_box(db, store)
        assert box is not None
        if closed:
            log.error("store.db is older than what HQ has kept: a copy was put back, and a new epoch begins")
            tell(db, box, BoxRestored(backup="", aside="", closed=closed), now)
        tell(db, box, BoxStarted(box=box.id), now)
    return box


def _is_older(db: Database, epoch: str, seq: int) -> bool:
    """Whether HQ has kept more of this very journal than is here."""
    last = first_row(db, "select seq from sqlite_sequence where name = 'journal'")
    return first_row(db, "select 1 from box where epoch = ?", (epoch,)) is not None and seq > (last[0] if last else 0)


def read_box(db: Database, store: str) -> BoxIdentity | None:
    """The box's identity, or None before its web process has started for the first time."""
    row = first_row(db, "select id, epoch from box")
    if row is None:
        return None
    past = frozenset(epoch for (epoch,) in db.conn.execute("select epoch from epochs where epoch <> ?", (row[1],)))
    return BoxIdentity(store=store, id=row[0], epoch=row[1], past=past)


def reissue_epoch_after_fork(db: Database, forked: BoxForked, now: Now) -> int:
    """After a fork: close the epoch and move what HQ has not kept of the forked lane into a new one; how many facts.

    A fork means that HQ's past of a lane is not this file's: a backup was restored, or the card was cloned. Runs inside
    the caller's transaction, all of it, because half a new epoch would be worse than a pause of some seconds.
    """
    if first_row(db, "select 1 from box where epoch = ?", (forked.epoch,)):
        _open_epoch(db, forked.hq_seq, now)
    again = _tell_waiting_again(db, forked.epoch, forked.lane, forked.kept)
    for seq, anew in again:
        # what a screen has not seen counted yet is counted under its new number
        db.conn.execute("update stock_moves set fact = ? where fact = ?", (anew, seq))
        db.conn.execute("update pickup_steps set fact = ? where fact = ?", (anew, seq))
    return len(again)


def renew_epoch_after_restore(db: Database, now: Now) -> str:
    """After this file was salvaged or put back: begin a new epoch, and append there again what HQ has not kept; the old epoch.

    How far the closed epoch went is not known, and not what HQ has of it: no number of it is used again. If HQ has some of
    the facts that are sent again, it recognises them by their ids and bytes. They keep the numbers by which HQ counts them:
    rows of HQ's that have counted the closed epoch so far have counted these facts.
    """
    (closed,) = first_row(db, "select epoch from box") or ("",)
    _open_epoch(db, 0, now)
    kept = {(epoch, lane): seq for epoch, lane, seq in db.conn.execute("select epoch, lane, seq from kept").fetchall()}
    for epoch, lane in db.conn.execute("select distinct epoch, lane from journal order by lane").fetchall():
        _tell_waiting_again(db, epoch, lane, kept.get((epoch, lane), 0))
    return str(closed)


def _open_epoch(db: Database, hq_seq: int, now: Now) -> None:
    epoch = secrets.token_hex(16)
    db.conn.execute("insert into epochs (epoch, began) values (?, ?)", (epoch, now.text))
    db.conn.execute("update box set epoch = ?", (epoch,))
    _leap(db, hq_seq)


def _tell_waiting_again(db: Database, epoch: str, lane: int, kept: int) -> list[tuple[int, int]]:
    """Move a lane's facts behind `kept` into the present epoch; their seqs before and after."""
    waiting = db.conn.execute(
        "select seq, type, event from journal where epoch = ? and lane = ? and seq > ? order by seq",
        (epoch, lane, kept),
    ).fetchall()
    moved = []
    for seq, kind, event in waiting:
        moved.append((seq, tell_again(db, lane, kind, event)))
        db.conn.execute("delete from journal where seq = ?", (seq,))
    return moved


def _leap(db: Database, hq_seq: int) -> None:
    """Go on numbering far above all that HQ may have counted of the life this file does not remember."""
    db.conn.execute(
        "update sqlite_sequence set seq = (max(seq, ?) / ? + 1) * ? where name = 'journal'",
        (hq_seq, SEQS_PER_EPOCH, SEQS_PER_EPOCH),
    )
