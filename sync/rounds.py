"""What sync does in a round: take what has arrived, say what is due. Rules only; the line is somebody else's."""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from edge import disk
from edge.box import read_box
from edge.clock import Now
from edge.fullness import Level
from edge.store import Changes, NoRoom
from sync import presence, topics
from sync.commands import Commands
from sync.ear import Ear
from sync.feeds import Feeds
from sync.headers import Ack, Answer, AnyHeader, Do, FeedDelta, FeedPage, Head, HqPresence, Nack, Want
from sync.hq_clock import HqClock
from sync.journal_up import JournalUp
from sync.line import Line
from sync.line_events import Arrived, Connected, Event, Lost
from sync.notes import Notes, noted
from sync.outlet import Outlet
from sync.presence import Self
from sync.questions import Questions
from sync.signing import PublicKeys
from sync.wire import Message, seal

log = logging.getLogger(__name__)

NEVER = float("-inf")  # monotonic seconds
FULL_AGAIN = 60.0  # s between words about a disk that stays full
ALWAYS = frozenset({"config", "keys"})  # feeds that are taken on a nearly full disk too: small, and HQ must be obeyed


@dataclass(slots=True)
class Rounds:
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
    ear: Ear = field(init=False)
    clock: HqClock = field(init=False)
    commands: Commands = field(init=False)
    questions: Questions = field(init=False)
    notes: Notes = field(init=False)
    dice: random.Random = field(default_factory=random.Random)
    _changes: Changes = field(init=False)
    _is_up: bool = False
    _hq_is_there: bool = False
    _born: float = NEVER
    _at: float = 0.0
    _full: float = NEVER  # when a full disk was last spoken of
    _disk: Level = Level.OK
    _now: Now = field(init=False)

    def __post_init__(self) -> None:
        self.notes = Notes(self.db)
        self.up = JournalUp(self.db, self.me.box.store, self.me.chain, self.me.key, self.out)
        self.feeds = Feeds(self.mirror, self._want, self.notes.say, retired=_retired(self.db))
        self.line = Line(self.db)
        self.ear = Ear(self.mirror, self.enrolled, self.notes.say, self.me.chain, self.me.box.store)
        self.clock = HqClock(self.notes.say)
        self.commands = Commands(self.db, {"rewind": self._rewind, "reload": self._reload, "birth": self._tell_state})
        self.questions = Questions(self.db, self.me.chain, self.me.box.store, self.me.key, self.out)
        self._changes = Changes(self.db)

    def round(self, events: Sequence[Event], at: float, now: Now) -> None:
        """Take what has arrived, say what is due. `at`: monotonic seconds.

        What a full disk cannot keep is dropped, and comes again: HQ is asked for rows, an ack or a note waits for its round.
        """
        self._at, self._now = at, now
        for event in events:
            self.as_room_allows(partial(self._take, event, at, now))
        self.as_room_allows(partial(self._say, at, now))

    def as_room_allows(self, work: Callable[[], None]) -> None:
        """Do something that writes; on a full disk it is left, and told now and then."""
        try:
            work()
        except NoRoom as why:
            if self._at - self._full >= FULL_AGAIN:
                self._full = self._at
                log.error("something was not kept: %s", why)

    def _say(self, at: float, now: Now) -> None:
        if self._changes.seen():
            self._look()
        if self._is_up:
            self.up.send(at, self.dice.uniform(0.8, 1.2))
            self.feeds.send(at)
            if at - self._born >= presence.EVERY:
                self._be_born(at, now)
        self.line.listen(now, at)
        self.up.write(now)
        self.notes.write(now)

    # --- what arrives

    def _take(self, event: Event, at: float, now: Now) -> None:
        match event:
            case Arrived():
                self._hear(event, at, now)
            case Connected():
                log.info("the line is up")
                self._is_up, self._hq_is_there = True, False
                self.up.on_new_line()
                self.feeds.on_new_line()
                self._born = NEVER
                self.line.fall("HQ has not spoken yet", now)
            case Lost(reason):
                if self._is_up or self.line.detail != reason:
                    log.warning("the line is down: %s", reason)
                self._is_up = False
                self.line.fall(reason, now)

    def _hear(self, event: Arrived, at: float, now: Now) -> None:
        message = self.ear.open(event)
        if message is None:
            return
        why = self._obey(message, topics.owner(event.topic), event.retained, at, now)
        if why:
            self.ear.refuse(why)
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
                return self._meet(hq, retained, at, now)
            case Do() as do:
                return self.commands.on_do(do, self.clock.moment(now), now)
            case Answer() as told:
                self.questions.on_answer(told, message.rows, now)
            case _:
                return "unexpected"
        return None

    def _apply(self, header: FeedDelta | FeedPage, rows: Sequence[Any], at: float, now: Now) -> str | None:
        try:
            if header.feed not in ALWAYS:
                disk.demand_room(self.db)
            why = self.feeds.on_rows(header, rows, at, now)
        except NoRoom:
            self.feeds.asking.soon(header.feed, at)
            raise
        if header.feed == "keys":
            self.ear.read_keys()
        return why

    def _meet(self, hq: HqPresence, retained: bool, at: float, now: Now) -> str | None:
        """HQ comes or goes. One that comes back may have lost what was under way to the one before."""
        if hq.state == "up" and not self._hq_is_there:
            self.up.on_new_line()
            self.feeds.asking.again(at)
        self._hq_is_there = hq.state == "up"
        if hq.state == "down":
            self.line.fall("HQ is not there", now)
        elif not retained and not self.clock.hear(hq.time, now):
            return "bad_time"
        return None

    # --- what is said

    def _look(self) -> None:
        """Somebody has written to store.db: facts perhaps, perhaps a new epoch."""
        self.up.look()
        self.questions.look(self._now, hq_is_there=self._is_up and self.line.state == "up")
        box = read_box(self.db, self.me.box.store)
        level = disk.noted(self.db)
        if level is not self._disk:
            self._disk, self._born = level, NEVER
        if box is not None and box != self.me.box:
            self.me = replace(self.me, box=box)
            self._born = NEVER

    def _want(self, want: Want) -> bool:
        topic = topics.up(self.me.chain, self.me.box.store, "want")
        return self.out.publish(topic, seal(topic, want, (), self.me.key))

    def _be_born(self, at: float, now: Now) -> None:
        state = presence.birth(self.db, self.folder, self.me, self.feeds.stands, self.ear.refused, now)
        if self.out.publish(self.me.topic, seal(self.me.topic, state, (), self.me.key), retain=True):
            self._born = at

    # --- commands

    def _rewind(self, args: Mapping[str, str]) -> None:
        self.up.rewind(args["epoch"], int(args["lane"]), int(args["seq"]))

    def _reload(self, args: Mapping[str, str]) -> None:
        self.feeds.reload(args["feed"], self._at, self._now)

    def _tell_state(self, _args: Mapping[str, str]) -> None:
        self.tell_state()

    def tell_state(self) -> None:
        """How the store is has changed: the next round says so."""
        self._born = NEVER


def _says_down(header: AnyHeader) -> bool:
    return isinstance(header, HqPresence) and header.state == "down"


def _retired(db: Database) -> set[tuple[str, str]]:
    """Epochs of feeds that were left: nothing of them counts any more."""
    return {(told["feed"], told["from"]) for told in noted(db, "feed.epoch")}
