"""Is HQ to be heard at the broker of a config on trial: tried on a second connection, while the first goes on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from edge.clock import parse_utc
from sync import topics
from sync.broker import read_broker
from sync.headers import HqPresence
from sync.line_events import Arrived, Connected, Event, Lost
from sync.link import Link
from sync.trial import OnTrial
from sync.trial_rules import Doubt
from sync.wire import Refused, open_

LOOK = 0.05  # s to wait for something that arrives
FRESH = timedelta(
    seconds=60
)  # HQ says every 20 s that it is there; what a broker remembers may be older than HQ's move


class Here:
    """The broker stays: the line itself says how it is."""

    def doubts(self) -> list[Doubt]:
        return []


@dataclass(slots=True)
class Elsewhere:
    """A broker that is tried, until HQ's own word has come over it."""

    link: Link
    trial: OnTrial
    begun: float = field(default_factory=time.monotonic)
    heard: bool = False
    last: str = "nothing is known of it"

    def doubts(self) -> list[Doubt]:
        for event in self.link.read(LOOK):
            self._take(event)
        if self.heard:
            return []
        return [Doubt(text=f"broker {self.link.broker}: {self.last}", sort="not_yet" if self.link.is_up else "wrong")]

    def _take(self, event: Event) -> None:
        match event:
            case Connected():
                self.last = "HQ is not to be heard there"
            case Lost(reason):
                self.last = reason
            case Arrived():
                self.heard = self.heard or self._is_hq(event)

    def _is_hq(self, event: Arrived) -> bool:
        try:
            header = open_(event.topic, event.payload, self.trial.keys).header
        except Refused:
            return False
        return isinstance(header, HqPresence) and header.state == "up" and self._is_fresh(event, header)

    def _is_fresh(self, event: Arrived, header: HqPresence) -> bool:
        if not event.retained:
            return True
        now = self.trial.moment + timedelta(seconds=time.monotonic() - self.begun)
        try:
            return abs(now - parse_utc(header.time)) < FRESH
        except (ValueError, TypeError):  # not a time, or one without its zone
            return False


@contextmanager
def second_line(trial: OnTrial) -> Iterator[Here | Elsewhere]:
    """The line to ask for doubts. Another client's name, because the broker would end the first line for the same one."""
    config = trial.after.config
    if config.hq == trial.before.config.hq:
        yield Here()
        return
    chain, store = config.store.chain, config.store.id
    name, heard = f"noren-{chain}-{store}-trial", topics.heard_by_store(chain, store)
    with Link(read_broker(config.hq), name, heard) as link:
        yield Elsewhere(link, trial)
