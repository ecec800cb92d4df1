"""Whether the shop's network reaches the pages: when a request last came through the front, which asks for itself, too."""

import time

SILENT_AFTER_S = (
    20.0  # seconds without one after which the front does not work: it asks every five (ui/front/haproxy_watch.py)
)


class FrontTraffic:
    """Counts requests through HAProxy since the start of the process: written by request threads, read by those that report it."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    def note_request(self) -> None:
        """A request came through HAProxy."""
        self._at = time.monotonic()

    def is_silent(self) -> bool:
        """Whether none has come for too long."""
        return time.monotonic() - self._at > SILENT_AFTER_S
