"""How a process lives: tasks that go on until asked to stop, systemd told, and no task broken in silence."""

import logging
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

log = logging.getLogger(__name__)

BROKEN = 70  # exit code when a task broke: EX_SOFTWARE of sysexits(3); systemd starts the process anew
LOOK = 0.5  # seconds until the main thread notices that a task has ended; a signal wakes it at once
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
        self._within: Life | None = None
        self.broken: BaseException | None = None

    def goes_on(self) -> bool:
        """Loop and heartbeat in one: false once the process shall end."""
        self._rounds[threading.get_ident()] = time.monotonic()
        return not self._over.is_set()

    def rest(self, seconds: float) -> None:
        """Sleep, or less when the end comes."""
        self._over.wait(seconds)

    def is_over(self) -> bool:
        """Whether the end has come; unlike `goes_on`, no sign of life."""
        return self._over.is_set()

    def end(self) -> None:
        """Ask every task to finish. Not from a signal handler: see `asked_to_stop`."""
        self._over.set()

    def stalest(self) -> float:
        """Seconds since the task that has been silent longest last went round."""
        own = time.monotonic() - min(self._rounds.values(), default=time.monotonic())
        inner = self._within
        return max(own, inner.stalest()) if inner else own

    @contextmanager
    def within(self) -> Iterator["Life"]:
        """A shorter life of other tasks in this one, whose rounds count as this one's; on the way out it is over."""
        inner = self._within = Life()
        try:
            yield inner
        finally:
            inner.end()
            self._within = None


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


@contextmanager
def asked_to_stop() -> Iterator[Callable[[float], bool]]:
    """In the main thread: a function that waits some seconds for SIGTERM, SIGINT or SIGHUP and says whether one has come.

    The handler itself does nothing: to set an Event in it would deadlock where it interrupts a wait for that very Event.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)
    before = {name: signal.signal(name, lambda *_: None) for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)

    def asked(seconds: float) -> bool:
        return bool(select.select([heard], [], [], seconds)[0])

    try:
        yield asked
    finally:
        signal.set_wakeup_fd(-1)
        # who has been asked is on the way out: to be asked once more must not kill it there, with another exit code
        leaving = asked(0)
        for name, handler in before.items():
            signal.signal(name, signal.SIG_IGN if leaving else handler)
        os.close(heard)
        os.close(told)


def _watch(life: Life, asked: Callable[[float], bool]) -> None:
    """Until the end: hear the signals, and feed systemd's watchdog, but only while every loop really goes round."""
    limit = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
    fed = time.monotonic()
    while not life.is_over():
        if asked(LOOK):
            life.end()
        if limit and time.monotonic() - fed > limit / 3 and life.stalest() < limit:
            fed = time.monotonic()
            notify("WATCHDOG=1")


def run(tasks: Mapping[str, Task]) -> int:
    """Live: run the tasks until SIGTERM, SIGINT or the end of one of them; the process's exit code."""
    life = Life()
    with asked_to_stop() as asked:
        threads = start(life, tasks)
        notify("READY=1")
        _watch(life, asked)
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
