"""Which feeds to ask HQ for, and when: spread by chance, one question per feed at a time, again after silence."""

import random
from dataclasses import dataclass, field

SPREAD = 1.0  # s: at most so long a store waits before it asks about a gap, so that a chain does not ask as one
PATIENCE = 5.0  # s without a page before it is asked for again
PATIENCE_MOST = 60.0  # s; doubled until there


@dataclass(slots=True)
class Asking:
    """Feeds to ask for; times are monotonic seconds."""

    dice: random.Random = field(default_factory=random.Random)
    _due: dict[str, float] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)

    def soon(self, feed: str, now: float) -> None:
        """Ask after a short random wait, unless it is being asked for already."""
        if feed not in self._due:
            self._due[feed] = now + self.dice.uniform(0, SPREAD)

    def at_once(self, feed: str, now: float) -> None:
        """Ask now: a page has come, and there is more."""
        self._asked.pop(feed, None)
        self._due[feed] = now

    def done(self, feed: str) -> None:
        """Nothing is missing."""
        self._asked.pop(feed, None)
        self._due.pop(feed, None)

    def due(self, now: float) -> list[str]:
        """The feeds to ask for now."""
        return sorted(feed for feed, when in self._due.items() if when <= now)

    def asked(self, feed: str, now: float) -> None:
        """The question was sent: wait for its page, a little longer each time."""
        tries = self._asked.get(feed, 0)
        self._asked[feed] = tries + 1
        patience = min(PATIENCE * 2**tries, PATIENCE_MOST)
        self._due[feed] = now + patience * self.dice.uniform(0.8, 1.2)

    def again(self, now: float) -> None:
        """HQ is back: what was asked of the one before is asked soon, not when patience runs out."""
        for feed in self._asked:
            self._due[feed] = now + self.dice.uniform(0, SPREAD)
        self._asked.clear()

    def forget(self) -> None:
        """The line is new: what was asked may be lost."""
        self._due.clear()
        self._asked.clear()
