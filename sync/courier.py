"""The store's line to HQ: follow the journal, carry it up, bring the feeds down, and never wait for the network."""

import logging
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from edge import clock, service
from edge.box import read_box
from edge.clock import Now, parse_utc
from edge.config import Config
from edge.journal import Box
from edge.service import Life
from edge.store import Changes, append, open_hq, open_store, writing
from sync import presence, topics, trust
from sync.broker import Broker, read_broker
from sync.commands import Commands
from sync.feeds import Feeds
from sync.headers import Ack, AnyHeader, Do, FeedDelta, FeedPage, Head, HqPresence, Nack, Want
from sync.journal_up import JournalUp
from sync.line import Line
from sync.link import Arrived, Connected, Event, Link, Lost
from sync.outlet import Outlet
from sync.presence import Self
from sync.signing import PublicKeys, SigningKey
from sync.wire import Message, Refused, open_, seal

log = logging.getLogger(__name__)

TICK = 0.02  # s between looks at the journal; a message from HQ wakes the loop at once
BOX_WAIT = 0.5  # s between looks for the box's identity, which the web process gives it at its first start
NEVER = float("-inf")  # monotonic seconds
CLOCK_OFF = timedelta(seconds=60)  # a clock nobody has set that differs so much from HQ's is told, once per start


@dataclass(slots=True)
class Courier:
    """One run of sync, without the network: what arrives goes in by `round`, what is said goes out by `out`."""

    db: Database
    mirror: Database
    folder: Path
    me: Self
    enrolled: PublicKeys
    out: Outlet
    up: JournalUp = field(init=False)
    feeds: Feeds = field(init=False)
    line: Line = field(init=False)
    commands: Commands = field(init=False)
    refused: Counter[str] = field(default_factory=Counter)
    dice: random.Random = field(default_factory=random.Random)
    _keys: PublicKeys = field(init=False)
    _changes: Changes = field(init=False)
    _told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _is_up: bool = False
    _hq_is_there: bool = False
    _born: float = NEVER
    _at: float = 0.0
    _now: Now = field(init=False)
    _ahead: timedelta | None = None  # how far HQ's clock is ahead of ours

    def __post_init__(self) -> None:
        self.up = JournalUp(self.db, self.me.box.store, self.me.chain, self.me.key, self.out)
        self.feeds = Feeds(self.mirror, self._want, self._say, retired=_retired(self.db))
        self.line = Line(self.db)
        self.commands = Commands(self.db, {"rewind": self._rewind, "reload": self._reload, "birth": self._tell_state})
        self._keys = trust.trusted(self.enrolled, self.mirror)
        self._changes = Changes(self.db)

    def round(self, events: Sequence[Event], at: float, now: Now) -> None:
        """Take what has arrived, say what is due. `at`: monotonic seconds."""
        self._at, self._now = at, now
        for event in events:
            self._take(event, at, now)
        if self._changes.seen():
            self._look()
        if self._is_up:
            self.up.send(at, self.dice.uniform(0.8, 1.2))
            self.feeds.send(at)
            if at - self._born >= presence.EVERY:
                self._be_born(at, now)
        self.line.listen(now, at)
        self._write(now)

    # --- what arrives

    def _take(self, event: Event, at: float, now: Now) -> None:
        match event:
            case Arrived():
                self._hear(event, at, now)
            case Connected():
                log.info("the line is up")
                self._is_up = True
                self.line.fall("HQ has not spoken yet", now)
                self.up.on_new_line()
                self.feeds.on_new_line()
                self._born = NEVER
            case Lost(reason):
                if self._is_up or self.line.detail != reason:
                    log.warning("the line is down: %s", reason)
                self._is_up = False
                self.line.fall(reason, now)

    def _hear(self, event: Arrived, at: float, now: Now) -> None:
        try:
            message = open_(event.topic, event.payload, self._keys)
        except Refused as refused:
            self._refuse(refused.why)
            return
        why = self._obey(message, topics.owner(event.topic), event.retained, at, now)
        if why:
            self._refuse(why)
        elif not event.retained and not _says_down(message.header):
            self.line.hear(now, at, complete=self.feeds.complete)

    def _obey(self, message: Message, scope: str, retained: bool, at: float, now: Now) -> str | None:
        """Do what a message of HQ's asks for; the reason where it is refused."""
        match message.header:
            case Ack() as ack:
                self.up.on_ack(ack, at)
            case Nack() as nack:
                self.up.on_nack(nack, at)
            case FeedDelta() | FeedPage() as header:
                return self._apply(header, message.rows, at, now)
            case Head() as head:
                self.feeds.on_head(scope, head, at, now)
            case HqPresence() as hq:
                self._meet(hq, retained, now)
            case Do() as do:
                return self.commands.on_do(do, self._moment(now), now)
            case _:
                return "unexpected"
        return None

    def _apply(self, header: FeedDelta | FeedPage, rows: Sequence[Any], at: float, now: Now) -> str | None:
        why = self.feeds.on_rows(header, rows, at, now)
        if header.feed == "keys":
            self._keys = trust.trusted(self.enrolled, self.mirror)
        return why

    def _meet(self, hq: HqPresence, retained: bool, now: Now) -> None:
        """HQ comes or goes. One that comes back may have lost what was under way to the one before."""
        if hq.state == "up" and not self._hq_is_there:
            self.up.on_new_line()
        self._hq_is_there = hq.state == "up"
        if hq.state == "down":
            self.line.fall("HQ is not there", now)
        elif not retained:
            self._compare_clocks(hq.time, now)

    def _compare_clocks(self, told: str, now: Now) -> None:
        try:
            ahead = parse_utc(told) - now.time
        except (ValueError, TypeError):
            self._refuse("bad_time")
            return
        first, self._ahead = self._ahead is None, ahead
        if first and now.clock != "synced" and abs(ahead) > CLOCK_OFF:
            self._say("clock.differs", {"hq": told, "here": now.text, "clock": now.clock})

    def _moment(self, now: Now) -> datetime:
        """The time as far as it is known: HQ's, where nobody has set our clock."""
        return now.time if now.clock == "synced" or self._ahead is None else now.time + self._ahead

    def _refuse(self, why: str) -> None:
        """Count a message that was refused; the first of its kind in a run is told to HQ."""
        self.refused[why] += 1
        if self.refused[why] == 1:
            log.warning("a message was refused: %s", why)
            self._say("message.refused", {"why": why})

    # --- what is said

    def _look(self) -> None:
        """Somebody has written to store.db: facts perhaps, perhaps a new epoch."""
        self.up.look()
        box = read_box(self.db, self.me.box.store)
        if box is not None and box != self.me.box:
            self.me = replace(self.me, box=box)
            self._born = NEVER

    def _want(self, want: Want) -> bool:
        topic = topics.up(self.me.chain, self.me.box.store, "want")
        return self.out.publish(topic, seal(topic, want, (), self.me.key))

    def _be_born(self, at: float, now: Now) -> None:
        state = presence.birth(self.db, self.folder, self.me, self.feeds.stands, self.refused, now)
        if self.out.publish(self.me.topic, seal(self.me.topic, state, (), self.me.key), retain=True):
            self._born = at

    def _say(self, kind: str, data: dict[str, Any]) -> None:
        """Something HQ shall know: the web process makes it a fact."""
        self._told.append((kind, data))

    def _write(self, now: Now) -> None:
        self.up.write(now)
        if self._told:
            with writing(self.db):
                for kind, data in self._told:
                    row = {"type": kind, "data": msgspec.json.encode(data).decode(), "time": now.text}
                    append(self.db, "sync_log", row)
            self._told.clear()

    # --- commands

    def _rewind(self, args: Mapping[str, str]) -> None:
        self.up.rewind(args["epoch"], int(args["lane"]), int(args["seq"]))

    def _reload(self, args: Mapping[str, str]) -> None:
        self.feeds.reload(args["feed"], self._at, self._now)

    def _tell_state(self, _args: Mapping[str, str]) -> None:
        self._born = NEVER


