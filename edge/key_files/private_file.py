"""Writing a file that only its owner may read: it is written whole, or not at all."""

import ctypes
import errno
import os
from pathlib import Path

from edge.platform.set_aside import fsync_files

OWNER_ONLY = 0o600  # only the owner reads and writes
_AT_FDCWD, _NOREPLACE = -100, 1  # renameat2(2)
_UNKNOWN = (errno.EINVAL, errno.ENOSYS)  # the file system does not know this rename; then it has hard links
_ENDING = ".part"


def write_secret(path: Path, text: str) -> None:
    """Write a file with these rights from its first byte on; it is on the card at return. Raises FileExistsError, OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}{_ENDING}")
    part.unlink(missing_ok=True)
    try:
        with open(part, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY)) as file:
            file.write(text)
        fsync_files(part)
        move_if_absent(part, path)
    finally:
        part.unlink(missing_ok=True)
    fsync_files(path)


def move_if_absent(source: Path, target: Path) -> None:
    """Rename atomically, only if the target does not exist. Works on FAT, which has no links. Raises FileExistsError, OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _NOREPLACE) == 0:
        return
    number = ctypes.get_errno()
    if number not in _UNKNOWN:
        raise OSError(number, os.strerror(number), str(source), None, str(target))
    target.hardlink_to(source)
    source.unlink()


def delete_partial_writes(path: Path) -> None:
    """Delete what a killed process left of writing a file. No other process may be writing it now."""
    if not path.parent.is_dir():
        return
    for part in (*path.parent.glob(f"{path.name}.*{_ENDING}"), path.with_name(path.name + _ENDING)):
        part.unlink(missing_ok=True)
