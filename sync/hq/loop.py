"""One worker of HQ: what arrives is kept, then acknowledged; what is asked is answered; what changed is published."""

import logging
import time
from collections.abc import Sequence

from sqlite_utils import Database

from edge.platform.clock import now
from edge.platform.database import CommitDetector, first_row, writing
from sync.hq import epoch_reset
from sync.hq.enrolment import keys
from sync.hq.feeds import publisher
from sync.hq.feeds.outbox import Outbox
from sync.hq.feeds.publisher import Publisher
from sync.hq.ingest import batch_keeping, group_commit
from sync.hq.ingest.batch_keeping import Batch
from sync.hq.ingest.message_auth import NotAuthentic, authenticate
from sync.hq.queries import answers
from sync.hq.queries.unknown_members import QueryBudgets, RefusalReason
from sync.hq.rejected_messages import RefusalCounts
from sync.hq.stores import clones, presence
from sync.protocol import envelope, topics
from sync.protocol.envelope import Message, MessageRefusal
from sync.protocol.messages import Answer, Ask, Events, HqPresence, State, Want
from sync.transport.mqtt_events import Connected, Disconnected, Event, MessageReceived, MessagesDropped

log = logging.getLogger(__name__)

# seconds between looks for changed feeds: a busy hour becomes 20 deltas a second, not a thousand
PUBLISH_INTERVAL_S = 0.05


