"""Only messages of HQ are accepted: a message is opened with HQ's keys, or refused, counted, and reported once."""

import logging
from collections import Counter
from dataclasses import dataclass, field

from edge.facts.hq_link import MessageRefused
from sync.protocol import topics
from sync.protocol.envelope import Message, MessageRefusal, RefusalReason, open_message, read_unverified
from sync.protocol.messages import FeedDelta, FeedPage
from sync.sync_log import NoteFact
from sync.transport.mqtt_events import MessageReceived
from sync.trust.trusted_keys import KEYS_FEED, TrustedKeys

log = logging.getLogger(__name__)

OTHER_STORE = "other_store"  # signed by HQ, but for another store: a broker that delivers it is faulty, or hostile


@dataclass(slots=True)
class MessageAuth:
    """Authenticates messages: HQ's keys as they are now, and the number of messages refused since the start, by reason."""

    trust: TrustedKeys
    say: NoteFact
    chain: str
    store: str
    refused: Counter[str] = field(default_factory=Counter)
    is_deaf: bool = False  # the last message was signed with a key that is not trusted here
    has_missed: bool = False  # a key has become trusted since; earlier messages with it were refused

    def open(self, event: MessageReceived) -> Message | None:
        """The message, if HQ signed it for this topic and the topic is ours."""
        if not topics.is_for_store(self.chain, self.store, event.topic):
            self.refuse(OTHER_STORE)
            return None
        try:
            message = self._open(event)
        except MessageRefusal as refused:
            self.is_deaf = self.is_deaf or refused.why is RefusalReason.KEY
            self.refuse(refused.why)
            return None
        self.is_deaf = False
        return message

    def _open(self, event: MessageReceived) -> Message:
        """Raises Refused."""
        try:
            return open_message(event.topic, event.payload, self.trust.keys)
        except MessageRefusal as refused:
            if refused.why is not RefusalReason.KEY or not self._proves_a_key(event):
                raise
            self.has_missed = True
        return open_message(event.topic, event.payload, self.trust.keys)

    def _proves_a_key(self, event: MessageReceived) -> bool:
        """Whether a trusted key vouches for the unknown one: HQ has changed keys while we were offline."""
        if topics.feed_of(event.topic) != KEYS_FEED:
            return False
        try:
            message = read_unverified(event.payload)
        except MessageRefusal:
            return False
        told = isinstance(message.header, FeedDelta | FeedPage) and message.header.feed == KEYS_FEED
        return told and message.key_id in {row.key for row in message.rows} and self.trust.add_proven_rows(message.rows)

    def refuse(self, why: str, count: int = 1) -> None:
        """Count messages that were refused or dropped; the first of a kind in a run is reported to HQ, the count at each birth."""
        is_first = why not in self.refused
        self.refused[why] += count
        if is_first:
            log.warning("MQTT message refused: %s", why)
            self.say(MessageRefused(why=str(why)))
