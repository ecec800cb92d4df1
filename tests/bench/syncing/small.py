"""What small batches cost HQ: one worker takes what many stores say, a fact each, beside the same in full batches."""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from edge.facts.fact import Fact, event_type
from edge.facts.journal import GENESIS_HASH, NO_ATTRIBUTES, BoxIdentity, chain_hash, cloud_event
from edge.features.stock import StockRow
from edge.platform.clock import now
from edge.platform.database import first_row, writing
from sync.hq.enrolment.founding import enrol_store, found_headquarters, open_headquarters
from sync.hq.enrolment.keys import read_hq_key
from sync.hq.feeds import feed
from sync.hq.feeds.outbox import Outbox
from sync.hq.loop import HqLoop
from sync.hq.schema import open_hq_store
from sync.journal.send_window import MAX_BATCH_ROWS, WINDOW_BATCHES
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey, private_from_text
from sync.protocol.envelope import seal_message, split_rows
from sync.protocol.messages import EventRow, Events, PreviousRow
from sync.transport.mqtt_events import Connected, MessageReceived
from tests.bench.syncing.teller import GTINS, ON_HAND, facts
from tests.bench.syncing.trials.arena import arena
from tests.support.any_fact import fact

Told = Callable[[random.Random], Iterator[Fact]]

CHAIN = "bench"
STORES = 50
FACTS = 200  # of each store, if it sends one at a time
FULL = 2_000  # of each store, if it sends full batches
QUICK = 0.2  # share of both in a quick look
ROUNDS = 3  # the best of each counts, because others use the machine, too


def measure(asked: argparse.Namespace) -> dict[str, float]:
    """Facts a second that one worker opens, keeps on the disk, counts and acknowledges, without a broker between.

    `plain`: facts HQ keeps and counts nowhere. `shop`: as a busy shop tells them, six of ten move stock that HQ has to
    count and to publish anew. `one_fact`: in each round every store has said one batch, of one fact. `window`: as many of
    them as a store has under way. `full`: one full batch. The processor's time is said beside, for the disk is moody.
    """
    share = QUICK if asked.quick else 1.0
    found: dict[str, float] = {}
    for name, told in (("plain", _plain), ("shop", facts)):
        rates = {}
        for case, many, most, waiting in (
            ("one_fact", FACTS, 1, 1),
            ("window", FACTS, 1, WINDOW_BATCHES),
            ("full", FULL, MAX_BATCH_ROWS, 1),
        ):
            runs = [_rate(told, int(many * share), most, waiting) for _ in range(ROUNDS)]
            rates[case] = max(rate for rate, _ in runs)
            found[f"small.{name}.{case}.facts_per_s"] = rates[case]
            found[f"small.{name}.{case}.cpu_us"] = min(cpu for _, cpu in runs)
        found[f"small.{name}.ratio"] = rates["full"] / rates["one_fact"]
        found[f"small.{name}.ratio_of_window"] = rates["full"] / rates["window"]
    return found


def _plain(dice: random.Random) -> Iterator[Fact]:
    while True:
        yield fact("visit.repeated", {"rule": "day", "period": f"2026-11-{dice.randrange(10, 31)}"})


@dataclass(slots=True)
class _Ground:
    """A line that takes everything."""

    has_room: bool = True
    said: int = 0

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        self.said += 1
        return True


@dataclass(slots=True)
class _Store:
    """A store's journal of one lane, sealed as it goes up."""

    name: str
    key: SigningKey
    made: Iterator[Fact]
    last: int = 0
    mark: bytes = GENESIS_HASH
    box: BoxIdentity = field(init=False)

    def __post_init__(self) -> None:
        self.box = BoxIdentity(store=self.name, id="0" * 32, epoch=f"{self.name:0<32}"[:32])

    def batches(self, many: int, most: int) -> Iterator[MessageReceived]:
        for first in range(0, many, most):
            rows: list[EventRow] = []
            for seq in range(self.last + first + 1, self.last + min(first + most, many) + 1):
                told = next(self.made)
                event = msgspec.json.encode(
                    cloud_event(self.box, seq, event_type(type(told)), told, now(), NO_ATTRIBUTES)
                ).decode()
                rows.append(EventRow(seq=seq, ordinal=seq, event=event))
            yield from (self._sealed(part) for part in split_rows(rows))

    def _sealed(self, rows: Sequence[EventRow]) -> MessageReceived:
        before, self.mark = self.mark, self._after(rows)
        header = Events(
            store=self.name,
            epoch=self.box.epoch,
            lane=1,
            prev=PreviousRow(seq=rows[0].seq - 1, hash=before.hex()),
            first=rows[0].seq,
            last=rows[-1].seq,
            hash=self.mark.hex(),
        )
        topic = topics.store_topic(CHAIN, self.name, "events")
        return MessageReceived(topic, seal_message(topic, header, rows, self.key))

    def _after(self, rows: Sequence[EventRow]) -> bytes:
        mark = self.mark
        for row in rows:
            mark = chain_hash(mark, row.raw())
        return mark


def _rate(told: Told, many: int, most: int, waiting: int) -> tuple[float, float]:
    """Facts a second, and microseconds of the processor a fact."""
    with arena("small", lambda: False, on_disk=True) as here:
        rounds = list(_rounds(_founded(here.folder, told), many, most, waiting))
        wall, cpu = _taken(here.folder, rounds, many * STORES)
    return many * STORES / wall, cpu / many / STORES * 1e6


def _founded(folder: Path, told: Told) -> list[_Store]:
    """A headquarters that keeps the stock of its stores."""
    found_headquarters(folder, CHAIN, "mqtt://127.0.0.1:1")
    stores = []
    for number in range(STORES):
        bundle = enrol_store(folder, f"s{number}", f"s{number}")
        key = private_from_text((bundle / "store-signing.key").read_text())
        stores.append(_Store(f"s{number}", key, told(random.Random(number))))
    goods = [StockRow(gtin=gtin, on_hand=ON_HAND, as_of=now().time) for gtin in GTINS]
    with open_headquarters(folder) as db, writing(db):
        for store in stores:
            feed.put_rows(db, "stock", store.name, [(row.gtin, msgspec.json.encode(row).decode()) for row in goods])
    return stores


def _rounds(stores: list[_Store], many: int, most: int, waiting: int) -> Iterator[list[MessageReceived]]:
    """What lies in the worker's inbox each time it looks: `waiting` batches of each store."""
    each = [list(store.batches(many, most)) for store in stores]
    for first in range(0, max(map(len, each)), waiting):
        yield [one for said in each for one in said[first : first + waiting]]


def _taken(folder: Path, rounds: list[list[MessageReceived]], many: int) -> tuple[float, float]:
    """Seconds until all is kept and acknowledged: by the clock, and of the processor."""
    db = open_hq_store(folder)
    try:
        out = Outbox(_Ground(), read_hq_key(folder))
        worker = HqLoop(db, CHAIN, out)
        worker.run_once([Connected()])
        wall, cpu = time.perf_counter(), time.process_time()
        for said in rounds:
            worker.run_once(said)
        took = time.perf_counter() - wall, time.process_time() - cpu
        assert first_row(db, "select count(*) from facts") == (many,)
    finally:
        db.close()
    return took
