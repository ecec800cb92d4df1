"""One round of sync: handle the messages that have arrived, send those that are due. Another module has the connection."""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from edge.db_files import replica_rebuild as mirror_file
from edge.disk import disk_space
from edge.facts.hq_link import FeedEpoch
from edge.platform.clock import Now
from edge.platform.database import CommitDetector, NoRoom, writing
from edge.replica import clone_notice
from edge.replica.hq_link import LinkReason
from sync import decommission
from sync.feeds.ended_orders import EndedOrders
from sync.feeds.receiver import FeedReceiver
from sync.feeds.recheck import ReplicaRecheck
from sync.hq_clock import HqClock
from sync.hq_commands import HqCommands
from sync.journal.sender import JournalSender
from sync.presence import Identity
from sync.protocol import topics
from sync.protocol.command_types import REVOKE_COMMAND
from sync.protocol.ed25519_keys import PublicKeys
from sync.protocol.envelope import Message, seal_message
from sync.protocol.messages import Ack, Answer, AnyHeader, Do, FeedDelta, FeedPage, Head, HqPresence, Nack, Want
from sync.query_relay import QueryRelay
from sync.search_index import SearchIndex
from sync.state_report import NEVER, StateReport
from sync.sync_log import SyncLog, remembered_names
from sync.transport.link_status import LinkStatus
from sync.transport.message_sender import MessageSender
from sync.transport.mqtt_events import Connected, Disconnected, Event, MessageReceived, MessagesDropped
from sync.trust.message_auth import MessageAuth
from sync.trust.trusted_keys import KEYS_FEED, RECOVERY_ADVICE, TrustedKeys

log = logging.getLogger(__name__)

FULL_DISK_LOG_INTERVAL_S = 60.0  # s between words about a disk that stays full
FEEDS_ALWAYS_TAKEN = frozenset(
    {"config", "keys"}
)  # feeds that are taken on a nearly full disk too: small, and HQ must be obeyed


