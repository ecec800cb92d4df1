"""One process of a kind a store: the second does not begin."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.config.toml_schema import BadConfig


@contextmanager
def instance_lock(process: str, data: Path) -> Iterator[None]:
    """Hold the only place there is for a `process` ("bridge") on the store in `data`, which exists.

    The kernel gives the place back when the process ends, however it ends. Raises BadConfig if another one has it:
    two would write the same tables and fight for the same devices, or for the same line to HQ.
    """
    with (data / f"{process}.lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadConfig(f"{data}: another {process} already runs for this store. Stop it first.") from None
        yield


def is_instance_locked(lock: Path) -> bool:
    """Whether a process holds `lock`; the kernel's list is read, because trying the lock could keep its owner out."""
    try:
        inode = f":{lock.stat().st_ino}"
    except FileNotFoundError:
        return False
    held = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    return any("FLOCK" in words and any(word.endswith(inode) for word in words) for words in held)
