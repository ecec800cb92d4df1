"""Which screens follow the store, and the events on their way to each; it knows nothing of HTTP."""

import select
import socket
import threading
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final

BOX_SCREEN_ID: Final = "box"  # in place of a device's id: the box's own screen
MAX_STREAMS = 40  # open streams; each holds one of 64 threads, and a fetch must always find a free one


MAX_STREAMS_PER_DEVICE = (
    8  # of one device: a tablet has one page, and a clerk's perhaps a few tabs; one device must not take all places
)


class TooManyStreams(Exception):
    """As many screens follow as there are places for."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """An event of a stream: something changed, never what. `seq` is an outcome's place in its log."""

    kind: str
    seq: int | None = None


END_EVENT = StreamEvent("bye")


@dataclass(frozen=True, slots=True)
class Stream:
    """One screen's open stream: `screen` names the page that holds it, `station` what it follows, `device` whose it is."""

    screen: str
    station: str
    device: str
    line: socket.socket | None = None  # the connection to its page
    events: SimpleQueue[StreamEvent] = field(default_factory=SimpleQueue)

    def next(self, patience: float) -> StreamEvent | None:
        """The next event, or None after `patience` seconds of silence."""
        try:
            return self.events.get(timeout=patience)
        except Empty:
            return None

    def is_followed(self) -> bool:
        """Whether its page is still connected, as far as the network shows it.

        A stream whose page is closed ends only with the second heartbeat it writes; until then nobody reads it.
        """
        if self.line is None:
            return True
        if self.line.fileno() < 0:
            return False
        look = select.poll()
        look.register(self.line, select.POLLRDHUP)  # errors and hang-ups are reported in any case
        return not look.poll(0)


class Screens:
    """All open streams. The scan processor or change watcher sends to them; each wakes by itself, at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Stream] = {}
        self._known: set[str] = set()  # stations and surfaces that had a screen since the start
        self._over = False
        self.version = ""  # of pages and settings: a screen that shows another one reloads

    def open(self, screen: str, station: str, device: str = "", line: socket.socket | None = None) -> Stream:
        """A new stream; one that the same screen held before ends. The box's own screens may have all. Raises TooManyStreams."""
        stream = Stream(screen, station, device, line)
        with self._lock:
            others = [held for name, held in self._open.items() if name != screen]
            own = sum(held.device == device for held in others) if device and device != BOX_SCREEN_ID else 0
            if self._over or len(others) >= MAX_STREAMS or own >= MAX_STREAMS_PER_DEVICE:
                raise TooManyStreams
            if before := self._open.get(screen):
                before.events.put(END_EVENT)
            self._open[screen] = stream
            self._known.add(station)
        return stream

    def close(self, stream: Stream) -> None:
        """Give the place free, unless the screen has opened another stream since."""
        with self._lock:
            if self._open.get(stream.screen) is stream:
                del self._open[stream.screen]

    def outcome(self, station: str, seq: int) -> None:
        """Notify the screens of a station that a scan was answered."""
        self._tell(StreamEvent("outcome", seq), station)

    def refused(self, station: str) -> None:
        """Notify the screens of a station that a code was read there and could not be stored."""
        self._tell(StreamEvent("refused"), station)

    def changed(self, kind: str) -> None:
        """Notify every screen that something (`orders`, `line`, `calls`, `sessions`) has changed."""
        self._tell(StreamEvent(kind), None)

    def _tell(self, event: StreamEvent, station: str | None) -> None:
        with self._lock:
            listening = [stream for stream in self._open.values() if station in (None, stream.station)]
        for stream in listening:
            stream.events.put(event)

    def leave(self, device: str) -> None:
        """End the streams of a device that may follow nothing any more."""
        with self._lock:
            ending = [stream for stream in self._open.values() if stream.device == device]
        for stream in ending:
            stream.events.put(END_EVENT)

    def end(self) -> None:
        """End every stream and open none any more: the process is about to stop."""
        with self._lock:
            self._over = True
            ending = list(self._open.values())
        for stream in ending:
            stream.events.put(END_EVENT)

    def count(self) -> int:
        with self._lock:
            return len(self._open)

    def by_station(self) -> dict[str, int]:
        """Streams that a page reads, by station; 0 if one was open since the start, and none is now."""
        with self._lock:
            there = [it.station for it in self._open.values() if it.is_followed()]
            return {known: there.count(known) for known in self._known}
