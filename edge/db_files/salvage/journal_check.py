"""Which facts of a journal have been changed: the chain of their hashes shows it."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.facts.journal import GENESIS_HASH, chain_hash
from edge.platform.database import first_row

MAX_HYPOTHESES = 8  # combinations of damage in earlier rows that are followed at the same time


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A journal row in its lane."""

    seq: int
    ordinal: int
    event: bytes
    hash: bytes


def altered_seqs(before: tuple[int, bytes] | None, links: list[JournalRow]) -> set[int]:
    """The seqs of the rows whose event is not the one that was hashed, as far as it can be known.

    `before`: ordinal and hash of the row before the first, if they are known. If a row does not fit, either its event or its
    hash was damaged. The next row's hash follows from the true hash, and so shows which. A row after a lost row cannot be
    proved; it is believed.
    """
    found: set[int] = set()
    ordinal, ways = before[0] if before else -1, {before[1]: frozenset[int]()} if before else {}
    for link in links:
        if link.ordinal != ordinal + 1 or not ways:
            found |= _surest(ways)
            ways = {link.hash: frozenset[int]()}
        else:
            fits = [bad for past, bad in ways.items() if chain_hash(past, link.event) == link.hash]
            ways = {link.hash: min(fits, key=len)} if fits else _both(ways, link)
        if len(ways) == 1 and link.hash in ways:
            found |= ways[link.hash]
            ways = {link.hash: frozenset[int]()}
        ordinal = link.ordinal
    return found | _surest(ways)


def _both(ways: dict[bytes, frozenset[int]], link: JournalRow) -> dict[bytes, frozenset[int]]:
    """A row does not fit: either its hash is true and its event is not, or the other way round."""
    either = {chain_hash(past, link.event): bad for past, bad in ways.items()}
    either[link.hash] = min(ways.values(), key=len) | {link.seq}
    return dict(list(either.items())[-MAX_HYPOTHESES:])


def _surest(ways: dict[bytes, frozenset[int]]) -> frozenset[int]:
    """No later row shows which one is damaged: every row that may be damaged is doubtful."""
    return frozenset().union(*ways.values())


def altered_seqs_of_lane(db: Database, epoch: str, lane: int) -> set[int]:
    """The same for a lane of a journal in a database: for the rows that HQ has not kept."""
    kept = first_row(db, "select seq, ordinal, hash from kept where epoch = ? and lane = ?", (epoch, lane)) or (
        0,
        0,
        GENESIS_HASH,
    )
    rows = db.conn.execute(
        "select seq, ordinal, event, hash from journal where epoch = ? and lane = ? and seq > ? order by seq",
        (epoch, lane, kept[0]),
    ).fetchall()
    return altered_seqs(
        (kept[1], kept[2]), [JournalRow(seq, ordinal, event.encode(), hash_) for seq, ordinal, event, hash_ in rows]
    )
