"""The journal goes up: batches by lane, hash-chained, sent again until HQ says it has them."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from edge.clock import Now
from edge.journal import Lane, chain
from edge.store import rows, writing
from sync import topics
from sync.chain_reader import LaneId, Place, at, behind, epochs
from sync.headers import Ack, EventRow, Events, Nack, Prev
from sync.notes import append_note, noted
from sync.outlet import Outlet
from sync.signing import SigningKey
from sync.under_way import Batch, UnderWay, acked, late, nacked, on_new_line, resting, sent
from sync.wire import seal, share_out

log = logging.getLogger(__name__)


@dataclass(slots=True)
class JournalUp:
    """What is under way to HQ. Only `kept` is remembered on the card: all else is known again from it and from HQ."""

    db: Database
    store: str
    chain: str
    key: SigningKey
    out: Outlet
    ways: dict[LaneId, UnderWay] = field(default_factory=dict)
    places: dict[LaneId, Place] = field(default_factory=dict)
    closed: set[LaneId] = field(default_factory=set)
    _touched: set[LaneId] = field(default_factory=set)
    _forks: list[dict[str, Any]] = field(default_factory=list)
    _may_send: bool = True

    def __post_init__(self) -> None:
        for row in rows(self.db, "select epoch, lane, seq, ordinal, hash from kept"):
            self.places[row["epoch"], row["lane"]] = Place(row["seq"], row["ordinal"], row["hash"])
        self.closed = {(fork["epoch"], fork["lane"]) for fork in noted(self.db, "box.forked")}
        self.look()

    def look(self) -> None:
        """The journal has changed: there may be rows to send, and lanes of a new epoch."""
        known = {epoch for epoch, _ in self.ways}
        for epoch in epochs(self.db):
            if epoch not in known:
                for lane in Lane:
                    self.ways[epoch, lane] = resting(self.places.get((epoch, lane), Place()).seq)
        self._may_send = True

    def on_new_line(self) -> None:
        """The line is new, or HQ is: what was under way may be lost."""
        self.ways = {lane: on_new_line(way) for lane, way in self.ways.items()}
        self._may_send = True

    def send(self, now: float, jitter: float) -> None:
        """Send what there is room for, promises first. `now`: monotonic seconds; `jitter`: 0.8 to 1.2."""
        for lane, way in self.ways.items():
            self.ways[lane] = late(way, now, jitter)
            self._may_send |= self.ways[lane] is not way
        if self._may_send:
            # not list(...): all() shall stop at the first lane the line has no room for
            self._may_send = not all(self._send_lane(lane, now) for lane in self._in_order())

    def _in_order(self) -> Iterator[LaneId]:
        """Promises of every epoch before anything else; older epochs first."""
        return (way for way in sorted(self.ways, key=lambda way: way[1]) if way not in self.closed)

    def _send_lane(self, lane: LaneId, now: float) -> bool:
        """Fill the lane's window; False where the line takes no more."""
        while (way := self.ways[lane]).has_room and lane not in self.closed:
            if not self.out.has_room:
                return False
            found = behind(self.db, lane, way)
            if not found:
                return True
            before = self._before(lane, way)
            if chain(before.hash, found[0][0].raw()) != found[0][1]:
                self._fork(lane, "rows after the last one HQ has are gone", before.seq)
                return True
            batch = next(share_out([row for row, _ in found]))
            if not self._publish(lane, before, batch, found[len(batch) - 1][1]):
                return False
            self.ways[lane] = sent(way, Batch(batch[0].seq, batch[-1].seq, len(batch), now))
        return True

    def _before(self, lane: LaneId, way: UnderWay) -> Place:
        place = self.places.get(lane, Place())
        return place if way.sent == place.seq else at(self.db, lane, way.sent) or Place()

    def _publish(self, lane: LaneId, before: Place, batch: Sequence[EventRow], mark: bytes) -> bool:
        header = Events(
            store=self.store,
            epoch=lane[0],
            lane=lane[1],
            prev=Prev(seq=before.seq, hash=before.hash.hex()),
            first=batch[0].seq,
            last=batch[-1].seq,
            hash=mark.hex(),
        )
        topic = topics.up(self.chain, self.store, "events")
        return self.out.publish(topic, seal(topic, header, batch, self.key))

    def on_ack(self, ack: Ack, now: float) -> None:
        """HQ says how far it has a lane."""
        lane = (ack.epoch, ack.lane)
        if lane not in self.ways or lane in self.closed:
            return
        place = Place(ack.seq, ack.ordinal, bytes.fromhex(ack.hash))
        if ack.fork or not self._is_ours(lane, place):
            self._fork(lane, "HQ tells another past", ack.seq)
            return
        self.ways[lane] = acked(self.ways[lane], ack.seq, now)
        if place != self.places.get(lane, Place()):
            self.places[lane] = place
            self._touched.add(lane)
        self._may_send = True

    def _is_ours(self, lane: LaneId, place: Place) -> bool:
        return place in (Place(), self.places.get(lane), at(self.db, lane, place.seq))

    def on_nack(self, nack: Nack, now: float) -> None:
        """HQ could not parse a batch."""
        lane = (nack.epoch, nack.lane)
        if lane not in self.ways:
            return
        log.warning("HQ could not read facts %d to %d: %s", nack.first, nack.last, nack.reason)
        self.ways[lane] = nacked(self.ways[lane], nack.first, nack.last, now)
        self._may_send = True

    def rewind(self, epoch: str, lane: int, seq: int) -> None:
        """Send a lane again from behind `seq`, because HQ says so. Raises ValueError where there is no such row."""
        place = at(self.db, (epoch, lane), seq) if seq else Place()
        if place is None or (epoch, lane) not in self.ways:
            raise ValueError(f"no row {seq} in lane {lane} of epoch {epoch}")
        self.ways[epoch, lane] = resting(place.seq)
        self.places[epoch, lane] = place
        self._touched.add((epoch, lane))
        self._may_send = True

    def _fork(self, lane: LaneId, reason: str, hq_seq: int) -> None:
        """HQ's past of this lane is not ours: close it, and leave it to web to tell the rest in a new epoch."""
        log.error("lane %d of epoch %s is closed: %s", lane[1], lane[0], reason)
        self.closed.add(lane)
        self.ways[lane] = resting(self.ways[lane].kept)
        kept = self.places.get(lane, Place()).seq
        self._forks.append({"epoch": lane[0], "lane": lane[1], "kept": kept, "hq_seq": hq_seq, "reason": reason})

    def write(self, now: Now) -> None:
        """Note on the card what HQ has kept since the last time, in one transaction; nothing when there is nothing."""
        if not self._touched and not self._forks:
            return
        with writing(self.db):
            for lane in self._touched:
                self._write_kept(lane, now)
            for fork in self._forks:
                append_note(self.db, "box.forked", fork, now)
        self._touched.clear()
        self._forks.clear()

    def _write_kept(self, lane: LaneId, now: Now) -> None:
        place = self.places[lane]
        self.db.conn.execute(
            "insert or replace into kept (epoch, lane, seq, ordinal, hash, time) values (?, ?, ?, ?, ?, ?)",
            (*lane, place.seq, place.ordinal, place.hash, now.text),
        )
