"""How many codes a station's page may send: bounds that no scanner and no hand meets, and a laptop meets at once."""

import threading
from collections import deque
from dataclasses import dataclass, field

CODES_PER_SECOND = (
    10.0  # codes a second for long: a keyboard scanner takes 30 ms to type an EAN, and a hand 300 to fetch the next
)
BURST_CODES = 60  # codes at once: those a scanner has stored while no page received them
UNKNOWN_PER_MINUTE = 20  # unknown codes a minute that are still kept: a damaged label, tried again and again
MINUTE_S = 60.0  # seconds


@dataclass(slots=True)
class _Station:
    left: float = BURST_CODES  # codes it may send now
    at: float = 0.0  # monotonic seconds, of `left`
    junk: deque[float] = field(default_factory=deque)  # when junk was kept in the last minute
    refused: int = 0  # codes that are not reported yet
    told: float = -MINUTE_S  # monotonic seconds, of the last report


class ScanRateLimiter:
    """What each station has sent lately; times are monotonic seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stations: dict[str, _Station] = {}

    def may_send(self, station: str, at: float) -> bool:
        """Whether one more code may come; counted."""
        with self._lock:
            it = self._of(station, at)
            it.left = min(BURST_CODES, it.left + (at - it.at) * CODES_PER_SECOND)
            it.at = at
            if it.left < 1:
                return False
            it.left -= 1
            return True

    def may_keep_junk(self, station: str, at: float) -> bool:
        """Whether one more unknown code may be kept; counted."""
        with self._lock:
            kept = self._of(station, at).junk
            while kept and at - kept[0] >= MINUTE_S:
                kept.popleft()
            if len(kept) >= UNKNOWN_PER_MINUTE:
                return False
            kept.append(at)
            return True

    def refused(self, station: str, at: float) -> int:
        """One more was refused. Returns how many since the last report if one is due, else 0: a flood is one line a minute."""
        with self._lock:
            it = self._of(station, at)
            it.refused += 1
            if at - it.told < MINUTE_S:
                return 0
            due, it.refused, it.told = it.refused, 0, at
            return due

    def _of(self, station: str, at: float) -> _Station:
        return self._stations.setdefault(station, _Station(at=at))
