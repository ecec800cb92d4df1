"""The events of an MQTT connection, for the thread that reads them."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A message from the broker; `retained`: it was sent before we connected, perhaps long ago."""

    topic: str
    payload: bytes
    retained: bool = False
    at: float = field(default_factory=time.monotonic)  # seconds, of its arrival


@dataclass(frozen=True, slots=True)
class Connected:
    """The connection is up and our topics are subscribed to."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is down, or could not be opened."""

    reason: str


@dataclass(frozen=True, slots=True)
class MessagesDropped:
    """The number of messages dropped since the last such event, because nobody read what had arrived."""

    count: int


Event = MessageReceived | Connected | Disconnected | MessagesDropped
