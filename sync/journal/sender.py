"""The journal is sent to HQ: batches by lane, hash-chained, sent again until HQ acknowledges them."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from edge.facts.box import BoxForked
from edge.facts.fact import Lane
from edge.facts.journal import chain_hash
from edge.platform.clock import Now
from edge.platform.database import rows, writing
from edge.platform.sqlite_file import Connection, Damaged
from sync.journal.reader import JournalPosition, LaneId, epochs, position_of, rows_after
from sync.journal.send_window import (
    SendWindow,
    SentBatch,
    batch_acked,
    batch_nacked,
    batch_sent,
    idle_window,
    on_new_line,
    resend_if_late,
)
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey
from sync.protocol.envelope import seal_message, split_rows
from sync.protocol.messages import Ack, EventRow, Events, Nack, PreviousRow
from sync.sync_log import append_note, remembered_names
from sync.transport.message_sender import MessageSender

log = logging.getLogger(__name__)


@dataclass(slots=True)
class JournalSender:
    """The lanes under way to HQ. Only `kept` is written to the card: all else follows from it and from HQ's acknowledgements."""

    db: Database
    store: str
    chain: str
    key: SigningKey
    out: MessageSender
    ways: dict[LaneId, SendWindow] = field(default_factory=dict)
    places: dict[LaneId, JournalPosition] = field(default_factory=dict)
    closed: set[LaneId] = field(default_factory=set)
    _touched: set[LaneId] = field(default_factory=set)
    _forks: list[BoxForked] = field(default_factory=list)
    _may_send: bool = True

    def __post_init__(self) -> None:
        for row in rows(self.db, "select epoch, lane, seq, ordinal, hash from kept"):
            self.places[row["epoch"], row["lane"]] = JournalPosition(row["seq"], row["ordinal"], row["hash"])
        self.closed = {_lane(name) for name in remembered_names(self.db, BoxForked)}
        self.on_journal_changed()

    def on_journal_changed(self) -> None:
        """The journal has changed: there may be rows to send, and lanes of a new epoch."""
        known = {epoch for epoch, _ in self.ways}
        for epoch in epochs(self.db):
            if epoch not in known:
                for lane in Lane:
                    self.ways[epoch, lane] = idle_window(self.places.get((epoch, lane), JournalPosition()).seq)
        self._may_send = True

    def on_new_line(self) -> None:
        """The connection is new, or HQ has restarted: what was under way may be lost."""
        self.ways = {lane: on_new_line(way) for lane, way in self.ways.items()}
        self._may_send = True

    def send(self, now: float, jitter: float) -> None:
        """Send what there is room for, lane of promises first. `now`: monotonic seconds; `jitter`: 0.8 to 1.2."""
        for lane, way in self.ways.items():
            self.ways[lane] = resend_if_late(way, now, jitter)
            self._may_send |= self.ways[lane] is not way
        if self._may_send:
            # not list(...): all() shall stop at the first lane for which the connection has no room
            self._may_send = not all(self._send_lane(lane, now) for lane in self._in_order())

    def _in_order(self) -> Iterator[LaneId]:
        """Promises of every epoch before anything else; older epochs first."""
        return (way for way in sorted(self.ways, key=lambda way: way[1]) if way not in self.closed)

    def _send_lane(self, lane: LaneId, now: float) -> bool:
        """Fill the lane's window; False if the connection accepts no more."""
        while (way := self.ways[lane]).has_room and lane not in self.closed:
            if not self.out.has_room:
                return False
            found = rows_after(self.db, lane, way)
            if not found:
                return True
            before = self._before(lane, way)
            if found[0][0].ordinal != before.ordinal + 1:
                self._fork(lane, "rows after the last one HQ has are gone", before.seq)
                return True
            self._look_at(before, found)
            batch = next(split_rows([row for row, _ in found]))
            if not self._publish(lane, before, batch, found[len(batch) - 1][1]):
                return False
            self.ways[lane] = batch_sent(way, SentBatch(batch[0].seq, batch[-1].seq, len(batch), now))
        return True

    def _look_at(self, before: JournalPosition, found: Sequence[tuple[EventRow, bytes]]) -> None:
        """Raises Damaged if a row is not what was recorded: HQ could verify neither it nor the rows after it."""
        past = before.hash
        for row, mark in found:
            if chain_hash(past, row.raw()) != mark:
                conn = self.db.conn
                assert isinstance(conn, Connection)
                raise Damaged(conn.file, conn.identity, f"fact {row.seq} has changed since it was written")
            past = mark

    def _before(self, lane: LaneId, way: SendWindow) -> JournalPosition:
        place = self.places.get(lane, JournalPosition())
        return place if way.sent == place.seq else position_of(self.db, lane, way.sent) or JournalPosition()

    def _publish(self, lane: LaneId, before: JournalPosition, batch: Sequence[EventRow], mark: bytes) -> bool:
        header = Events(
            store=self.store,
            epoch=lane[0],
            lane=lane[1],
            prev=PreviousRow(seq=before.seq, hash=before.hash.hex()),
            first=batch[0].seq,
            last=batch[-1].seq,
            hash=mark.hex(),
        )
        topic = topics.store_topic(self.chain, self.store, "events")
        return self.out.publish(topic, seal_message(topic, header, batch, self.key))

    def on_ack(self, ack: Ack, now: float) -> None:
        """HQ acknowledges a lane up to a row."""
        lane = (ack.epoch, ack.lane)
        if lane not in self.ways or lane in self.closed:
            return
        place = JournalPosition(ack.seq, ack.ordinal, bytes.fromhex(ack.hash))
        if ack.fork or not self._is_ours(lane, place):
            self._fork(lane, "HQ tells another past", ack.seq)
            return
        self.ways[lane] = batch_acked(self.ways[lane], ack.seq, now)
        if place != self.places.get(lane, JournalPosition()):
            self.places[lane] = place
            self._touched.add(lane)
        self._may_send = True

    def _is_ours(self, lane: LaneId, place: JournalPosition) -> bool:
        return place in (JournalPosition(), self.places.get(lane), position_of(self.db, lane, place.seq))

    def on_nack(self, nack: Nack, now: float) -> None:
        """HQ could not parse a batch."""
        lane = (nack.epoch, nack.lane)
        if lane not in self.ways:
            return
        log.warning("HQ rejected facts %d to %d (nack): %s", nack.first, nack.last, nack.reason)
        self.ways[lane] = batch_nacked(self.ways[lane], nack.first, nack.last, now)
        self._may_send = True

    def rewind(self, epoch: str, lane: int, seq: int) -> None:
        """Send a lane again from the row after `seq`, because HQ commands it. Raises ValueError if there is no such row."""
        place = position_of(self.db, (epoch, lane), seq) if seq else JournalPosition()
        if place is None or (epoch, lane) not in self.ways:
            raise ValueError(f"no row {seq} in lane {lane} of epoch {epoch}")
        self.ways[epoch, lane] = idle_window(place.seq)
        self.places[epoch, lane] = place
        self._touched.add((epoch, lane))
        self._may_send = True

    def _fork(self, lane: LaneId, reason: str, hq_seq: int) -> None:
        """HQ's history of this lane differs from ours: close it; the web process records further facts in a new epoch."""
        log.error("journal lane %d of epoch %s is closed: %s", lane[1], lane[0], reason)
        self.closed.add(lane)
        self.ways[lane] = idle_window(self.ways[lane].kept)
        kept = self.places.get(lane, JournalPosition()).seq
        self._forks.append(BoxForked(epoch=lane[0], lane=lane[1], kept=kept, hq_seq=hq_seq, reason=reason))

    def highest_acked(self, epoch: str) -> int:
        """The highest seq of an epoch that HQ has kept, over all lanes."""
        return max((place.seq for (of, _), place in self.places.items() if of == epoch), default=0)

    def write(self, now: Now) -> None:
        """Write to the card what HQ has kept since the last time, in one transaction; none if there is nothing new."""
        if not self._touched and not self._forks:
            return
        with writing(self.db):
            for lane in self._touched:
                self._write_kept(lane, now)
            for fork in self._forks:
                append_note(self.db, fork, now)
        self._touched.clear()
        self._forks.clear()

    def _write_kept(self, lane: LaneId, now: Now) -> None:
        place = self.places[lane]
        self.db.conn.execute(
            "insert or replace into kept (epoch, lane, seq, ordinal, hash, time) values (?, ?, ?, ?, ?, ?)",
            (*lane, place.seq, place.ordinal, place.hash, now.text),
        )


def _lane(name: str) -> LaneId:
    epoch, _, lane = name.rpartition("/")
    return epoch, int(lane)
