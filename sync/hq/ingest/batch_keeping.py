"""HQ keeps the facts of the stores: each once, in order, in one transaction, and acknowledges them only after it."""

from collections.abc import Sequence

from sqlite_utils import Database

from edge.facts import fact
from edge.platform.clock import now
from edge.platform.database import rows, writing
from sync.hq.ingest import fact_store
from sync.hq.ingest.batch_entries import BatchEntries
from sync.hq.ingest.chain_compare import (
    AlreadyKept,
    ChainedRow,
    ChainFork,
    LanePosition,
    NewRows,
    SeqGap,
    chained_batch,
    compare_with_kept,
)
from sync.hq.ingest.deduplication import Deduplication
from sync.hq.ingest.fact_store import LaneOfStore
from sync.hq.projections import counting
from sync.protocol.event import Event, InvalidFact, parse_event
from sync.protocol.messages import Ack, EventRow, Events, Nack

BROKEN_CHAIN = "the batch does not hold together: seqs must rise, and its hash must follow from its rows"
SENT_AS_OPAQUE = "sent as opaque bytes"

Batch = tuple[Events, Sequence[EventRow]]
StoreAnswer = tuple[str, Ack | Nack]
"""The store, and the answer to send to it."""


def keep_batch(db: Database, header: Events, lines: Sequence[EventRow]) -> Ack | Nack:
    """Keep one batch in a transaction of its own; the answer may be sent when this returns."""
    ((_, answer),) = keep_batches(db, [(header, lines)])
    return answer


def keep_batches(db: Database, batches: Sequence[Batch]) -> list[StoreAnswer]:
    """Keep what has come in together in one transaction: one wait for the disk for all. In order."""
    with writing(db):
        return keep_batches_within(db, batches)


def keep_batches_within(db: Database, batches: Sequence[Batch]) -> list[StoreAnswer]:
    """Keep batches inside the caller's transaction; no answer must be sent before that is committed.

    Overlap is skipped, a gap is answered by what HQ has, a past that differs is a fork: noted, and nothing overwritten.
    """
    entries = BatchEntries(db, {_lane(header) for header, _ in batches}, now().text)
    answered = [(header.store, _keep(entries, header, lines)) for header, lines in batches]
    entries.write()
    return answered


def _lane(header: Events) -> LaneOfStore:
    return LaneOfStore(header.store, header.epoch, header.lane)


def _keep(entries: BatchEntries, header: Events, lines: Sequence[EventRow]) -> Ack | Nack:
    lane = _lane(header)
    kept = entries.standing(lane)
    batch = chained_batch(header, lines)
    if batch is None:
        return Nack(epoch=lane.epoch, lane=lane.lane, first=header.first, last=header.last, reason=BROKEN_CHAIN)
    match compare_with_kept(kept, batch, lambda seq: entries.hash_at(lane, seq)):
        case NewRows(links=links):
            return ack_of_lane(lane, _take(entries, lane, links))
        case AlreadyKept() | SeqGap():
            return ack_of_lane(lane, kept)
        case ChainFork():
            fact_store.note_fork(entries.db, lane, header, batch)
            return ack_of_lane(lane, kept, fork=True)


def ack_of_lane(lane: LaneOfStore, kept: LanePosition, *, fork: bool = False) -> Ack:
    """The acknowledgement of a lane up to the place that HQ has kept."""
    return Ack(epoch=lane.epoch, lane=lane.lane, seq=kept.seq, ordinal=kept.ordinal, hash=kept.hash.hex(), fork=fork)


def acks_of_store(db: Database, store: str, epoch: str) -> list[Ack]:
    """All that HQ has of a store, lane by lane; the lanes of its present epoch even if HQ has nothing of them yet.

    A store gets it when it connects: if HQ was restored from a backup, the store sends again from there.
    """
    found = rows(db, "select epoch, lane from chains where store = ?", (store,))
    lanes = {(row["epoch"], row["lane"]) for row in found} | {(epoch, lane) for lane in fact.Lane}
    here = [LaneOfStore(store, *one) for one in sorted(lanes)]
    return [ack_of_lane(lane, fact_store.lane_position(db, lane)) for lane in here]


def _take(entries: BatchEntries, lane: LaneOfStore, links: Sequence[ChainedRow]) -> LanePosition:
    """Write the new rows down, to be counted, and move the chain."""
    once = Deduplication(entries, lane)
    for link in links:
        try:
            event = _understand(lane, link.row)
        except InvalidFact as why:
            fact_store.quarantine_row(entries.db, lane, link, str(why), entries.received)
            continue
        new = once.as_new_fact(event, link.row.event or "")
        if new is None:
            entries.add_echo(lane, link, event)
        else:
            entries.add(lane, link, new)
    last = links[-1].place
    entries.move(lane, last)
    return last


def _understand(lane: LaneOfStore, row: EventRow) -> Event:
    if row.event is None:
        raise InvalidFact(SENT_AS_OPAQUE)
    event = parse_event(lane.store, row.event)
    counting.check_readable(event)
    return event
