"""A store, a broker and HQ in one process: real rules, real databases; only time and the wire are make-believe.

Every history is drawn from its seed, so that one that fails can be run again.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from edge.box_identity import ensure_identity, read_box
from edge.codes.check_digits import mod10_digit
from edge.facts.journal import tell
from edge.platform import clock
from edge.platform.clock import Now
from edge.platform.database import cursor, first_row, rows, writing
from sync import presence
from sync.hq.feeds import feed, publisher
from sync.hq.ingest import batch_keeping
from sync.presence import Identity
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey
from sync.protocol.envelope import open_message, seal_message
from sync.protocol.messages import Ack, Events, FeedDelta, Head, HqPresence, Nack, State, Want
from sync.session import SyncSession
from sync.transport.mqtt_events import Connected, Disconnected, Event, MessageReceived
from tests.support.any_fact import fact
from tests.sync.simulated.disk import HQ_DB, MIRROR_DB, STORE_DB, Blanks, Crash, Disk
from tests.sync.simulated.sky import Out, Sky, stamp
from tests.sync.web_model import CURSOR, follow

CHAIN, STORE = "chain", "ginza"
PRESENCE = topics.hq_topic(CHAIN, topics.ALL_STORES, "hq")
KINDS = ("pickup.hold_ending", "visit.checked_in", "product.scanned")
START = clock.now()
HERE = Path(__file__).parent  # a folder whose disk a birth may speak of
SETTLING = 400  # rounds after which a history that has not come to rest never will
LOOK_EVERY = 4  # rounds of 1.2 s: longer than the store waits before it sends again
# one feed for the chain and one for the store, with the rows a feed of that name may have
FEEDS: dict[str, Callable[[str, int], str]] = {
    "content": lambda _key, n: f'{{"what":"reviews","stars":4,"count":{n},"latest":[]}}',
    "stock": lambda key, n: f'{{"gtin":"{key}","on_hand":{n},"as_of":"2026-11-21T10:00:00.000Z"}}',
}


@dataclass(slots=True)
class World:
    """One history."""

    blanks: Blanks
    seed: int
    disk: Disk = field(init=False)
    dice: random.Random = field(init=False)
    sky: Sky = field(init=False)
    out: Out = field(init=False)
    web: Database = field(init=False)
    rounds: SyncSession = field(init=False)
    hq: Database = field(init=False)
    pending: list[Event] = field(default_factory=list)
    told: int = 0
    met: bool = False  # whether this run of HQ has met the store on this line
    bad: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)  # versions of feeds at which the mirror was looked at
    store_key: SigningKey = field(default_factory=lambda: stamp("store"))
    hq_key: SigningKey = field(default_factory=lambda: stamp("hq"))

    def __post_init__(self) -> None:
        self.disk = Disk(self.blanks)
        self.dice = random.Random(self.seed)
        self.sky = Sky(self.dice)
        self.out = Out(self.sky)
        self.web = self.disk.open(STORE_DB)
        ensure_identity(self.web, STORE, START)
        self.hq = self.disk.open(HQ_DB)
        self._start()

    # --- the store

    def _start(self) -> None:
        db, mirror = self.disk.open(STORE_DB), self.disk.open(MIRROR_DB)
        box = read_box(db, STORE)
        assert box is not None
        me = Identity(chain=CHAIN, box=box, boot=presence.next_boot(db, self.now), key=self.store_key)
        self.rounds = SyncSession(db, mirror, HERE, me, {"hq": self.hq_key.public}, self.out)
        self.rounds.dice = self.rounds.feeds.asking.dice = self.dice
        self.out.up = False

    @property
    def now(self) -> Now:
        moment = START.time + timedelta(seconds=self.sky.clock)
        return Now(moment, "synced", START.boot, int(self.sky.clock * 1000))

    def tell(self) -> None:
        """The web process says yes to something."""
        box = read_box(self.web, STORE)
        assert box is not None
        with writing(self.web):
            for _ in range(self.dice.choice([1, 1, 1, 2, 7])):
                tell(self.web, box, fact(self.dice.choice(KINDS), {"n": self.told}), self.now)
                self.told += 1

    def run_web(self) -> None:
        follow(self.web, STORE, self.now)

    def run_sync(self) -> None:
        events = [*self.pending, *(self.sky.landed("store") if self.out.up else [])]
        self.pending.clear()
        try:
            self.rounds.run_once(events, self.sky.clock, self.now)
        except Crash:
            self.restart_sync()
        self._look_at_mirror()

    def restart_sync(self) -> None:
        self.rounds.db.conn.close()
        self.rounds.mirror.conn.close()
        self._start()

    def doom_sync(self) -> None:
        victim = self.dice.choice([self.rounds.db, self.rounds.mirror])
        victim.conn.doom = (self.dice.randrange(3), self.dice.random() < 0.5)  # type: ignore[attr-defined]

    def connect(self) -> None:
        if not self.out.up:
            self.out.up, self.met = True, False
            self.pending.append(Connected())
            self._say(PRESENCE, HqPresence(state="up", time=self.now.text), sure=True)
            self._say_heads()

    def cut(self) -> None:
        self.out.up = False
        self.pending.append(Disconnected("cut"))
        self.sky.air.clear()

    # --- headquarters

    def run_hq(self) -> None:
        with self._mortal_hq():
            for event in self.sky.landed("hq"):
                assert isinstance(event, MessageReceived)
                self._hq_hears(event)

    @contextmanager
    def _mortal_hq(self) -> Iterator[None]:
        try:
            yield
        except Crash:
            self._restart_hq()

    def _restart_hq(self) -> None:
        """Its will is spoken, it says that it is back, and the broker tells it the store's last birth."""
        self.hq.conn.close()
        self.hq = self.disk.open(HQ_DB)
        self.met = False
        for state in ("down", "up"):
            self._say(PRESENCE, HqPresence(state=state, time=self.now.text), sure=True)
        if self.out.up and self.out.retained:
            self.sky.carry("hq", *self.out.retained, sure=True)
        self._say_heads()

    def _hq_hears(self, event: MessageReceived) -> None:
        message = open_message(event.topic, event.payload, {self.store_key.id: self.store_key.public})
        match message.header:
            case Events() as header:
                self._say(topics.hq_topic(CHAIN, STORE, "ack"), self._judge(header, message.rows))
            case Want() as want:
                page = publisher.feed_page(self.hq, STORE, want)
                if page:
                    self._say(topics.feed_topic(CHAIN, STORE, want.feed), *page)
            case State() as state:
                self._greet(state)
            case other:
                raise AssertionError(other)

    def _greet(self, state: State) -> None:
        """As sync/hq/loop.py has it: whoever comes hears how far HQ has each lane.

        Once on each line; a word is lost only with the line, and on the next one it is said again.
        """
        if not self.met and state.state == "birth":
            self.met = True
            for ack in batch_keeping.acks_of_store(self.hq, STORE, state.epoch):
                self._say(topics.hq_topic(CHAIN, STORE, "ack"), ack, sure=True)

    def _judge(self, header: Events, found: Any) -> Ack | Nack:
        """HQ cannot read the rows of `bad`, unless they come as opaque bytes."""
        if any(row.opaque is None and msgspec.json.decode(row.event)["data"].get("n") in self.bad for row in found):
            return Nack(epoch=header.epoch, lane=header.lane, first=header.first, last=header.last, reason="bad row")
        return batch_keeping.keep_batch(self.hq, header, found)

    def _say(self, topic: str, header: Any, found: Any = (), *, sure: bool = False) -> None:
        if self.out.up:
            self.sky.carry("store", topic, seal_message(topic, header, found, self.hq_key), sure=sure)

    def _say_heads(self) -> None:
        for scope in (topics.ALL_STORES, STORE):
            heads = {one.feed: one.head for one in feed.positions_of_scope(self.hq, scope)}
            self._say(topics.hq_topic(CHAIN, scope, "head"), Head(feeds=heads))

    def change_feeds(self) -> None:
        """HQ changes rows of a feed, and says so."""
        with self._mortal_hq():
            self._change_feeds()

    def _change_feeds(self) -> None:
        name = self.dice.choice(list(FEEDS))
        scope = feed.scope_of(name, STORE)
        before = feed.feed_position(self.hq, name, scope)
        since = before.version if before else 0
        keys = [f"{self.dice.randrange(12):013d}" for _ in range(self.dice.randrange(1, 6))]
        keys = [f"{key}{mod10_digit(key)}" for key in keys]
        bodies = [FEEDS[name](key, self.dice.randrange(9999)) if self.dice.random() < 0.5 else None for key in keys]
        with writing(self.hq):
            feed.put_rows(self.hq, name, scope, zip(keys, bodies, strict=True))
        here = feed.feed_position(self.hq, name, scope)
        if here is None or here.version == since:
            return
        page = publisher.feed_page(self.hq, STORE, Want(feed=name, epoch=here.epoch, version=since))
        if page:
            delta = FeedDelta(feed=name, epoch=here.epoch, since=since, version=here.version)
            self._say(topics.feed_topic(CHAIN, scope, name), delta, page[1])
        self._say_heads()

    def doom_hq(self) -> None:
        self.hq.conn.doom = (self.dice.randrange(2), self.dice.random() < 0.5)  # type: ignore[attr-defined]

    # --- backups

    def restore_hq(self) -> None:
        if HQ_DB in self.disk.backups:
            self.hq.conn.close()
            self.disk.restore(HQ_DB)
            self._restart_hq()

    def restore_store(self) -> None:
        if STORE_DB in self.disk.backups:
            for db in (self.web, self.rounds.db, self.rounds.mirror):
                db.conn.close()
            self.disk.restore(STORE_DB)
            self.web = self.disk.open(STORE_DB)
            self._start()

    def prune(self) -> None:
        """The web process throws away what HQ has kept."""
        with writing(self.web):
            self.web.conn.execute(
                """delete from journal where seq in (select j.seq from journal j
                     join kept k on k.epoch = j.epoch and k.lane = j.lane where j.seq <= k.seq)"""
            )

    # --- what must hold

    def _look_at_mirror(self) -> None:
        """Whatever version a feed is said to be at, all that HQ has up to there is here."""
        for name in FEEDS:
            here, there = (
                self.rounds.feeds.positions()[name],
                feed.feed_position(self.hq, name, feed.scope_of(name, STORE)),
            )
            if there and (here.epoch, here.version) == (there.epoch, self.seen.get(name)):
                continue
            self.seen[name] = here.version
            if there and here.epoch == there.epoch:
                mine = _live(self.rounds.mirror, f"select key, version, body from {name}")
                sql = "select key, version, body from rows where feed = ? and scope = ? and version <= ?"
                for row in rows(self.hq, sql, (name, there.scope, here.version)):
                    live = (row["version"], row["body"]) if row["body"] is not None else None
                    assert mine.get(row["key"]) == live, f"{name} at {here.version}: {row}"

    def journal(self) -> set[int]:
        """The facts of this store's past."""
        return {n for row in rows(self.web, "select event from journal") if (n := _n(row["event"])) is not None}

    def at_hq(self) -> Counter[int]:
        found = rows(self.hq, "select event from facts union all select cast(event as text) as event from quarantine")
        return Counter(n for row in found if (n := _n(row["event"])) is not None)

    def in_order(self) -> bool:
        """Whether HQ took each lane's facts in the order of the journal."""
        lanes: dict[tuple[str, int], list[int]] = {}
        for row in rows(self.hq, "select epoch, lane, event from facts order by number"):
            if (n := _n(row["event"])) is not None:
                lanes.setdefault((row["epoch"], row["lane"]), []).append(n)
        return all(told == sorted(told) for told in lanes.values())

    def settle(self) -> None:
        """The weather clears: everything that can still happen happens."""
        self.sky.rough = False
        for db in (self.rounds.db, self.rounds.mirror, self.hq):
            db.conn.doom = None  # type: ignore[attr-defined]
        if self.dice.random() < 0.5:  # a line that breaks heals more than one that stays
            self.cut()
        quiet = 0
        for number in range(SETTLING):
            if number % LOOK_EVERY == 0:
                quiet = quiet + 1 if self._all_said() else 0
            if quiet == 2:  # and nothing is said twice while it would have been
                return
            self.sky.clock += 1.0
            self.connect()
            self.run_web()
            self.run_sync()
            self.sky.clock += 0.1
            self.run_hq()
            self.sky.clock += 0.1
            if number % LOOK_EVERY == 0:
                self._say_heads()

    def _all_said(self) -> bool:
        """Nothing waits at the store that HQ will take, and the mirror is whole."""
        forked = first_row(self.web, "select coalesce(max(seq), 0) from sync_log where type = 'box.forked'")
        followed = forked is not None and forked[0] <= cursor(self.web, CURSOR)
        return followed and self.journal() <= set(self.at_hq()) and self.mirrored()

    def mirrored(self) -> bool:
        """Whether the mirror is what HQ has."""
        return all(
            _live(self.rounds.mirror, f"select key, version, body from {name}")
            == _live(
                self.hq,
                f"select key, version, body from rows where feed = '{name}' and scope = '{feed.scope_of(name, STORE)}'",
            )
            for name in FEEDS
        )

    def close(self) -> None:
        for db in (self.web, self.hq, self.rounds.db, self.rounds.mirror):
            db.conn.close()
        self.disk.close()


def _n(event: str) -> int | None:
    found: int | None = msgspec.json.decode(event)["data"].get("n")
    return found


def _live(db: Database, sql: str) -> dict[str, tuple[int, str]]:
    return {row["key"]: (row["version"], row["body"]) for row in rows(db, sql) if row["body"] is not None}
