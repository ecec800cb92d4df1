"""The life of a process: tasks run until they are asked to stop, systemd is notified, a broken task ends the process."""

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from edge.platform.sqlite_file import Damaged, repair_request_path, request_repair
from edge.platform.systemd import notify_systemd

log = logging.getLogger(__name__)

EX_BROKEN = 70  # exit code when a task broke: EX_SOFTWARE of sysexits(3); systemd restarts the process
EX_UNREADABLE = 74  # exit code while store.db is to be repaired: EX_IOERR
POLL_INTERVAL = 0.5  # seconds until the main thread notices that a task has ended; a signal wakes it at once
STOP_TIMEOUT_S = 8.0  # seconds all tasks together may take to notice the end; systemd itself waits 10 s


class ProcessLife:
    """One process's life. Its tasks ask `goes_on()` in each round, and sleep in `rest`, which the end interrupts."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._rounds: dict[str, float] = {}  # by the name of the loop's thread, in monotonic seconds
        self._within: ProcessLife | None = None
        self.broken: BaseException | None = None

    def goes_on(self) -> bool:
        """Loop condition and heartbeat in one: false once the process shall end."""
        self._rounds[threading.current_thread().name] = time.monotonic()
        return not self._over.is_set()

    def rest(self, seconds: float) -> None:
        """Sleep; the end of the life interrupts it."""
        self._over.wait(seconds)

    def is_over(self) -> bool:
        """Whether the end has come. Unlike `goes_on`, it does not count as a heartbeat."""
        return self._over.is_set()

    def end(self) -> None:
        """Ask every task to finish. Not from a signal handler: see `stop_signals`."""
        self._over.set()

    def rounds(self) -> dict[str, float]:
        """The time of each task's last round (monotonic seconds), by name. Tasks of an inner life are named `within/<name>`."""
        inner = self._within
        return dict(self._rounds) | ({f"within/{name}": at for name, at in inner.rounds().items()} if inner else {})

    def stalest(self) -> float:
        """Seconds since the last round of the task that has been silent longest."""
        own = time.monotonic() - min(self._rounds.values(), default=time.monotonic())
        inner = self._within
        return max(own, inner.stalest()) if inner else own

    @contextmanager
    def within(self) -> Iterator["ProcessLife"]:
        """A shorter life of other tasks inside this one. Their rounds count as this one's. It ends when the block ends."""
        inner = self._within = ProcessLife()
        try:
            yield inner
        finally:
            inner.end()
            self._within = None


ProcessTask = Callable[[ProcessLife], None]


def _run(life: ProcessLife, name: str, task: ProcessTask) -> None:
    try:
        task(life)
    except BaseException as error:
        log.critical("%s broke", name, exc_info=error)
        life.broken = error
        if isinstance(error, Damaged):
            request_repair(error)
    life.end()


def start_tasks(life: ProcessLife, tasks: Mapping[str, ProcessTask]) -> list[threading.Thread]:
    """Start each task in a thread of its name. If one ends, all end."""
    threads = [threading.Thread(target=_run, args=(life, name, task), name=name) for name, task in tasks.items()]
    for thread in threads:
        thread.start()
    return threads


def join_threads(threads: Iterable[threading.Thread], within: float = STOP_TIMEOUT_S) -> list[str]:
    """Wait at most `within` seconds for all threads together. Returns the names of those that still run."""
    end = time.monotonic() + within
    left = list(threads)
    for thread in left:
        thread.join(max(0.0, end - time.monotonic()))
    return [thread.name for thread in left if thread.is_alive()]


@contextmanager
def stop_signals() -> Iterator[Callable[[float], bool]]:
    """In the main thread: a function that waits some seconds for SIGTERM, SIGINT or SIGHUP and says whether one has come.

    The handler itself does nothing: if it set an Event, it would deadlock when it interrupts a wait for that same Event.
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
        # after a first signal the process is already ending: a second one must not kill it with another exit code
        leaving = asked(0)
        for name, handler in before.items():
            signal.signal(name, signal.SIG_IGN if leaving else handler)
        os.close(heard)
        os.close(told)


def _watch(life: ProcessLife, asked: Callable[[float], bool], data: Path | None) -> None:
    """Until the end: watch for signals, and notify systemd's watchdog, but only while every loop runs."""
    limit = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
    fed = time.monotonic()
    while not life.is_over():
        if asked(POLL_INTERVAL):
            life.end()
        if data and repair_request_path(data).exists():
            exit_without_cleanup()
        if limit and time.monotonic() - fed > limit / 3 and life.stalest() < limit:
            fed = time.monotonic()
            notify_systemd("WATCHDOG=1")


def exit_without_cleanup() -> NoReturn:
    """End at once, as a kill does: closing a damaged store.db would write its log over it, with the damage."""
    log.error("store.db is damaged: this process ends, and it is repaired at the next start")
    os._exit(EX_UNREADABLE)


def run_tasks(tasks: Mapping[str, ProcessTask], data: Path | None = None) -> int:
    """Run the tasks until SIGTERM, SIGINT, SIGHUP or the end of one of them. Returns the process's exit code.

    `data`: the store's folder, for a process that has store.db open. The process ends if any process finds store.db damaged.
    """
    life = ProcessLife()
    with stop_signals() as asked:
        threads = start_tasks(life, tasks)
        notify_systemd("READY=1")
        _watch(life, asked, data)
        if data and repair_request_path(data).exists():
            exit_without_cleanup()
        notify_systemd("STOPPING=1")
        stuck = join_threads(threads)
    if stuck:
        log.error("did not stop in %.0f s: %s", STOP_TIMEOUT_S, ", ".join(stuck))
        os._exit(EX_BROKEN)
    return EX_BROKEN if life.broken else 0


def set_up_logging(level: str = "INFO") -> None:
    """One line per event on stderr, which systemd's journal (or the demo) reads."""
    logging.basicConfig(level=level, format="%(levelname).1s %(name)s: %(message)s")
