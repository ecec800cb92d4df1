"""Checks that HQ can be reached at the broker of a config on trial, on a second connection, while the first stays open."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from edge.platform.clock import parse_utc
from edge.platform.sqlite_file import key_of_folder
from sync.config_trial.states import TrialDoubt
from sync.config_trial.trial import TrialInputs
from sync.protocol import topics
from sync.protocol.envelope import MessageRefusal, open_message
from sync.protocol.messages import HqPresence
from sync.transport.broker import read_broker
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import Connected, Disconnected, Event, MessageReceived

RECEIVE_WAIT_S = 0.05  # s to wait for something that arrives
MAX_CLOCK_ERROR = timedelta(
    seconds=60
)  # HQ announces itself every 20 s; a retained message at a broker may be older than HQ's move


class SameBroker:
    """The broker stays the same: there is nothing to check."""

    def doubts(self) -> list[TrialDoubt]:
        return []


@dataclass(slots=True)
class OtherBroker:
    """A broker on trial, until a message of HQ has come over it."""

    link: MqttClient
    trial: TrialInputs
    begun: float = field(default_factory=time.monotonic)
    heard: bool = False
    last: str = "nothing is known of it"

    def doubts(self) -> list[TrialDoubt]:
        for event in self.link.read(RECEIVE_WAIT_S):
            self._take(event)
        if self.heard:
            return []
        return [
            TrialDoubt(text=f"broker {self.link.broker}: {self.last}", sort="not_yet" if self.link.is_up else "wrong")
        ]

    def _take(self, event: Event) -> None:
        match event:
            case Connected():
                self.last = "no message from HQ there"
            case Disconnected(reason):
                self.last = reason
            case MessageReceived():
                self.heard = self.heard or self._is_hq(event)

    def _is_hq(self, event: MessageReceived) -> bool:
        try:
            header = open_message(event.topic, event.payload, self.trial.keys).header
        except MessageRefusal:
            return False
        return isinstance(header, HqPresence) and header.state == "up" and self._is_fresh(event, header)

    def _is_fresh(self, event: MessageReceived, header: HqPresence) -> bool:
        if not event.retained:
            return True
        now = self.trial.moment + timedelta(seconds=time.monotonic() - self.begun)
        try:
            return abs(now - parse_utc(header.time)) < MAX_CLOCK_ERROR
        except (ValueError, TypeError):  # not a time, or one without its zone
            return False


@contextmanager
def probe_broker(trial: TrialInputs) -> Iterator[SameBroker | OtherBroker]:
    """The probe to ask for doubts. It has a client id of its own: with the same id the broker would close the first connection."""
    config = trial.after.config
    if config.hq == trial.before.config.hq:
        yield SameBroker()
        return
    chain, store = config.store.chain, config.store.id
    name, heard = f"noren-{chain}-{store}-trial-{secrets.token_hex(8)}", topics.store_subscriptions(chain, store)
    with MqttClient(read_broker(config.hq, key_of_folder(Path(config.store.data))), name, heard) as link:
        yield OtherBroker(link, trial)
