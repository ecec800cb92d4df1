"""A store, a broker and HQ in one process: real rules, real databases; only time and the wire are make-believe.

Every history is drawn from its seed, so that one that fails can be told again.
"""

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from edge import clock
from edge.box import know_thyself, read_box
from edge.clock import Now
from edge.journal import Fact, tell
from edge.store import cursor, one, rows, writing
from sync import presence, topics
from sync.headers import Ack, Events, FeedDelta, Head, HqPresence, Nack, State, Want
from sync.hq import collector, feed, publisher
from sync.link import Arrived, Connected, Event, Lost
from sync.presence import Self
from sync.rounds import Rounds
from sync.signing import new_key
from sync.wire import open_, seal
from tests.sync.web_model import CURSOR, follow

CHAIN, STORE = "chain", "ginza"
KINDS = ("return.accepted", "visit.checked_in", "product.scanned")
START = clock.now()


class Crash(Exception):
    """The process is gone at this point."""


class Mortal(sqlite3.Connection):
    """A connection whose process dies just before or just after one of its next commits."""

    doom: tuple[int, bool] | None = None

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        if sql != "commit" or self.doom is None:
            return super().execute(sql, *args)
        left, after = self.doom
        self.doom = (left - 1, after) if left else None
        if left == 0 and not after:
            raise Crash
        found = super().execute(sql, *args)
        if left == 0:
            raise Crash
        return found


def opened(path: Path) -> Database:
    conn = sqlite3.connect(path, isolation_level=None, factory=Mortal)
    conn.execute("pragma synchronous = off")
    return Database(conn)


@dataclass(slots=True)
class Sky:
    """The wire: it may lose, double, delay and mix up whatever it carries."""

    dice: random.Random
    rough: bool = True
    air: list[tuple[float, str, Arrived]] = field(default_factory=list)
    clock: float = 1000.0

    def carry(self, to: str, topic: str, payload: bytes) -> None:
        copies = self.dice.choices([0, 1, 2], [2, 7, 1])[0] if self.rough else 1
        for _ in range(copies):
            delay = self.dice.expovariate(10) if self.rough else 0.001
            self.air.append((self.clock + delay, to, Arrived(topic, payload)))

    def landed(self, to: str) -> list[Event]:
        due = sorted((one for one in self.air if one[1] == to and one[0] <= self.clock), key=lambda one: one[0])
        self.air = [one for one in self.air if one not in due]
        return [one[2] for one in due]


@dataclass(slots=True)
class Out:
    """The store's line while it is up."""

    sky: Sky
    up: bool = False

    @property
    def has_room(self) -> bool:
        return self.up

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if self.up:
            self.sky.carry("hq", topic, payload)
        return self.up


