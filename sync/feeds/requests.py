"""Which feeds to request from HQ, and when: after a random delay, one request per feed at a time, again after silence."""

import random
from dataclasses import dataclass, field

REQUEST_SPREAD_S = (
    1.0  # s a store waits at most before it requests a gap, so that not all stores of a chain ask at once
)
PAGE_TIMEOUT_S = 5.0  # s without a page before it is requested again
MAX_PAGE_TIMEOUT_S = 60.0  # s; the wait doubles up to this


@dataclass(slots=True)
class FeedRequests:
    """Feeds to request; times are monotonic seconds."""

    dice: random.Random = field(default_factory=random.Random)
    _due: dict[str, float] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)

    def soon(self, feed: str, now: float) -> None:
        """Request after a short random wait, unless a request is already under way."""
        if feed not in self._due:
            self._due[feed] = now + self.dice.uniform(0, REQUEST_SPREAD_S)

    def at_once(self, feed: str, now: float) -> None:
        """Request now: a page has come, and there is more."""
        self._asked.pop(feed, None)
        self._due[feed] = now

    def done(self, feed: str) -> None:
        """Nothing is missing."""
        self._asked.pop(feed, None)
        self._due.pop(feed, None)

    def due(self, now: float) -> list[str]:
        """The feeds to request now."""
        return sorted(feed for feed, when in self._due.items() if when <= now)

    def asked(self, feed: str, now: float) -> None:
        """The request was sent: wait for its page, longer each time."""
        tries = self._asked.get(feed, 0)
        self._asked[feed] = tries + 1
        patience = min(PAGE_TIMEOUT_S * 2**tries, MAX_PAGE_TIMEOUT_S)
        self._due[feed] = now + patience * self.dice.uniform(0.8, 1.2)

    def again(self, now: float) -> None:
        """HQ has restarted: repeat open requests soon, not after the whole wait."""
        for feed in self._asked:
            self._due[feed] = now + self.dice.uniform(0, REQUEST_SPREAD_S)
        self._asked.clear()

    def forget(self) -> None:
        """The connection is new: requests may be lost."""
        self._due.clear()
        self._asked.clear()
