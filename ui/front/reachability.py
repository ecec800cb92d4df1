"""Whether the pages can be reached on the users' way: asked over the very address at which the box's own screen asks."""

import logging
import socket

log = logging.getLogger(__name__)

PROBE_INTERVAL_S = 5.0  # seconds between questions
PROBE_TIMEOUT_S = 10.0  # seconds an answer may take
PROBE_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Reachability:
    """Requests /healthz repeatedly without blocking; any answer is enough, `murder_workers` checks the rest."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._line: socket.socket | None = None
        self._asked = -PROBE_INTERVAL_S  # monotonic seconds
        self._answered: float | None = None

    def seconds_unanswered(self, at: float) -> float:
        """Send or receive, at `at` (monotonic seconds); returns the seconds since the last answer, or since the first call."""
        if self._answered is None:
            self._answered = at
        if self._line is not None:
            self._hear(self._line, at)
        elif at - self._asked >= PROBE_INTERVAL_S:
            self._ask(at)
        return at - self._answered

    def _ask(self, at: float) -> None:
        self._asked = at
        line = socket.socket(self._family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        line.settimeout(1.0)  # to connect on loopback, where only a full queue can take time
        try:
            line.connect(self._to)
            line.sendall(PROBE_REQUEST)
            line.setblocking(False)
        except OSError as error:
            log.debug("not reached: %s", error)
            line.close()
        else:
            self._line = line

    def _hear(self, line: socket.socket, at: float) -> None:
        try:
            heard = line.recv(16).startswith(b"HTTP/1.1 ")
        except BlockingIOError:
            if at - self._asked < PROBE_TIMEOUT_S:
                return
            heard = False
        except OSError:
            heard = False
        if heard:
            self._answered = at
        self.end()

    def end(self) -> None:
        """Give a question up that is under way."""
        if self._line is not None:
            self._line.close()
            self._line = None
