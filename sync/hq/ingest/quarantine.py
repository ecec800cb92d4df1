"""Rows HQ could not understand: look at them, and take them in once HQ has learnt to."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.platform.clock import now
from edge.platform.database import rows, writing
from sync.hq.ingest import fact_store
from sync.hq.ingest.batch_entries import BatchEntries
from sync.hq.ingest.chain_compare import LanePosition
from sync.hq.ingest.deduplication import Deduplication
from sync.hq.ingest.fact_store import LaneOfStore
from sync.hq.projections import counting
from sync.hq.projections.counting import CountedFact
from sync.protocol.event import Event, InvalidFact, parse_event


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
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


def quarantined_rows(db: Database, store: str | None = None) -> list[QuarantinedRow]:
    """All rows in quarantine, of one store or of all, as they came."""
    found = rows(db, "select * from quarantine where ? is null or store = ? order by number", (store, store))
    return [QuarantinedRow(**row) for row in found]


def retry_quarantined(db: Database, aside: QuarantinedRow) -> str | None:
    """Take a row in if HQ understands it now: fact and count in one transaction. Else return why not; the row stays."""
    try:
        event = parse_event(aside.store, aside.event.decode())
        counting.check_readable(event)
    except (InvalidFact, UnicodeDecodeError) as why:
        return str(why)
    with writing(db):
        _take_in(db, aside, event)
    return None


def _take_in(db: Database, aside: QuarantinedRow, event: Event) -> None:
    gone = db.conn.execute("delete from quarantine where number = ?", (aside.number,)).rowcount
    if not gone:
        return  # somebody else has just taken it in
    lane = LaneOfStore(aside.store, aside.epoch, aside.lane)
    text = aside.event.decode()
    received = now().text
    entries = BatchEntries(db, [lane], received)
    new = Deduplication(entries, lane).as_new_fact(event, text)
    if new is None:
        fact_store.note_echo_at(db, lane, aside.seq, aside.hash, event, received)
        return
    place = LanePosition(seq=aside.seq, ordinal=aside.ordinal, hash=aside.hash)
    fact_store.write_facts(db, [fact_store.fact_row(lane, place, new, text, received)])
    fact = CountedFact(store=aside.store, epoch=aside.epoch, seq=aside.seq, received=received, event=event)
    counting.apply_facts(db, [fact], late=True)
