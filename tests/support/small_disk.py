"""A file system of its own that a test can fill to the last byte."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = 1_000_000  # bytes written at once, as long as that many fit


def _as_root(*words: str) -> None:
    """Debian packages are installed with sudo if the user is not root."""
    subprocess.run([*([] if os.geteuid() == 0 else ["sudo", "-n"]), *words], check=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """`folder` as a disk of that size, gone with what is on it at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    mine = f"size={megabytes}m,uid={os.geteuid()},gid={os.getegid()},mode=0755"
    _as_root("mount", "-t", "tmpfs", "-o", mine, "small-disk", str(folder))
    try:
        yield folder
    finally:
        _as_root("umount", "--lazy", str(folder))


def fill(folder: Path) -> Path:
    """Take every byte that is left there; the file that holds them. Called again, what has become free meanwhile too."""
    hog = folder / "not-ours"
    with hog.open("ab", buffering=0) as file:
        for size in (BLOCK, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return hog