@dataclass(slots=True)
class World:
    """One history."""

    folder: Path
    seed: int
    dice: random.Random = field(init=False)
    sky: Sky = field(init=False)
    out: Out = field(init=False)
    web: Database = field(init=False)
    rounds: Rounds = field(init=False)
    hq: Database = field(init=False)
    pending: list[Event] = field(default_factory=list)
    told: int = 0
    bad: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    store_key: Any = field(default_factory=lambda: new_key())
    hq_key: Any = field(default_factory=lambda: new_key("hq"))

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.sky = Sky(self.dice)
        self.out = Out(self.sky)
        self.web = opened(self.folder / "store" / "store.db")
        know_thyself(self.web, STORE, START)
        self.hq = opened(self.folder / "hq" / "hq-store.db")
        self._start()

    # --- the store

    def _start(self) -> None:
        db, mirror = opened(self.folder / "store" / "store.db"), opened(self.folder / "store" / "hq.db")
        box = read_box(db, STORE)
        assert box is not None
        me = Self(chain=CHAIN, box=box, boot=presence.next_boot(db, self.now), key=self.store_key)
        self.rounds = Rounds(db, mirror, self.folder, me, {"hq": self.hq_key.public}, self.out)
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
                tell(self.web, box, Fact(kind=self.dice.choice(KINDS), data={"n": self.told}), self.now)
                self.told += 1

    def run_web(self) -> None:
        follow(self.web, STORE, self.now)

    def run_sync(self) -> None:
        events = [*self.pending, *(self.sky.landed("store") if self.out.up else [])]
        self.pending.clear()
        try:
            self.rounds.round(events, self.sky.clock, self.now)
        except Crash:
            self.restart_sync()

    def restart_sync(self) -> None:
        self.rounds.db.conn.close()
        self.rounds.mirror.conn.close()
        self._start()

    def doom_sync(self) -> None:
        victim = self.dice.choice([self.rounds.db, self.rounds.mirror])
        victim.conn.doom = (self.dice.randrange(3), self.dice.random() < 0.5)  # type: ignore[attr-defined]

    def connect(self) -> None:
        if not self.out.up:
            self.out.up = True
            self.pending.append(Connected())
            self._say(topics.down(CHAIN, topics.ALL, "hq"), HqPresence(state="up", time=self.now.text))
            self._say_heads()

    def cut(self) -> None:
        self.out.up = False
        self.pending.append(Lost("cut"))
        self.sky.air.clear()

    # --- headquarters

    def run_hq(self) -> None:
        with self._mortal_hq():
            for event in self.sky.landed("hq"):
                assert isinstance(event, Arrived)
                self._hq_hears(event)

    @contextmanager
    def _mortal_hq(self) -> Iterator[None]:
        try:
            yield
        except Crash:
            self.hq.conn.close()
            self.hq = opened(self.folder / "hq" / "hq-store.db")

    def _hq_hears(self, event: Arrived) -> None:
        message = open_(event.topic, event.payload, {self.store_key.id: self.store_key.public})
        match message.header:
            case Events() as header:
                self._say(topics.down(CHAIN, STORE, "ack"), self._judge(header, message.rows))
            case Want() as want:
                page = publisher.page(self.hq, STORE, want)
                if page:
                    self._say(topics.feed(CHAIN, STORE, want.feed), *page)
            case State():
                pass
            case other:
                raise AssertionError(other)

    def _judge(self, header: Events, found: Any) -> Ack | Nack:
        """HQ cannot read the rows of `bad`, unless they come as opaque bytes."""
        if any(row.opaque is None and msgspec.json.decode(row.event)["data"].get("n") in self.bad for row in found):
            return Nack(epoch=header.epoch, lane=header.lane, first=header.first, last=header.last, reason="bad row")
        return collector.keep(self.hq, header, found)

    def _say(self, topic: str, header: Any, found: Any = ()) -> None:
        if self.out.up:
            self.sky.carry("store", topic, seal(topic, header, found, self.hq_key))

    def _say_heads(self) -> None:
        for scope in (topics.ALL, STORE):
            heads = {one.feed: one.head for one in feed.of_scope(self.hq, scope)}
            self._say(topics.down(CHAIN, scope, "head"), Head(feeds=heads))

    def change_feeds(self) -> None:
        """HQ changes rows of a feed, and says so."""
        with self._mortal_hq():
            self._change_feeds()

    def _change_feeds(self) -> None:
        name = self.dice.choice(["offers", "entitlements"])
        scope = feed.scope_of(name, STORE)
        before = feed.stand(self.hq, name, scope)
        since = before.version if before else 0
        keys = [f"k{self.dice.randrange(12)}" for _ in range(self.dice.randrange(1, 6))]
        bodies = [self.dice.choice([None, f'{{"n":{self.dice.randrange(9999)}}}']) for _ in keys]
        with writing(self.hq):
            feed.put(self.hq, name, scope, zip(keys, bodies, strict=True))
        here = feed.stand(self.hq, name, scope)
        if here is None or here.version == since:
            return
        page = publisher.page(self.hq, STORE, Want(feed=name, epoch=here.epoch, version=since))
        if page:
            delta = FeedDelta(feed=name, epoch=here.epoch, since=since, version=here.version)
            self._say(topics.feed(CHAIN, scope, name), delta, page[1])
        self._say_heads()

    def doom_hq(self) -> None:
        self.hq.conn.doom = (self.dice.randrange(2), self.dice.random() < 0.5)  # type: ignore[attr-defined]

    # --- backups

    def back_up(self, which: str, file: str) -> None:
        copy = self.folder / f"{which}.backup"
        copy.unlink(missing_ok=True)
        target = sqlite3.connect(copy)
        (self.web if which == "store" else self.hq).conn.backup(target)
        target.close()

    def restore_hq(self) -> None:
        copy = self.folder / "hq.backup"
        if copy.exists():
            self.hq.conn.close()
            _put_back(copy, self.folder / "hq" / "hq-store.db")
            self.hq = opened(self.folder / "hq" / "hq-store.db")

    def restore_store(self) -> None:
        copy = self.folder / "store.backup"
        if copy.exists():
            for db in (self.web, self.rounds.db, self.rounds.mirror):
                db.conn.close()
            _put_back(copy, self.folder / "store" / "store.db")
            self.web = opened(self.folder / "store" / "store.db")
            self._start()

    def prune(self) -> None:
        """The web process throws away what HQ has kept."""
        with writing(self.web):
            self.web.conn.execute(
                """delete from journal where seq in (select j.seq from journal j
                     join kept k on k.epoch = j.epoch and k.lane = j.lane where j.seq <= k.seq)"""
            )

    # --- what must hold

    def journal(self) -> set[int]:
        """The facts of this store's past."""
        return {n for row in rows(self.web, "select event from journal") if (n := _n(row["event"])) is not None}

    def at_hq(self) -> Counter[int]:
        found = rows(self.hq, "select event from facts union all select cast(event as text) as event from quarantine")
        return Counter(n for row in found if (n := _n(row["event"])) is not None)

    def settle(self) -> None:
        """The weather clears: everything that can still happen happens."""
        self.sky.rough = False
        for db in (self.rounds.db, self.rounds.mirror, self.hq):
            db.conn.doom = None  # type: ignore[attr-defined]
        self.cut()
        quiet = 0
        for number in range(400):
            if number % 10 == 0:
                quiet = quiet + 1 if self._all_said() else 0
            if quiet == 2:  # and nothing is said twice while it would have been
                return
            self.sky.clock += 0.5
            self.connect()
            self.run_web()
            self.run_sync()
            self.sky.clock += 0.1
            self.run_hq()
            self.sky.clock += 0.1
            if self.sky.clock % 5 < 0.7:
                self._say_heads()

    def _all_said(self) -> bool:
        """Nothing waits at the store that HQ will take, and the mirror is whole."""
        forked = one(self.web, "select coalesce(max(seq), 0) from sync_log where type = 'box.forked'")
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
            for name in ("offers", "entitlements")
        )

    def close(self) -> None:
        for db in (self.web, self.hq, self.rounds.db, self.rounds.mirror):
            db.conn.close()


