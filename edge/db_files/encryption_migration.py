"""Encrypting databases of an older version that did not encrypt them: each is encrypted once, whole or not at all."""

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from edge.crypto.page_cipher import is_unencrypted
from edge.db_files.encrypted_copy import CopyDiffers, export_encrypted
from edge.db_files.file_lock import InUse, exclusive_lock
from edge.db_files.replacement import NEXT_STORE_FILE
from edge.db_files.salvage.page_reader import FileImage, map_file
from edge.platform import migration
from edge.platform.database import NoRoom
from edge.platform.os_errors import is_full
from edge.platform.set_aside import SIDE_FILE_SUFFIXES, delete_file_and_side_files, find_set_asides, fsync_files
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import (
    STORE_DB,
    Damaged,
    connect_with_key,
    file_identity,
    is_damage,
    key_of_folder,
    page_key_of,
)

log = logging.getLogger(__name__)

DATABASE_FILES = (STORE_DB, NEXT_STORE_FILE, "hq.db")
PART_SUFFIX = ".encrypting"  # files with such a name are left by a killed process and are deleted
CLEAR_SUFFIX = (
    ".clear"  # second name of a plain file: under it the file is found and overwritten once the new one is in place
)
OVERWRITE_CHUNK_BYTES = 1_000_000  # bytes overwritten at a time
OVERWRITTEN_MARK = b"overwritten".ljust(512, b"\0")  # one sector of the card: it is written whole or not at all
BUSY_TIMEOUT_S = 3.0  # seconds that another program has to finish its read
DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)

_IN_USE = "{file} lies in the clear, and another program has it open: it cannot be encrypted now. Nothing was changed."


def unencrypted_files(folder: Path) -> list[Path]:
    """The databases of a folder that are not encrypted, and such files among those that were set aside."""
    kept = [place for name in DATABASE_FILES for places in find_set_asides(folder / name).values() for place in places]
    return [file for file in (*(folder / name for name in DATABASE_FILES), *kept) if _is_plain(file)]


def encrypt_files(folder: Path) -> None:
    """Encrypt the plain files with this process's key. No process may run; after a kill each file is as it was, or done.

    A file that cannot be read as a database stays as it is: a damaged store.db is later salvaged into an encrypted one, and set
    aside. Raises InUse, also if another program reads one of the files, and NoRoom; then the plain files are as they were.
    """
    if key_of_folder(folder) is None or not folder.exists():
        return
    if left := _left_in_the_clear(folder):
        with migration.migration_lock(folder):
            for file in left:
                _finish(file)
    for name in DATABASE_FILES:
        delete_file_and_side_files(folder / f"{name}{PART_SUFFIX}")
    if found := unencrypted_files(folder):
        with exclusive_lock(folder, within=0), migration.migration_lock(folder):
            for file in found:
                _encrypt(file)


def _is_plain(file: Path) -> bool:
    return is_unencrypted(page_key_of(file), map_file(file))


def _left_in_the_clear(folder: Path) -> list[Path]:
    """The files that a killed process left under their second name."""
    return sorted(left for name in (STORE_DB, "hq.db") for left in folder.glob(f"{name}*{CLEAR_SUFFIX}"))


def _finish(left: Path) -> None:
    """Overwrite a plain file that a new one has replaced. If none has replaced it, only the second name is deleted."""
    first, old = file_identity(left.with_suffix("")), file_identity(left)
    if old is None:
        return  # another process has done it meanwhile
    if first is None and left.stat().st_nlink == 1:
        return  # somebody has taken the new file away: this may be the only one
    if first not in (None, old):
        _overwrite(left)
    left.unlink()
    fsync_files(left.parent)


def _encrypt(file: Path) -> None:
    part, second = file.with_name(f"{file.name}{PART_SUFFIX}"), file.with_name(f"{file.name}{CLEAR_SUFFIX}")
    delete_file_and_side_files(part)
    try:
        with _full_is_said(file), _use_is_said(file):
            if file.name == STORE_DB and _hides(file):
                raise CopyDiffers(
                    "its log of commits is damaged"
                )  # what comes after the damage is salvaged, and not lost
            _settle(file)
            export_encrypted(file, part)
            fsync_files(part)
            second.hardlink_to(file)
            fsync_files(second)
    except (sqlite3.DatabaseError, CopyDiffers) as error:
        delete_file_and_side_files(part)
        if isinstance(error, sqlite3.Error) and not (isinstance(error, Damaged) or is_damage(error)):
            raise
        log.error("%s is in the clear and cannot be encrypted as it is: %s", file, error)
        return
    except BaseException:
        delete_file_and_side_files(part)
        raise
    part.replace(file)
    fsync_files(file)
    _finish(second)
    log.warning("%s is encrypted now; the old file in the clear is overwritten, as far as a card does that", file)


@contextmanager
def _full_is_said(file: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if is_full(error) or (isinstance(error, OSError) and error.errno in DISK_FULL_ERRNOS):
            raise NoRoom(
                f"there is no room to encrypt {file}: as much as it has must be free. Nothing was changed ({error})."
            ) from error
        raise


@contextmanager
def _use_is_said(file: Path) -> Iterator[None]:
    """No process of ours runs here, so a busy file means that another program reads it; that is no damage."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise InUse(_IN_USE.format(file=file)) from error
        raise


def _settle(file: Path) -> None:
    """Move all commits into the file itself: a log beside it would be taken for the log of the new file.

    The log is overwritten while it still has its name: a kill leaves an empty log, or one whose pages are all in the file.
    Its index (-shm) holds only page numbers, and nothing of the pages' content.
    """
    wal = file.with_name(f"{file.name}-wal")
    with closing(connect_with_key(None, file, timeout=BUSY_TIMEOUT_S)) as conn:
        # `restart` waits for readers of the log; after it the whole log is in the file, on the card
        (busy, frames, carried) = conn.execute("pragma wal_checkpoint(restart)").fetchone()
        if busy or frames != carried:
            raise InUse(_IN_USE.format(file=file))
        if wal.exists():
            _overwrite(wal)
        (mode,) = conn.execute("pragma journal_mode = delete").fetchone()
    if mode != "delete":
        raise InUse(_IN_USE.format(file=file))
    for end in SIDE_FILE_SUFFIXES:
        file.with_name(file.name + end).unlink(missing_ok=True)


def _overwrite(file: Path) -> None:
    """In place, so that no more room is needed; on the card at return.

    The head goes first: if a log kept its head but lost frames, SQLite would put older pages over newer ones.
    """
    with file.open("r+b", buffering=0) as handle:
        size = os.fstat(handle.fileno()).st_size
        os.pwrite(handle.fileno(), OVERWRITTEN_MARK[:size], 0)
        os.fsync(handle.fileno())
        for at in range(len(OVERWRITTEN_MARK), size, OVERWRITE_CHUNK_BYTES):
            os.pwrite(handle.fileno(), bytes(min(OVERWRITE_CHUNK_BYTES, size - at)), at)
        os.fsync(handle.fileno())


def _hides(file: Path) -> bool:
    """Whether the log has content that SQLite does not read, and that we have not overwritten before a kill."""
    wal = file.with_name(f"{file.name}-wal")
    if not wal.exists():
        return False
    with wal.open("rb") as handle:
        is_ours = handle.read(len(OVERWRITTEN_MARK)) == OVERWRITTEN_MARK
    return not is_ours and FileImage(file).hidden