def _says_down(header: AnyHeader) -> bool:
    return isinstance(header, HqPresence) and header.state == "down"


def _retired(db: Database) -> set[tuple[str, str]]:
    """Epochs of feeds that were left: nothing of them counts any more."""
    found = db.conn.execute("select data from sync_log where type = 'feed.epoch'").fetchall()
    told = [msgspec.json.decode(row[0]) for row in found]
    return {(one["feed"], one["from"]) for one in told}


def main(config: Config) -> int:
    """Run sync until asked to stop; the process's exit code. Raises BadConfig."""
    broker = read_broker(config.hq)
    key, enrolled = trust.own_key(config.hq), trust.enrolled_keys(config.hq)
    return service.run({"courier": partial(_live, config, broker, key, enrolled)})


def _live(config: Config, broker: Broker, key: SigningKey, enrolled: PublicKeys, life: Life) -> None:
    folder = Path(config.store.data)
    db, mirror = open_store(folder), open_hq(folder)
    # what sync writes here HQ says again if a power cut takes it, so it need not wait for the card
    db.conn.execute("pragma synchronous = normal")
    box = _wait_for_box(db, config.store.id, life)
    if box is None:
        return
    me = Self(chain=config.store.chain, box=box, boot=presence.next_boot(db, clock.now()), key=key)
    client = f"noren-{me.chain}-{box.store}"
    with Link(broker, client, topics.heard_by_store(me.chain, box.store), presence.will(me)) as link:
        courier = Courier(db, mirror, folder, me, enrolled, link)
        courier.line.fall(f"connecting to {broker}", clock.now())
        while life.goes_on():
            courier.round(link.read(TICK), time.monotonic(), clock.now())
    courier.line.fall("sync is not running", clock.now())


def _wait_for_box(db: Database, store: str, life: Life) -> Box | None:
    """The box's identity; None where the end came first."""
    told = False
    while life.goes_on():
        if box := read_box(db, store):
            return box
        if not told:
            log.info("waiting for the web process to give this box its identity")
            told = True
        life.rest(BOX_WAIT)
    return None
