"""Guesses of a short code, counted for the whole box in memory: a wrong one writes nothing to the card."""

import threading
import time
from collections import deque

MAX_ATTEMPTS = 5  # wrong codes within a minute; ten minutes of a code are 50 guesses at 2.6e10
WINDOW_S = 60.0  # seconds


class CodeAttempts:
    """A guess takes its place before it is looked at, so that guesses made side by side are counted one by one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: deque[float] = deque()  # monotonic seconds

    def take_attempt(self) -> float | None:
        """A place for one guess, or None if there were too many."""
        at = time.monotonic()
        with self._lock:
            while self._taken and self._taken[0] <= at - WINDOW_S:
                self._taken.popleft()
            if len(self._taken) >= MAX_ATTEMPTS:
                return None
            self._taken.append(at)
        return at

    def give_back(self, place: float) -> None:
        """It was no guess: the code was right."""
        with self._lock:
            self._taken.remove(place)
