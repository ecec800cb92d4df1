"""The last reading typed at each station: the rest of a cut code is recognised by its beginning."""

import threading
from dataclasses import dataclass
from datetime import timedelta

from edge.platform.clock import Now
from edge.scan.log import Reading

RESCAN_WINDOW = timedelta(seconds=3)  # in which the rest of a code that was cut comes behind its beginning


@dataclass(frozen=True, slots=True)
class _Typed:
    reading: Reading
    at: Now


class LastTyped:
    """In memory only: the card keeps no bytes of answered readings. A process that restarts knows no beginnings."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, _Typed] = {}

    def note(self, station: str, reading: Reading, now: Now) -> None:
        """A reading was kept."""
        with self._lock:
            self._last[station] = _Typed(reading, now)

    def continued_by(self, station: str, now: Now) -> Reading | None:
        """The reading behind which another one comes at `now`, if it may be the rest of that one."""
        with self._lock:
            found = self._last.get(station)
        return found.reading if found and now.time - RESCAN_WINDOW < found.at.time <= now.time else None
