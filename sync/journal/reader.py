"""The journal as hash chains: the rows to send, a row's place, and which epochs there are."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.facts.fact import Lane
from edge.facts.journal import GENESIS_HASH
from edge.platform.database import first_row
from sync.journal.send_window import SendWindow
from sync.protocol.messages import EventRow

LaneId = tuple[str, int]
"""(epoch, lane): a chain of its own."""


@dataclass(frozen=True, slots=True)
class JournalPosition:
    """A row's place in its lane; the defaults are the place before the first row."""

    seq: int = 0
    ordinal: int = 0
    hash: bytes = GENESIS_HASH


def position_of(db: Database, lane: LaneId, seq: int) -> JournalPosition | None:
    """The place of the row `seq`, or None if the journal has no such row."""
    row = first_row(db, "select seq, ordinal, hash from journal where epoch = ? and lane = ? and seq = ?", (*lane, seq))
    return JournalPosition(*row) if row else None


def rows_after(db: Database, lane: LaneId, way: SendWindow) -> list[tuple[EventRow, bytes]]:
    """The next rows to send, at most as many as a batch may have, each with its hash."""
    found = db.conn.execute(
        "select seq, ordinal, event, hash from journal where epoch = ? and lane = ? and seq > ? order by seq limit ?",
        (*lane, way.sent, way.cap),
    ).fetchall()
    return [(_row(seq, ordinal, event, seq in way.opaque), mark) for seq, ordinal, event, mark in found]


def _row(seq: int, ordinal: int, event: str, opaque: bool) -> EventRow:
    if opaque:
        return EventRow(seq=seq, ordinal=ordinal, opaque=event.encode())
    return EventRow(seq=seq, ordinal=ordinal, event=event)


def epochs(db: Database) -> list[str]:
    """The epochs of which the journal has rows, oldest first; each costs four index seeks, however long the journal is."""
    found: list[tuple[int, str]] = []
    last = ""
    while (row := first_row(db, "select min(epoch) from journal where epoch > ?", (last,))) and row[0] is not None:
        last = row[0]
        firsts = [
            first_row(db, "select min(seq) from journal where epoch = ? and lane = ?", (last, lane)) for lane in Lane
        ]
        found.append((min(first[0] for first in firsts if first and first[0] is not None), last))
    return [epoch for _, epoch in sorted(found)]