class HqLoop:
    """What a worker knows between two rounds; a worker that starts after it was killed needs none of it."""

    def __init__(self, db: Database, chain: str, out: Outbox) -> None:
        self.db, self.chain, self.out = db, chain, out
        self.feeds = Publisher(db=db, chain=chain, out=out)
        self.refusals = RefusalCounts(db)
        self.budgets = QueryBudgets(db)
        self._changes = CommitDetector(db)
        self._met: set[str] = set()  # stores whose births have come over this connection
        self._up = False
        self._spoke = 0.0  # monotonic seconds, as are the others
        self._published = 0.0
        self._dirty = False  # a change of HQ's database may have to be published
        self._roster: tuple[object, ...] | None = None
        self._read_roster()

    def run_once(self, events: Sequence[Event]) -> bool:
        """Take what has arrived, say what is due; whether all that was to be said is said."""
        self._dirty = self._look_around() or self._dirty
        self._take(self._open(events))
        done = self.out.flush()  # acknowledgements first: feeds can wait for a look at the database
        self._publish()
        return self.out.flush() and done

    def close(self) -> None:
        """The last words before the end."""
        self.refusals.write_if_due(force=True)
        if self._up:
            self._speak("down")
            self.out.flush()

    # --- what arrives

    def _open(self, events: Sequence[Event]) -> list[tuple[str, Message]]:
        messages = []
        for event in events:
            match event:
                case MessageReceived(topic, payload) if topic == presence.hq_topic(self.chain):
                    self._hear_hq(topic, payload)
                case MessageReceived(topic, payload):
                    message = self._read(topic, payload)
                    if message and not self._is_late(topics.store_of_topic(topic), message, event.at):
                        messages.append((topics.store_of_topic(topic), message))
                case Connected():
                    self._come_up()
                case MessagesDropped(count):
                    log.error("%d messages were dropped: this worker reads slower than they arrive", count)
                case Disconnected(reason):
                    log.warning("MQTT disconnected: %s", reason)
                    self._up = False
                    self.out.forget()
        return messages

    def _come_up(self) -> None:
        log.info("MQTT connected")
        self._up = True
        self._met.clear()
        self.out.forget()
        self._speak("up")
        self.feeds.publish_heads()

    def _hear_hq(self, topic: str, payload: bytes) -> None:
        """Another worker of HQ has died and the broker says that HQ is gone: it is not."""
        try:
            said = envelope.open_message(topic, payload, {self.out.key.id: self.out.key.public}).header
        except MessageRefusal as refused:
            self.refusals.add(topics.ALL_STORES, refused.why)
            return
        if isinstance(said, HqPresence) and said.state == "down" and self._up:
            self._speak("up")

    def _read(self, topic: str, payload: bytes) -> Message | None:
        """The message; else it is counted, and if it was a batch, its store gets a nack."""
        store = topics.store_of_topic(topic)
        try:
            return authenticate(self.chain, self.stores, topic, payload)
        except NotAuthentic as refused:
            self.refusals.add(store, refused.reason)
            if refused.batch:
                nack = group_commit.nack(refused.batch, f"not readable: {refused.reason}")
                self.out.answer(topics.hq_topic(self.chain, store, "ack"), nack)
            return None

    def _is_late(self, store: str, message: Message, arrived: float) -> bool:
        """Whether it is a question that has waited here past its deadline; that is counted."""
        ask = message.header
        late = isinstance(ask, Ask) and time.monotonic() - arrived > ask.within_ms / 1000
        if late:
            self.refusals.add(store, "late_question")
        return late

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
                    self._answer(store, ask)
        if batches:
            self._keep(batches)
        if states:
            self._note(states)

    def _answer(self, store: str, ask: Ask) -> None:
        """A store that asks for far more members than usual gets no answer; the refusal is counted for the fleet report."""
        found = answers.answer_question(self.db, store, ask, self.budgets)
        if isinstance(found, RefusalReason):
            self.refusals.add(store, found)
            return
        self.out.answer(topics.hq_topic(self.chain, store, "answer"), Answer(id=ask.id), found)
        self._dirty = True  # it may have let the store know a member

    def _keep(self, batches: Sequence[Batch]) -> None:
        for store, answer in group_commit.keep_or_nack(self.db, batches):
            self.out.answer(topics.hq_topic(self.chain, store, "ack"), answer)
        self._dirty = True

    def _page(self, store: str, want: Want) -> None:
        if epoch_reset.is_store_ahead(self.db, store, want):
            with writing(self.db):
                self._dirty = epoch_reset.renew_if_store_ahead(self.db, store, {want.feed: want}) or self._dirty
        found = publisher.feed_page(self.db, store, want)
        if found is None:
            self.refusals.add(store, "no_such_feed")
            return
        self.out.enqueue(topics.feed_topic(self.chain, store, want.feed), *found)

    def _note(self, states: Sequence[State]) -> None:
        with writing(self.db):
            come = {state.store for state in states if presence.note_presence(self.db, state, now().text)}
            for state in states:
                self._dirty = epoch_reset.renew_if_store_ahead(self.db, state.store, state.feeds) or self._dirty
                # at each birth that reports otherwise: the box may have been offline when the command was sent
                if clones.queue_clone_notice(self.db, state):
                    come.add(state.store)
        for store in come:
            self.feeds.publish_commands(store)
        for state in states:
            if state.state == "birth" and (state.store in come or state.store not in self._met):
                self._met.add(state.store)
                self._greet(state)

    def _greet(self, state: State) -> None:
        """Send how far HQ has a store's journal, to each store that connects, and to all after HQ itself connected."""
        for ack in batch_keeping.acks_of_store(self.db, state.store, state.epoch):
            self.out.answer(topics.hq_topic(self.chain, state.store, "ack"), ack)

    # --- what is due

    def _look_around(self) -> bool:
        """Whether another process has changed the database; then the stores and their keys are read again."""
        if not self._changes.seen():
            return False
        self._read_roster()
        return True

    def _read_roster(self) -> None:
        roster = first_row(self.db, "select count(*), count(revoked), max(since), max(revoked) from stores")
        if roster != self._roster:
            self._roster, self.stores = roster, keys.read_stores(self.db)

    def _publish(self) -> None:
        moment = time.monotonic()
        if self._up and self._dirty and moment - self._published >= PUBLISH_INTERVAL_S:
            self._published, self._dirty = moment, False
            self.feeds.publish_changes()
        if self._up and moment - self._spoke >= presence.ANNOUNCE_INTERVAL_S:
            self._speak("up")
        self.refusals.write_if_due()

    def _speak(self, state: str) -> None:
        self._spoke = time.monotonic()
        header = HqPresence(state="up" if state == "up" else "down", time=now().text)
        self.out.enqueue(presence.hq_topic(self.chain), header, retain=True)
