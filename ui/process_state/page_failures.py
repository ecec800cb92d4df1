"""Pages that failed lately, counted in memory: for the status page."""

import threading
import time
from collections import deque

COUNTED_FOR_S = 60.0  # seconds for which a failure counts
MAX_FAILURES = 1000  # failures kept; a page that fails at every look must not grow the memory


class PageFailures:
    """Counted by the threads that answer requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: deque[float] = deque(maxlen=MAX_FAILURES)  # monotonic seconds

    def add(self) -> None:
        with self._lock:
            self._at.append(time.monotonic())

    def count_lately(self) -> int:
        """How many within the last minute."""
        since = time.monotonic() - COUNTED_FOR_S
        with self._lock:
            while self._at and self._at[0] < since:
                self._at.popleft()
            return len(self._at)
