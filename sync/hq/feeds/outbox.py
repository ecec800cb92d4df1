"""HQ's outgoing messages: sealed, in two queues, handed to the MQTT client as fast as the broker confirms."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.protocol.ed25519_keys import SigningKey
from sync.protocol.envelope import seal_message
from sync.protocol.messages import AnyHeader, Row
from sync.transport.message_sender import MessageSender


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One sealed message and its topic."""

    topic: str
    payload: bytes
    retain: bool


@dataclass(slots=True)
class Outbox:
    """Acknowledgements and answers go before feeds. All of it is in memory only: a store that misses something asks again."""

    link: MessageSender
    key: SigningKey
    _urgent: deque[OutgoingMessage] = field(default_factory=deque)
    _bulk: deque[OutgoingMessage] = field(default_factory=deque)

    def answer(self, topic: str, header: AnyHeader, rows: Sequence[Row] = ()) -> None:
        """Say something that a store waits for."""
        self._urgent.append(OutgoingMessage(topic, seal_message(topic, header, rows, self.key), False))

    def enqueue(self, topic: str, header: AnyHeader, rows: Sequence[Row] = (), *, retain: bool = False) -> None:
        """Queue a message."""
        self._bulk.append(OutgoingMessage(topic, seal_message(topic, header, rows, self.key), retain))

    def clear_retained(self, topic: str) -> None:
        """Have the broker forget what it retains there."""
        self._bulk.append(OutgoingMessage(topic, b"", True))

    def clear_first(self, topic: str) -> None:
        """The same before anything else is said."""
        self._urgent.append(OutgoingMessage(topic, b"", True))

    def withdraw(self, root: str) -> None:
        """What waits to be said below a topic is not said any more."""
        for waiting in (self._urgent, self._bulk):
            kept = [said for said in waiting if not said.topic.startswith(root)]
            waiting.clear()
            waiting.extend(kept)

    def flush(self) -> bool:
        """Hand over what the connection accepts; returns whether the queues are empty."""
        for waiting in (self._urgent, self._bulk):
            while waiting:
                said = waiting[0]
                if not self.link.publish(said.topic, said.payload, retain=said.retain):
                    return False
                waiting.popleft()
        return True

    def forget(self) -> None:
        """The connection is down: drop the queues; stores will ask for what is missing."""
        self._urgent.clear()
        self._bulk.clear()
