"""What HQ is about to say: sealed, in two queues, handed to the line as fast as the broker confirms."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.headers import AnyHeader, Row
from sync.outlet import Outlet
from sync.signing import SigningKey
from sync.wire import seal


@dataclass(frozen=True, slots=True)
class Saying:
    """One sealed message and its topic."""

    topic: str
    payload: bytes
    retain: bool


@dataclass(slots=True)
class Outbox:
    """Acknowledgements and answers go before feeds. All of it is in memory only: whoever misses something asks again."""

    link: Outlet
    key: SigningKey
    _urgent: deque[Saying] = field(default_factory=deque)
    _bulk: deque[Saying] = field(default_factory=deque)

    def answer(self, topic: str, header: AnyHeader, rows: Sequence[Row] = ()) -> None:
        """Say something that a store waits for."""
        self._urgent.append(Saying(topic, seal(topic, header, rows, self.key), False))

    def tell(self, topic: str, header: AnyHeader, rows: Sequence[Row] = (), *, retain: bool = False) -> None:
        """Say something in its turn."""
        self._bulk.append(Saying(topic, seal(topic, header, rows, self.key), retain))

    def flush(self) -> bool:
        """Hand over what the line takes; whether all of it is gone."""
        for waiting in (self._urgent, self._bulk):
            while waiting:
                said = waiting[0]
                if not self.link.publish(said.topic, said.payload, retain=said.retain):
                    return False
                waiting.popleft()
        return True

    def forget(self) -> None:
        """The line is down: what was not said will be asked for."""
        self._urgent.clear()
        self._bulk.clear()
