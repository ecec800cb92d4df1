"""Rows HQ could not understand: look at them, and take them in once HQ has learnt to."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.clock import now
from edge.store import rows, writing
from sync.hq import counting
from sync.hq.counting import Counted
from sync.hq.event import Event, Unclear, understand


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A row in quarantine, byte for byte as the store chained it."""

    number: int
    store: str
    epoch: str
    lane: int
    seq: int
    ordinal: int
    event: bytes
    hash: bytes
    reason: str
    received: str


def everything(db: Database, store: str | None = None) -> list[Aside]:
    """All rows in quarantine, of one store or of all, as they came."""
    found = rows(db, "select * from quarantine where ? is null or store = ? order by number", (store, store))
    return [Aside(**row) for row in found]


def retry(db: Database, aside: Aside) -> str | None:
    """Take a row in where HQ understands it now: fact and count in one transaction. Else why not; it then stays."""
    try:
        event = understand(aside.store, aside.event.decode())
        counting.readable(event)
    except (Unclear, UnicodeDecodeError) as why:
        return str(why)
    with writing(db):
        _take_in(db, aside, event)
    return None


def _take_in(db: Database, aside: Aside, event: Event) -> None:
    received = now().text
    gone = db.conn.execute("delete from quarantine where number = ?", (aside.number,)).rowcount
    if not gone:
        return  # somebody else has just taken it in
    db.conn.execute(
        """insert into facts (store, epoch, lane, seq, ordinal, id, type, time, event, hash, received)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            aside.store,
            aside.epoch,
            aside.lane,
            aside.seq,
            aside.ordinal,
            event.id,
            event.type,
            event.time,
            aside.event.decode(),
            aside.hash,
            received,
        ),
    )
    fact = Counted(store=aside.store, epoch=aside.epoch, seq=aside.seq, received=received, event=event)
    counting.count(db, [fact], late=True)
