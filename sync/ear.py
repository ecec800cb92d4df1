"""Only HQ is heard: a message is opened with HQ's keys, or refused, counted, and told once."""

import logging
from collections import Counter
from dataclasses import dataclass, field

from sqlite_utils import Database

from sync import topics, trust
from sync.line_events import Arrived
from sync.notes import Say
from sync.signing import PublicKeys
from sync.wire import Message, Refused, open_

log = logging.getLogger(__name__)

OTHER_STORE = "other_store"  # signed by HQ, and for another store: a broker that delivers it is wrong, or worse


@dataclass(slots=True)
class Ear:
    """HQ's keys as they are now, and the messages refused since the start, by reason."""

    mirror: Database
    enrolled: PublicKeys
    say: Say
    chain: str
    store: str
    refused: Counter[str] = field(default_factory=Counter)
    _keys: PublicKeys = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.read_keys()

    def read_keys(self) -> None:
        """The feed `keys` may have changed."""
        self._keys = trust.trusted(self.enrolled, self.mirror)

    def open(self, event: Arrived) -> Message | None:
        """The message, where HQ signed it for this topic, and the topic is ours."""
        if not topics.is_for_store(self.chain, self.store, event.topic):
            self.refuse(OTHER_STORE)
            return None
        try:
            return open_(event.topic, event.payload, self._keys)
        except Refused as refused:
            self.refuse(refused.why)
            return None

    def refuse(self, why: str) -> None:
        """Count a message that was refused; the first of its kind in a run is told to HQ."""
        self.refused[why] += 1
        if self.refused[why] == 1:
            log.warning("a message was refused: %s", why)
            self.say("message.refused", {"why": str(why)})
