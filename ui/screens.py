"""Which screens follow the store, and the events on their way to each; it knows nothing of HTTP."""

import threading
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

MOST = 40  # open streams; each holds one of 64 threads, and a fetch must always find a free one


class TooMany(Exception):
    """As many screens follow as there are places for."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a stream says: that something changed, never what. `seq` is an outcome's place in its log."""

    kind: str
    seq: int | None = None


END = Event("bye")


@dataclass(frozen=True, slots=True)
class Stream:
    """One screen's open stream: `screen` names the page that holds it, `station` what it follows."""

    screen: str
    station: str
    events: SimpleQueue[Event] = field(default_factory=SimpleQueue)

    def next(self, patience: float) -> Event | None:
        """The next event, or None after `patience` seconds of silence."""
        try:
            return self.events.get(timeout=patience)
        except Empty:
            return None


class Screens:
    """All open streams. A desk or follower tells them; each is woken by itself, at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Stream] = {}
        self._known: set[str] = set()  # stations and surfaces that had a screen since the start
        self._over = False
        self.version = ""  # of pages and settings: a screen that shows another one loads itself anew

    def open(self, screen: str, station: str) -> Stream:
        """A new stream; one that the same screen held before ends. Raises TooMany."""
        stream = Stream(screen, station)
        with self._lock:
            if self._over or (screen not in self._open and len(self._open) >= MOST):
                raise TooMany
            if before := self._open.get(screen):
                before.events.put(END)
            self._open[screen] = stream
            self._known.add(station)
        return stream

    def close(self, stream: Stream) -> None:
        """Give the place free, unless the screen has opened another stream since."""
        with self._lock:
            if self._open.get(stream.screen) is stream:
                del self._open[stream.screen]

    def outcome(self, station: str, seq: int) -> None:
        """Tell the screens of a station that a scan was answered."""
        self._tell(Event("outcome", seq), station)

    def changed(self, kind: str) -> None:
        """Tell every screen that something (`orders`, `line`, `calls`) is not as it was."""
        self._tell(Event(kind), None)

    def _tell(self, event: Event, station: str | None) -> None:
        with self._lock:
            listening = [stream for stream in self._open.values() if station in (None, stream.station)]
        for stream in listening:
            stream.events.put(event)

    def end(self) -> None:
        """End every stream and open none any more: the process is about to stop."""
        with self._lock:
            self._over = True
            ending = list(self._open.values())
        for stream in ending:
            stream.events.put(END)

    def count(self) -> int:
        with self._lock:
            return len(self._open)

    def by_station(self) -> dict[str, int]:
        """Open streams by what they follow; 0 where one was open since the start, and is gone."""
        with self._lock:
            return {known: sum(it.station == known for it in self._open.values()) for known in self._known}
