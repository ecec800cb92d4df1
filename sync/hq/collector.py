"""HQ keeps what the stores tell: each fact once, in order, in one transaction, and only then says so."""

from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from edge import journal
from edge.clock import now
from edge.store import one, rows, writing
from sync.headers import Ack, EventRow, Events, Nack
from sync.hq import counting, ledger
from sync.hq.counting import Counted
from sync.hq.event import Event, Unclear, told, understand
from sync.hq.fit import Fork, Gap, Known, Link, New, Place, fit, linked
from sync.hq.ledger import Lane
from sync.hq.schema import RETOLD

UNCHAINED = "the batch does not hold together: seqs must rise, and its hash must follow from its rows"
OPAQUE = "sent as opaque bytes"


def keep(db: Database, header: Events, lines: Sequence[EventRow]) -> Ack | Nack:
    """Keep one batch in a transaction of its own; the answer may be sent when this returns."""
    with writing(db):
        return keep_within(db, header, lines)


def keep_all(db: Database, batches: Iterable[tuple[Events, Sequence[EventRow]]]) -> list[tuple[str, Ack | Nack]]:
    """Keep what has come in together in one transaction: one wait for the disk for all. (store, answer) in order."""
    with writing(db):
        return [(header.store, keep_within(db, header, lines)) for header, lines in batches]


def keep_within(db: Database, header: Events, lines: Sequence[EventRow]) -> Ack | Nack:
    """Keep a batch inside the caller's transaction; the answer must not be sent before that is committed.

    Overlap is skipped, a gap is answered by what HQ has, a past that differs is a fork: noted, and nothing overwritten.
    """
    lane = Lane(header.store, header.epoch, header.lane)
    kept = ledger.standing(db, lane)
    batch = linked(header, lines)
    if batch is None:
        return Nack(epoch=lane.epoch, lane=lane.lane, first=header.first, last=header.last, reason=UNCHAINED)
    match fit(kept, batch, lambda seq: ledger.hash_at(db, lane, seq)):
        case New(links=links):
            return ack(lane, _take(db, lane, kept, links))
        case Known() | Gap():
            return ack(lane, kept)
        case Fork():
            ledger.note_fork(db, lane, header, batch)
            return ack(lane, kept, fork=True)


def ack(lane: Lane, kept: Place, *, fork: bool = False) -> Ack:
    """What HQ says about a lane of which it has kept the rows up to a place."""
    return Ack(epoch=lane.epoch, lane=lane.lane, seq=kept.seq, ordinal=kept.ordinal, hash=kept.hash.hex(), fork=fork)


def acks(db: Database, store: str, epoch: str) -> list[Ack]:
    """All that HQ has of a store, lane by lane, those of its present epoch even where HQ has nothing of them yet.

    A store that has come to the line hears it: where HQ was restored from a backup, it sends again from there.
    """
    found = rows(db, "select epoch, lane from chains where store = ?", (store,))
    lanes = {(row["epoch"], row["lane"]) for row in found} | {(epoch, lane) for lane in journal.Lane}
    here = [Lane(store, *one) for one in sorted(lanes)]
    return [ack(lane, ledger.standing(db, lane)) for lane in here]


def _take(db: Database, lane: Lane, kept: Place, links: Sequence[Link]) -> Place:
    """Write the new rows down, count them, move the chain."""
    received = now().text
    facts: list[tuple[Link, Event]] = []
    for link in links:
        try:
            event = _understand(lane, link.row)
        except Unclear as why:
            ledger.set_aside(db, lane, link, str(why), received)
            continue
        if _said_before(db, lane, event, link.row):
            ledger.note_echo(db, lane, link, event, received)
        else:
            facts.append((link, event))
    ledger.write_facts(db, lane, facts, received)
    counting.count(
        db,
        [
            Counted(store=lane.store, epoch=lane.epoch, seq=link.place.seq, received=received, event=event)
            for link, event in facts
        ],
    )
    last = links[-1].place
    ledger.move_chain(db, lane, kept, last, received)
    return last


def _understand(lane: Lane, row: EventRow) -> Event:
    if row.event is None:
        raise Unclear(OPAQUE)
    event = understand(lane.store, row.event)
    counting.readable(event)
    return event


def _said_before(db: Database, lane: Lane, event: Event, row: EventRow) -> bool:
    """After a fork a box tells again, byte for byte, what it does not know to be kept: that is one fact, not two.

    It may be kept where it was told first, or, after a second fork, in the epoch it was told in again.
    """
    # nearly every row: a look at the id's beginning costs a tenth of taking it apart
    if event.id.startswith(f"{lane.store}/{lane.epoch}/"):
        return False
    origin = told(lane.store, event)
    at = (lane.store, origin.epoch, lane.lane, origin.seq)
    first = one(db, "select event from facts where store = ? and epoch = ? and lane = ? and seq = ?", at)
    again = db.conn.execute(f"select event from facts where store = ? and id = ? and {RETOLD}", (lane.store, event.id))
    return row.event in [kept[0] for kept in (first, *again.fetchall()) if kept]
