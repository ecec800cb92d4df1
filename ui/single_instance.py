"""One web process per store, on an address that is free; a second one gets a clear error."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from edge.config.toml_schema import BadConfig

ORPHAN_ENDS_WITHIN_S = 10.0  # seconds the worker of a killed process may take to notice and end; it looks once a second
POLL_INTERVAL = 0.1  # seconds between tries


def _lives(lock: TextIO) -> bool:
    """Whether the process that wrote its number into the file is still there (its worker may outlive it a moment)."""
    lock.seek(0)
    pid = lock.read().strip()
    return pid.isdecimal() and Path(f"/proc/{pid}").exists()


def _taken(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def instance_lock(folder: Path) -> Iterator[None]:
    """Hold the lock for the only web process on this store. Raises BadConfig if another process has it.

    The worker inherits the lock: after a kill -9 of its parent the lock is free only when the worker has ended.
    """
    with (folder / "web.lock").open("a+", encoding="ascii") as lock:
        until = time.monotonic() + ORPHAN_ENDS_WITHIN_S
        while not _taken(lock):
            if _lives(lock) or time.monotonic() > until:
                raise BadConfig(
                    f"{folder} is already served by another `noren run web`. End that one first, or give this one "
                    "another `store.data`."
                )
            time.sleep(POLL_INTERVAL)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_address(host: str, port: int) -> None:
    """Raises BadConfig if the address cannot be bound; gunicorn would try for five seconds and print tracebacks."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        why = "another program listens there" if error.errno == errno.EADDRINUSE else error.strerror
        raise BadConfig(f"web.port: cannot listen on {host} port {port}: {why}. Set another `port`.") from None
