"""What HQ writes down of the stores' journals: facts, chains, and what is set aside; always in the caller's transaction."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from edge.clock import now
from edge.store import one
from sync.headers import Events
from sync.hq.event import Event
from sync.hq.fit import Chain, Link, Place

log = logging.getLogger(__name__)


class Overtaken(Exception):
    """Another worker has moved this chain meanwhile: nothing was kept, the store will send again."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of one epoch of one store: what is chained and acknowledged by itself."""

    store: str
    epoch: str
    lane: int


def standing(db: Database, lane: Lane) -> Place:
    """How far HQ has kept a lane."""
    row = one(
        db,
        "select seq, ordinal, hash from chains where store = ? and epoch = ? and lane = ?",
        (lane.store, lane.epoch, lane.lane),
    )
    return Place(seq=row[0], ordinal=row[1], hash=row[2]) if row else Place()


def hash_at(db: Database, lane: Lane, seq: int) -> bytes | None:
    """The chain's hash at a row HQ has kept, in whichever way; None where it has none of that number."""
    at = (lane.store, lane.epoch, lane.lane, seq)
    for table in ("facts", "quarantine", "echoes"):
        row = one(db, f"select hash from {table} where store = ? and epoch = ? and lane = ? and seq = ?", at)
        if row:
            return bytes(row[0])
    return None


def write_facts(db: Database, lane: Lane, facts: Sequence[tuple[Link, Event]], received: str) -> None:
    """Facts HQ understands."""
    db.conn.executemany(
        """insert into facts (store, epoch, lane, seq, ordinal, id, type, time, event, hash, received)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                lane.store,
                lane.epoch,
                lane.lane,
                link.place.seq,
                link.place.ordinal,
                event.id,
                event.type,
                event.time,
                link.row.event,
                link.place.hash,
                received,
            )
            for link, event in facts
        ],
    )


def set_aside(db: Database, lane: Lane, link: Link, reason: str, received: str) -> None:
    """A row HQ does not understand, byte for byte, and why."""
    log.warning("%s: fact %d goes into quarantine: %s", lane.store, link.place.seq, reason)
    db.conn.execute(
        """insert into quarantine (store, epoch, lane, seq, ordinal, event, hash, reason, received)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            lane.store,
            lane.epoch,
            lane.lane,
            link.place.seq,
            link.place.ordinal,
            link.row.raw(),
            link.place.hash,
            reason,
            received,
        ),
    )


def note_echo(db: Database, lane: Lane, link: Link, event: Event, received: str) -> None:
    """A row that says again what is kept elsewhere: its place in the chain, and no second fact."""
    db.conn.execute(
        "insert into echoes (store, epoch, lane, seq, id, hash, received) values (?, ?, ?, ?, ?, ?, ?)",
        (lane.store, lane.epoch, lane.lane, link.place.seq, event.id, link.place.hash, received),
    )


def move_chain(db: Database, lane: Lane, kept: Place, last: Place, received: str) -> None:
    """Compare-and-set: where HQ is several workers over one database, it is the database that keeps the order."""
    at = (lane.store, lane.epoch, lane.lane)
    if kept.seq == 0:
        done = db.conn.execute(
            "insert or ignore into chains (store, epoch, lane, seq, ordinal, hash, kept_at) values (?, ?, ?, ?, ?, ?, ?)",
            (*at, last.seq, last.ordinal, last.hash, received),
        )
    else:
        done = db.conn.execute(
            """update chains set seq = ?, ordinal = ?, hash = ?, kept_at = ?
               where store = ? and epoch = ? and lane = ? and seq = ?""",
            (last.seq, last.ordinal, last.hash, received, *at, kept.seq),
        )
    if done.rowcount != 1:
        raise Overtaken(f"{lane.store} lane {lane.lane} went on from {kept.seq} meanwhile")


def note_fork(db: Database, lane: Lane, header: Events, batch: Chain) -> None:
    """Keep the batch that did not fit as evidence: once, however often it is sent."""
    log.error("%s: lane %d of epoch %s forks at %d", lane.store, lane.lane, lane.epoch, header.first)
    text = json.dumps([[link.place.seq, link.row.raw().decode(errors="replace")] for link in batch.links])
    db.conn.execute(
        """insert into forks (store, epoch, lane, seq, hash, batch, seen, times) values (?, ?, ?, ?, ?, ?, ?, 1)
           on conflict (store, epoch, lane, seq, hash) do update set times = times + 1""",
        (lane.store, lane.epoch, lane.lane, header.first, bytes.fromhex(header.hash), text, now().text),
    )
