"""A limit on what waits to be read, in bytes or items: the writer blocks at the limit, so that a flood cannot fill memory."""

import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class InboxLimit:
    """The room between a thread that writes and one that reads."""

    most: int
    _held: int = 0
    _moved: threading.Condition = field(default_factory=threading.Condition)

    def take(self, size: int, within: float) -> bool:
        """Take room, wait up to `within` seconds for it; something larger than the limit gets room once all is free."""
        with self._moved:
            had = self._moved.wait_for(lambda: self._held == 0 or self._held + size <= self.most, within)
            if had:
                self._held += size
            return had

    def give(self, size: int) -> None:
        """Give room back."""
        with self._moved:
            self._held -= size
            self._moved.notify_all()