class SyncSession:
    """One run of sync, without the network: what arrives goes in by `round`, what is said goes out by `out`."""

    def __init__(
        self, db: Database, mirror: Database, folder: Path, me: Identity, enrolled: PublicKeys, out: MessageSender
    ) -> None:
        chain, store, key = me.chain, me.box.store, me.key
        self.db, self.mirror = db, mirror
        self.notes = SyncLog(db)
        self.report = StateReport(db, folder, me, out)
        self.up = JournalSender(db, store, chain, key, out)
        self.feeds = FeedReceiver(mirror, self._want, self.notes.note, retired=_retired(db))
        self.line = LinkStatus(db)
        self.ear = MessageAuth(TrustedKeys(db, folder, chain, enrolled), self.notes.note, chain, store)
        self.clock = HqClock(self.notes.note)
        self.commands = HqCommands(
            db,
            {
                "rewind": self._rewind,
                "reload": self._reload,
                "birth": self._tell_state,
                "clones": self._note_clones,
                REVOKE_COMMAND: self._end,
            },
        )
        self.questions = QueryRelay(db, chain, store, key, out)
        self.recheck = ReplicaRecheck(mirror, self.notes.note)
        self.ended = EndedOrders(mirror)
        self.index = SearchIndex(mirror)
        self.dice = random.Random()
        self.has_ended = False  # HQ has taken the box out of use
        self._folder, self._out = folder, out
        self._changes = CommitDetector(db)
        self._is_up = False
        self._hq_is_there = False
        self._full = NEVER  # when a full disk was last spoken of
        self._heard = ("", 0)  # the epoch, and the seq up to which HQ has kept it, as it was noted

    @property
    def me(self) -> Identity:
        """Who speaks, in the journal's epoch as it is now."""
        return self.report.me

    def run_once(self, events: Sequence[Event], at: float, now: Now) -> None:
        """Handle what has arrived, send what is due. `at`: monotonic seconds.

        What a full disk cannot keep is dropped and comes again: sync asks HQ for rows, and an ack or a note waits for a round.
        """
        for event in events:
            if not self.has_ended:
                self.as_room_allows(partial(self._take, event, at, now), at)
        if not self.has_ended:
            self.as_room_allows(partial(self._say, at, now), at)
            # each by itself and after what HQ is told: the other file may have no room to grow
            self.as_room_allows(self._note_heard, at)
            self.as_room_allows(partial(self.recheck.look, at, self.feeds.is_loading), at)
            self.as_room_allows(partial(self.ended.look, at), at)
            self.as_room_allows(partial(self.index.look, at), at)

    def as_room_allows(self, work: Callable[[], object], at: float) -> None:
        """Do something that writes. On a full disk it is not done, and that is logged now and then."""
        try:
            work()
        except NoRoom as why:
            if at - self._full >= FULL_DISK_LOG_INTERVAL_S:
                self._full = at
                log.error("disk full, a write is refused: %s", why)

    def _say(self, at: float, now: Now) -> None:
        if self._changes.seen():
            self._look(now)
        if self._is_up:
            self.up.send(at, self.dice.uniform(0.8, 1.2))
            self.feeds.send(at)
            self.report.send(self.feeds.positions, self.ear.refused, at, now)
        self.line.disconnect_if_silent(now, at)
        self.questions.forget(now)
        self.up.write(now)
        self.notes.write(now)

    def _note_heard(self) -> None:
        """Note in the other file how far HQ has kept the journal: a restore of an older store.db leaves that file as it is."""
        epoch = self.me.box.epoch
        if (seq := self.up.highest_acked(epoch)) and (epoch, seq) != self._heard:
            with writing(self.mirror):
                mirror_file.note_confirmed_position(self.mirror, epoch, seq)
            self._heard = epoch, seq

    # --- what arrives

    def _take(self, event: Event, at: float, now: Now) -> None:
        match event:
            case MessageReceived():
                self._hear(event, at, now)
            case Connected():
                log.info("MQTT connected")
                self._is_up, self._hq_is_there = True, False
                self.up.on_new_line()
                self.feeds.on_new_line()
                self.report.changed()
                self.line.note_disconnected(LinkReason.NO_WORD, "HQ has not spoken yet", now)
            case MessagesDropped(count):
                self.ear.refuse("inbox_full", count)
            case Disconnected(reason):
                if self._is_up or self.line.detail != reason:
                    log.warning("MQTT disconnected: %s", reason)
                self._is_up = False
                self.line.note_disconnected(LinkReason.LOST, reason, now)

    def _hear(self, event: MessageReceived, at: float, now: Now) -> None:
        message = self.ear.open(event)
        if message is None:
            if self.ear.is_deaf and self.line.state != "up":
                self._be_deaf(now)
            return
        why = self._obey(message, topics.store_of_topic(event.topic), event.retained, at, now)
        if why:
            self.ear.refuse(why)
        elif not event.retained and not _says_down(message.header):
            self.line.note_message(now, at, complete=self.feeds.complete)

    def _be_deaf(self, now: Now) -> None:
        """HQ may well be there, but nothing proves that it is HQ."""
        if self.line.reason is not LinkReason.NOT_BELIEVED:
            log.error("signatures of HQ do not verify, its key is not trusted here: %s", RECOVERY_ADVICE)
        self.line.note_disconnected(LinkReason.NOT_BELIEVED, "HQ signs with a key that does not count here", now)

    def _obey(self, message: Message, scope: str, retained: bool, at: float, now: Now) -> str | None:
        """Do what a message of HQ's asks for; the reason if it is refused."""
        match message.header:
            case Ack() as ack:
                self.up.on_ack(ack, at)
            case Nack() as nack:
                self.up.on_nack(nack, at)
            case FeedDelta() | FeedPage() as header:
                return self._apply(header, message.rows, at, now)
            case Head() as head:
                self.feeds.on_head(scope, head, at, now)
                if self.feeds.is_ahead_of(head):
                    self.tell_state()  # HQ's database may be an older copy: it sees so by how far this store is
            case HqPresence() as hq:
                return self._meet(hq, retained, at, now)
            case Do() as do:
                return self.commands.on_do(do, self.clock.moment(now), at, now)
            case Answer() as told:
                return self.questions.on_answer(told, message.rows, now)
            case _:
                return "unexpected"
        return None

    def _apply(self, header: FeedDelta | FeedPage, rows: Sequence[Any], at: float, now: Now) -> str | None:
        if header.feed == KEYS_FEED:
            self.ear.trust.add_signed_rows(rows)
        try:
            if header.feed not in FEEDS_ALWAYS_TAKEN:
                disk_space.require_room(self.db)
            why = self.feeds.on_rows(header, rows, at, now)
        except NoRoom:
            self.feeds.asking.soon(header.feed, at)
            raise
        return why

    def _meet(self, hq: HqPresence, retained: bool, at: float, now: Now) -> str | None:
        """HQ comes or goes. One that comes back may have lost what was under way to the one before."""
        if hq.state == "up" and not self._hq_is_there:
            self.up.on_new_line()
            self.feeds.asking.again(at)
        self._hq_is_there = hq.state == "up"
        if hq.state == "down":
            self.line.note_disconnected(LinkReason.HQ_DOWN, "HQ is not there", now)
        elif not retained and not self.clock.take_time_of_hq(hq.time, now):
            return "bad_time"
        return None

    # --- what is said

    def _look(self, now: Now) -> None:
        """store.db has changed: there may be new facts or a new epoch."""
        self.up.on_journal_changed()
        self.questions.relay_new_questions(now, hq_is_there=self._is_up and self.line.state == "up")
        self.report.refresh_from_store()

    def _want(self, want: Want) -> bool:
        topic = topics.store_topic(self.me.chain, self.me.box.store, "want")
        return self._out.publish(topic, seal_message(topic, want, (), self.me.key))

    # --- commands

    def _rewind(self, args: Mapping[str, str], _at: float, _now: Now) -> None:
        self.up.rewind(args["epoch"], int(args["lane"]), int(args["seq"]))

    def _reload(self, args: Mapping[str, str], at: float, now: Now) -> None:
        self.feeds.reload(args["feed"], at, now)

    def _note_clones(self, args: Mapping[str, str], _at: float, now: Now) -> None:
        clone_notice.write_notice(self.db, args["boxes"], now)
        self.tell_state()

    def _end(self, args: Mapping[str, str], _at: float, _now: Now) -> None:
        """The box is out of use: its rows are overwritten, and the caller ends the rounds."""
        if args["key"] != self.me.key.id:
            raise ValueError("it is about a key this box had, or another box has")
        decommission.decommission(self._folder, self.me.key.id, self.db, self.mirror)
        self.has_ended = True

    def _tell_state(self, _args: Mapping[str, str], _at: float, _now: Now) -> None:
        self.tell_state()

    def tell_state(self) -> None:
        """How the store is has changed: the next round says so."""
        self.report.changed()


def _says_down(header: AnyHeader) -> bool:
    return isinstance(header, HqPresence) and header.state == "down"


def _retired(db: Database) -> set[tuple[str, str]]:
    """Epochs of feeds that were left: nothing of them counts any more."""
    return {(feed, epoch) for feed, _, epoch in (name.partition("/") for name in remembered_names(db, FeedEpoch))}
