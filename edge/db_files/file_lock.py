"""Who uses the store's files: each process holds a shared lock while it runs; replacing store.db needs the exclusive one."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

LOCK_FILE = "store.lock"
POLL_INTERVAL = 0.1  # seconds between tries


class InUse(Exception):
    """Processes of this store run, or another one changes its files. Nothing was done."""


@contextmanager
def shared_lock(folder: Path) -> Iterator[None]:
    """Hold a shared lock, as each process does for its whole life. Waits while another process replaces the files."""
    with (folder / LOCK_FILE).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def exclusive_lock(folder: Path, *, within: float) -> Iterator[None]:
    """Hold the exclusive lock. Raises InUse if others still hold theirs after `within` seconds."""
    with (folder / LOCK_FILE).open("a") as lock:
        until = time.monotonic() + within
        while not _taken(lock):
            if time.monotonic() >= until:
                raise InUse(
                    f"{folder}: processes of this store are running. Stop them first (`systemctl stop noren.target`)."
                )
            time.sleep(POLL_INTERVAL)
        yield


def _taken(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
