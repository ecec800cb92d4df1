"""How a process lives: tasks that go on until asked to stop, systemd told, and no task broken in silence."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType

log = logging.getLogger(__name__)

BROKEN = 70  # exit code when a task broke: EX_SOFTWARE of sysexits(3); systemd starts the process anew
STOP_WITHIN = 8.0  # seconds a task may take to notice the end; systemd's own patience is 10 s


def notify(state: str) -> None:
    """Tell systemd (`READY=1`, `WATCHDOG=1`, `STATUS=…`); nothing happens where it did not start us. sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
        to.connect("\0" + address[1:] if address[0] == "@" else address)
        to.sendall(state.encode())


class Life:
    """One process's life: its tasks ask `goes_on()` each round, and rest so that the end can wake them."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._rounds: dict[int, float] = {}
        self.broken: BaseException | None = None

    def goes_on(self) -> bool:
        """Loop and heartbeat in one: false once the process shall end."""
        self._rounds[threading.get_ident()] = time.monotonic()
        return not self._over.is_set()

    def rest(self, seconds: float) -> None:
        """Sleep, or less when the end comes."""
        self._over.wait(seconds)

    def end(self) -> None:
        """Ask every task to finish."""
        self._over.set()

    def stalest(self) -> float:
        """Seconds since the task that has been silent longest last went round."""
        return time.monotonic() - min(self._rounds.values(), default=time.monotonic())


Task = Callable[[Life], None]


def _run(life: Life, name: str, task: Task) -> None:
    try:
        task(life)
    except BaseException as error:
        log.critical("%s broke", name, exc_info=error)
        life.broken = error
    life.end()


def start(life: Life, tasks: Mapping[str, Task]) -> list[threading.Thread]:
    """Start each task in a thread of its name; the end of one is the end of all."""
    threads = [threading.Thread(target=_run, args=(life, name, task), name=name) for name, task in tasks.items()]
    for thread in threads:
        thread.start()
    return threads


def _watch(life: Life) -> None:
    """Feed systemd's watchdog, but only while every loop really goes round."""
    limit = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
    while not life._over.wait(limit / 3 if limit else 3600):
        if limit and life.stalest() < limit:
            notify("WATCHDOG=1")


def run(tasks: Mapping[str, Task]) -> int:
    """Live: run the tasks until SIGTERM, SIGINT or the end of one of them; the process's exit code."""
    life = Life()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        life.end()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threads = start(life, tasks)
    notify("READY=1")
    _watch(life)
    notify("STOPPING=1")
    for thread in threads:
        thread.join(STOP_WITHIN)
    if stuck := [thread.name for thread in threads if thread.is_alive()]:
        log.error("did not stop in %.0f s: %s", STOP_WITHIN, ", ".join(stuck))
        os._exit(BROKEN)
    return BROKEN if life.broken else 0


def set_up_logging(level: str = "INFO") -> None:
    """One line an event on stderr, where systemd's journal (or the demo) reads it."""
    logging.basicConfig(level=level, format="%(levelname).1s %(name)s: %(message)s")
