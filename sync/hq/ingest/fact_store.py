"""What HQ writes down of the stores' journals: facts, chains, and what is set aside; always in the caller's transaction."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from edge.platform.clock import now
from edge.platform.database import first_row
from sync.hq.ingest.chain_compare import ChainedBatch, ChainedRow, LanePosition
from sync.protocol.event import Event
from sync.protocol.messages import Events

log = logging.getLogger(__name__)

FactRow = tuple[str, str, int, int, int, str, str, str, str, bytes, str]
"""A row of `facts` without its number."""


class ChainMoved(Exception):
    """Another worker has moved this chain meanwhile: nothing was kept, the store will send again."""


@dataclass(frozen=True, slots=True)
class LaneOfStore:
    """One lane of one epoch of one store: what is chained and acknowledged by itself."""

    store: str
    epoch: str
    lane: int


def lane_position(db: Database, lane: LaneOfStore) -> LanePosition:
    """How far HQ has kept a lane."""
    row = first_row(
        db,
        "select seq, ordinal, hash from chains where store = ? and epoch = ? and lane = ?",
        (lane.store, lane.epoch, lane.lane),
    )
    return LanePosition(seq=row[0], ordinal=row[1], hash=row[2]) if row else LanePosition()


def hash_at(db: Database, lane: LaneOfStore, seq: int) -> bytes | None:
    """The chain's hash at a row HQ has kept, as a fact or otherwise; None if it has no row of that number."""
    at = (lane.store, lane.epoch, lane.lane, seq)
    for table in ("facts", "quarantine", "echoes"):
        row = first_row(db, f"select hash from {table} where store = ? and epoch = ? and lane = ? and seq = ?", at)
        if row:
            return bytes(row[0])
    return None


def fact_row(lane: LaneOfStore, place: LanePosition, event: Event, text: str, received: str) -> FactRow:
    """A fact HQ understands, as the table has it; `text` byte for byte as it was sent."""
    at = (lane.store, lane.epoch, lane.lane, place.seq, place.ordinal)
    return (*at, event.id, event.type, event.time, text, place.hash, received)


def write_facts(db: Database, facts: Sequence[FactRow]) -> None:
    """Facts of any lanes."""
    db.conn.executemany(
        """insert into facts (store, epoch, lane, seq, ordinal, id, type, time, event, hash, received)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        facts,
    )


def quarantine_row(db: Database, lane: LaneOfStore, link: ChainedRow, reason: str, received: str) -> None:
    """A row HQ does not understand, byte for byte, and why."""
    log.warning("store %s: fact %d goes into quarantine: %s", lane.store, link.place.seq, reason)
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


def note_echo(db: Database, lane: LaneOfStore, link: ChainedRow, event: Event, received: str) -> None:
    """Note a row that repeats a fact kept elsewhere: its place in the chain, and no second fact."""
    note_echo_at(db, lane, link.place.seq, link.place.hash, event, received)


def note_echo_at(db: Database, lane: LaneOfStore, seq: int, mark: bytes, event: Event, received: str) -> None:
    """The same for a row that has waited in quarantine; `mark`: the chain's hash there."""
    db.conn.execute(
        "insert into echoes (store, epoch, lane, seq, id, hash, received) values (?, ?, ?, ?, ?, ?, ?)",
        (lane.store, lane.epoch, lane.lane, seq, event.id, mark, received),
    )


def move_chains(db: Database, moves: Sequence[tuple[LaneOfStore, LanePosition, LanePosition]], received: str) -> None:
    """Move lanes from one place to another: compare-and-set, because several workers of HQ may share one database, and the
    database keeps the order. Raises Overtaken."""
    begun = [(lane, last) for lane, kept, last in moves if kept.seq == 0]
    gone_on = [(lane, kept, last) for lane, kept, last in moves if kept.seq != 0]
    done = 0
    if begun:
        done += db.conn.executemany(
            "insert or ignore into chains (store, epoch, lane, seq, ordinal, hash, kept_at) values (?, ?, ?, ?, ?, ?, ?)",
            [(lane.store, lane.epoch, lane.lane, last.seq, last.ordinal, last.hash, received) for lane, last in begun],
        ).rowcount
    if gone_on:
        done += db.conn.executemany(
            """update chains set seq = ?, ordinal = ?, hash = ?, kept_at = ?
               where store = ? and epoch = ? and lane = ? and seq = ?""",
            [
                (last.seq, last.ordinal, last.hash, received, lane.store, lane.epoch, lane.lane, kept.seq)
                for lane, kept, last in gone_on
            ],
        ).rowcount
    if done != len(moves):
        raise ChainMoved(f"of {len(moves)} lanes {len(moves) - done} went on meanwhile")


def note_fork(db: Database, lane: LaneOfStore, header: Events, batch: ChainedBatch) -> None:
    """Keep the batch that did not fit as evidence: once, however often it is sent."""
    log.error("store %s: lane %d of epoch %s forks at %d", lane.store, lane.lane, lane.epoch, header.first)
    text = json.dumps([[link.place.seq, link.row.raw().decode(errors="replace")] for link in batch.links])
    db.conn.execute(
        """insert into forks (store, epoch, lane, seq, hash, batch, seen, times) values (?, ?, ?, ?, ?, ?, ?, 1)
           on conflict (store, epoch, lane, seq, hash) do update set times = times + 1""",
        (lane.store, lane.epoch, lane.lane, header.first, bytes.fromhex(header.hash), text, now().text),
    )
