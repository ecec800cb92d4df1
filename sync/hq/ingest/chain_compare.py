"""How a batch of a store's journal continues what HQ has kept, as one rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.facts.journal import GENESIS_HASH, chain_hash
from sync.protocol.messages import EventRow, Events


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePosition:
    """A row's place in a lane: its seq, its count among the lane's rows, and the chain's hash up to it (32 bytes)."""

    seq: int = 0
    ordinal: int = 0
    hash: bytes = GENESIS_HASH


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedRow:
    """A row of a batch in its place."""

    place: LanePosition
    row: EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedBatch:
    """A batch whose inner chain holds: the row before it, and its rows. Numbers only rise; gaps are legal."""

    before: LanePosition
    links: tuple[ChainedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRows:
    """It continues after the last row HQ has: these rows are new."""

    links: tuple[ChainedRow, ...]


@dataclass(frozen=True, slots=True)
class AlreadyKept:
    """All of it is kept already."""


@dataclass(frozen=True, slots=True)
class SeqGap:
    """It begins behind rows HQ has never seen: the store must go back to what HQ has."""


@dataclass(frozen=True, slots=True)
class ChainFork:
    """Its history differs from the one HQ has kept: a restored backup or a cloned card."""


ChainComparison = NewRows | AlreadyKept | SeqGap | ChainFork


def chained_batch(header: Events, rows: Sequence[EventRow]) -> ChainedBatch | None:
    """The batch as a chain, or None if it is not the chain that its header claims."""
    before = LanePosition(seq=header.prev.seq, hash=bytes.fromhex(header.prev.hash))
    links: list[ChainedRow] = []
    last = before
    for row in rows:
        if row.seq <= last.seq or row.ordinal <= last.ordinal:
            return None
        last = LanePosition(seq=row.seq, ordinal=row.ordinal, hash=chain_hash(last.hash, row.raw()))
        links.append(ChainedRow(place=last, row=row))
    claimed = bytes.fromhex(header.hash)
    whole = bool(links) and (header.first, header.last, claimed) == (rows[0].seq, last.seq, last.hash)
    return ChainedBatch(before=before, links=tuple(links)) if whole else None


def compare_with_kept(
    kept: LanePosition, batch: ChainedBatch, hash_at: Callable[[int], bytes | None]
) -> ChainComparison:
    """Compare a batch with what is kept; `hash_at` gives the kept hash at a seq, None if nothing is kept there.

    Each hash covers all rows before it, so one comparison at the last row that both sides have is enough.
    """
    if batch.before.seq > kept.seq:
        return SeqGap()
    overlap = [link.place for link in batch.links if link.place.seq <= kept.seq]
    common = overlap[-1] if overlap else batch.before
    new = batch.links[len(overlap) :]
    if common.seq == kept.seq and common.hash == kept.hash:
        return NewRows(links=new) if new else AlreadyKept()
    if new or common.hash != (hash_at(common.seq) if common.seq else GENESIS_HASH):
        return ChainFork()
    return AlreadyKept()