def _n(event: str) -> int | None:
    found: int | None = msgspec.json.decode(event)["data"].get("n")
    return found


def _live(db: Database, sql: str) -> dict[str, tuple[int, str]]:
    return {row["key"]: (row["version"], row["body"]) for row in rows(db, sql) if row["body"] is not None}


def _put_back(copy: Path, place: Path) -> None:
    for part in place.parent.glob(place.name + "*"):
        part.unlink()
    shutil.copy(copy, place)


WEATHER: dict[str, int] = {
    "tell": 20,
    "run_web": 6,
    "run_sync": 30,
    "run_hq": 25,
    "wait": 15,
    "connect": 8,
    "cut": 2,
    "restart_sync": 1,
    "doom_sync": 3,
    "doom_hq": 2,
    "change_feeds": 4,
}


def play(world: World, steps: int, extra: dict[str, int] | None = None) -> None:
    """Draw a history and live it."""
    weights = {**WEATHER, **(extra or {})}
    acts: dict[str, Callable[[], None]] = {
        "wait": lambda: _wait(world),
        "back_up_hq": lambda: world.back_up("hq", "hq-store.db"),
        "back_up_store": lambda: world.back_up("store", "store.db"),
        "spoil": lambda: world.bad.add(world.told),
    }
    for _ in range(steps):
        name = world.dice.choices(list(weights), list(weights.values()))[0]
        world.notes.append(name)
        acts.get(name, getattr(world, name, None) or (lambda: None))()
    world.settle()


def _wait(world: World) -> None:
    world.sky.clock += world.dice.expovariate(2)
