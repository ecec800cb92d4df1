"""One worker of HQ: what arrives is kept, then acknowledged; what is asked is answered; what changed is published."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from edge.clock import now
from edge.store import Changes, one, writing
from sync import topics, wire
from sync.headers import Answer, Ask, Events, HqPresence, State, Want
from sync.hq import answers, collector, group, keys, presence, publisher
from sync.hq.door import NotHeard, hear
from sync.hq.group import Batch
from sync.hq.outbox import Outbox
from sync.hq.publisher import Publisher
from sync.hq.refusals import Refusals
from sync.line_events import Arrived, Connected, Event, Lost
from sync.wire import Message, Refused

log = logging.getLogger(__name__)

PUBLISH_EVERY = 0.05  # seconds between looks for changed feeds: a busy hour becomes 20 deltas a second, not a thousand


@dataclass(slots=True)
class Worker:
    """What a worker knows between two rounds; nothing of it is missed by whoever starts after it was killed."""

    db: Database
    chain: str
    out: Outbox
    feeds: Publisher
    stores: keys.Stores = field(init=False)
    refusals: Refusals = field(init=False)
    _changes: Changes = field(init=False)
    _roster: tuple[object, ...] | None = None
    _met: set[str] = field(default_factory=set)
    _up: bool = False
    _spoke: float = 0.0
    _published: float = 0.0
    _dirty: bool = False

    def __post_init__(self) -> None:
        self._changes = Changes(self.db)
        self.refusals = Refusals(self.db)
        self._read_roster()

    def round(self, events: Sequence[Event]) -> bool:
        """Take what has arrived, say what is due; whether all that was to be said is said."""
        self._dirty = self._look_around() or self._dirty
        self._take(self._open(events))
        done = self.out.flush()  # acknowledgements first: feeds can wait for a look at the database
        self._publish()
        return self.out.flush() and done

    def close(self) -> None:
        """The last words before the end."""
        self.refusals.note(force=True)
        if self._up:
            self._speak("down")
            self.out.flush()

    # --- what arrives

    def _open(self, events: Sequence[Event]) -> list[tuple[str, Message]]:
        messages = []
        for event in events:
            match event:
                case Arrived(topic, payload) if topic == presence.hq_topic(self.chain):
                    self._hear_hq(topic, payload)
                case Arrived(topic, payload):
                    if message := self._read(topic, payload):
                        messages.append((topics.owner(topic), message))
                case Connected():
                    self._come_up()
                case Lost(reason):
                    log.warning("the line is down: %s", reason)
                    self._up = False
                    self.out.forget()
        return messages

    def _come_up(self) -> None:
        log.info("the line is up")
        self._up = True
        self._met.clear()
        self.out.forget()
        self._speak("up")
        self.feeds.begin()

    def _hear_hq(self, topic: str, payload: bytes) -> None:
        """Another worker of HQ has died and the broker says that HQ is gone: it is not."""
        try:
            said = wire.open_(topic, payload, {self.out.key.id: self.out.key.public}).header
        except Refused as refused:
            self.refusals.add(topics.ALL, refused.why)
            return
        if isinstance(said, HqPresence) and said.state == "down" and self._up:
            self._speak("up")

    def _read(self, topic: str, payload: bytes) -> Message | None:
        """The message; or it is counted, and where it was a batch its store learns that HQ cannot read it."""
        store = topics.owner(topic)
        try:
            return hear(self.chain, self.stores, topic, payload)
        except NotHeard as refused:
            self.refusals.add(store, refused.reason)
            if refused.batch:
                nack = group.nack(refused.batch, f"not readable: {refused.reason}")
                self.out.answer(topics.down(self.chain, store, "ack"), nack)
            return None

    def _take(self, messages: Sequence[tuple[str, Message]]) -> None:
        batches: list[Batch] = []
        states: list[State] = []
        for store, message in messages:
            match message.header:
                case Events() as header:
                    batches.append((header, message.rows))
                case State() as state:
                    states.append(state)
                case Want() as want:
                    self._page(store, want)
                case Ask() as ask:
                    topic = topics.down(self.chain, store, "answer")
                    self.out.answer(topic, Answer(id=ask.id), answers.answer(self.db, store, ask))
                    self._dirty = True  # it may have let the store know a member
        if batches:
            self._keep(batches)
        if states:
            self._note(states)

    def _keep(self, batches: Sequence[Batch]) -> None:
        for store, answer in group.keep(self.db, batches):
            self.out.answer(topics.down(self.chain, store, "ack"), answer)
        self._dirty = True

    def _page(self, store: str, want: Want) -> None:
        found = publisher.page(self.db, store, want)
        if found is None:
            self.refusals.add(store, "no_such_feed")
            return
        self.out.tell(topics.feed(self.chain, store, want.feed), *found)

    def _note(self, states: Sequence[State]) -> None:
        with writing(self.db):
            come = {state.store for state in states if presence.note(self.db, state, now().text)}
        for store in come:
            self.feeds.order(store)
        for state in states:
            if state.state == "birth" and (state.store in come or state.store not in self._met):
                self._met.add(state.store)
                self._greet(state)

    def _greet(self, state: State) -> None:
        """Say how far HQ has a store's journal, to whoever comes and to everybody after HQ itself came."""
        for ack in collector.acks(self.db, state.store, state.epoch):
            self.out.answer(topics.down(self.chain, state.store, "ack"), ack)

    # --- what is due

    def _look_around(self) -> bool:
        """Whether another process has changed the database; then the stores and their keys are read again."""
        if not self._changes.seen():
            return False
        self._read_roster()
        return True

    def _read_roster(self) -> None:
        roster = one(self.db, "select count(*), count(revoked), max(since), max(revoked) from stores")
        if roster != self._roster:
            self._roster, self.stores = roster, keys.read_stores(self.db)

    def _publish(self) -> None:
        moment = time.monotonic()
        if self._up and self._dirty and moment - self._published >= PUBLISH_EVERY:
            self._published, self._dirty = moment, False
            self.feeds.go_on()
        if self._up and moment - self._spoke >= presence.EVERY:
            self._speak("up")
        self.refusals.note()

    def _speak(self, state: str) -> None:
        self._spoke = time.monotonic()
        header = HqPresence(state="up" if state == "up" else "down", time=now().text)
        self.out.tell(presence.hq_topic(self.chain), header, retain=True)
