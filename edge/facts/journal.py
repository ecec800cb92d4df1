"""The journal of facts for HQ: a hash chain, and how far HQ has kept it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlite_utils import Database

from edge.facts.fact import TYPE_PREFIX, Fact, FactAttributes, Lane, event_type
from edge.platform.clock import Now, parse_utc
from edge.platform.database import first_row

GENESIS_HASH = bytes(32)  # the hash before the first row of a lane
NO_ATTRIBUTES = FactAttributes()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A journal row: its place in the chain and the CloudEvent as JSON text, byte for byte as it is hashed and sent.

    `seq` rises over all lanes and may have gaps; `ordinal` counts the rows of this lane without gaps, for "waiting: 6".
    """

    seq: int
    epoch: str
    lane: int
    ordinal: int
    type: str
    event: str
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxIdentity:
    """Which box this is: store id, box id, the journal epoch it writes, and those it wrote before a fork."""

    store: str
    id: str
    epoch: str
    past: frozenset[str] = frozenset()

    def counted(self, epoch: str, through_seq: int) -> int:
        """How far HQ has counted this journal, if a row of HQ's says (epoch, through_seq).

        Numbers rise over all epochs of one store.db; an epoch of another store.db (an earlier box) says nothing about ours.
        """
        return through_seq if epoch == self.epoch or epoch in self.past else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayedFactRow:
    """A `RelayedFact` as it is in another process's log: its type without `noren.`, its data, and when it was written."""

    type: str
    lane: Lane
    data: dict[str, Any]
    time: str


def chain_hash(previous: bytes, event: bytes) -> bytes:
    """The hash of a row: SHA-256 over the previous row's hash and this row's bytes (32 bytes)."""
    return hashlib.sha256(previous + event).digest()


def cloud_event(
    box: BoxIdentity, seq: int, kind: str, data: Fact | dict[str, Any], now: Now, about: FactAttributes
) -> dict[str, Any]:
    """A fact as CloudEvents 1.0 in structured JSON; extension attributes carry the clock, the boot and the people."""
    who = {"member": about.member, "staff": about.staff, "station": about.station, "causation": about.causation}
    return {
        "specversion": "1.0",
        "id": f"{box.store}/{box.epoch}/{seq}",
        "source": f"/stores/{box.store}",
        "type": kind,
        "time": now.text,
        "clock": now.clock,
        "boot": now.boot,
        **{name: value for name, value in who.items() if value is not None},
        "data": data,
    }


def last_entry(db: Database, epoch: str, lane: int) -> tuple[int, bytes]:
    """Ordinal and hash of the lane's last row; if all rows are pruned, those of the last row HQ has kept."""
    row = first_row(
        db, "select ordinal, hash from journal where epoch = ? and lane = ? order by seq desc limit 1", (epoch, lane)
    ) or first_row(db, "select ordinal, hash from kept where epoch = ? and lane = ?", (epoch, lane))
    return (row[0], row[1]) if row else (0, GENESIS_HASH)


def tell(db: Database, box: BoxIdentity, fact: Fact, now: Now, about: FactAttributes = NO_ATTRIBUTES) -> int:
    """Append a fact inside the caller's transaction; its seq. Numbers only rise, over all lanes, and are never reused.

    Raises TypeError for an attribute about people or places that its class does not name.
    """
    for name in ("member", "staff", "station", "causation"):
        if getattr(about, name) is not None and name not in fact.ABOUT:
            raise TypeError(f"{fact.TYPE} says nothing of its {name}")
    return _tell(db, box, event_type(type(fact)), fact.LANE, fact, now, about)


def tell_relayed(
    db: Database, box: BoxIdentity, note: RelayedFactRow, now: Now, about: FactAttributes = NO_ATTRIBUTES
) -> int:
    """The same for a fact that another process has noted: its data as they were written, and then the time of that."""
    return _tell(db, box, f"{TYPE_PREFIX}{note.type}", note.lane, note.data | {"at": note.time}, now, about)


def _tell(
    db: Database, box: BoxIdentity, kind: str, lane: Lane, data: Fact | dict[str, Any], now: Now, about: FactAttributes
) -> int:
    row = first_row(db, "select coalesce((select seq from sqlite_sequence where name = 'journal'), 0), epoch from box")
    assert row is not None, "the box knows itself before it tells anything"
    seq, epoch = int(row[0]) + 1, row[1]  # the epoch may be newer than the caller's `box`, if a fork came in between
    event = msgspec.json.encode(cloud_event(replace(box, epoch=epoch), seq, kind, data, now, about))
    _append(db, seq, epoch, lane, kind, event)
    return seq


def tell_again(db: Database, lane: int, kind: str, event: str) -> int:
    """Append an event of a closed epoch to the present one, byte for byte, so that HQ knows it by its id; its new seq."""
    row = first_row(db, "select (select seq from sqlite_sequence where name = 'journal'), epoch from box")
    assert row is not None
    _append(db, row[0] + 1, row[1], lane, kind, event.encode())
    return int(row[0]) + 1


def _append(db: Database, seq: int, epoch: str, lane: int, kind: str, event: bytes) -> None:
    ordinal, previous = last_entry(db, epoch, lane)
    db.conn.execute(
        "insert into journal (seq, epoch, lane, ordinal, type, event, hash) values (?, ?, ?, ?, ?, ?, ?)",
        (seq, epoch, lane, ordinal + 1, kind, event.decode(), chain_hash(previous, event)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalProgress:
    """The counts of a journal: facts made, facts HQ has kept, and the difference."""

    made: int
    kept: int

    @property
    def waiting(self) -> int:
        return self.made - self.kept


def journal_progress(db: Database, epoch: str) -> JournalProgress:
    """Facts made, kept and waiting over all lanes of an epoch; the cost does not grow with the journal."""
    kept = dict(db.conn.execute("select lane, ordinal from kept where epoch = ?", (epoch,)).fetchall())
    made = sum(last_entry(db, epoch, lane)[0] for lane in Lane)
    return JournalProgress(made=made, kept=sum(kept.values()))


def oldest_waiting(db: Database, epoch: str) -> datetime | None:
    """When the oldest fact of an epoch was told that HQ has not kept; None if HQ has kept all. One row a lane is read."""
    found = []
    for lane in Lane:
        row = first_row(
            db,
            """select event ->> 'time' from journal where epoch = :epoch and lane = :lane and seq > coalesce(
               (select seq from kept where epoch = :epoch and lane = :lane), 0) order by seq limit 1""",
            {"epoch": epoch, "lane": lane},
        )
        found += [parse_utc(row[0])] if row else []
    return min(found, default=None)
