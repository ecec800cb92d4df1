"""A reserve inside store.db and its log that no other file can take: it is used for writing when the disk has no byte left.

SQLite writes to free pages inside a file, and writes its write-ahead log again from the start, without asking the file system
for more. So some of both is made while there is room. Then even if another program fills the disk to its last byte, price tags
are looked up, rows are thinned and confirmed work goes on, by the usual code path. A file to delete in need would be simpler,
but any program can take the space it frees; a second log elsewhere would be a second code path. The reserve is limited:
RESERVE_BYTES holds some 10,000 tags, and they are thinned after an hour. A file system that never writes in place (btrfs) may
refuse all the same: that is NoRoom, as when the reserve is used up.

The log is deleted by the last process that ends normally. For a start on a full disk there is a file to delete after all: its
space is at once used for the new log, of the same size.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from edge.platform.database import NoRoom, first_row, pragma, synchronous, writing
from edge.platform.sqlite_file import connect

RESERVE_BYTES = 4_000_000  # bytes free inside store.db, at least: a tag takes some 400
LOG_RESERVE_BYTES = 8_000_000  # bytes of the log: SQLite restarts it after 4 MB, or later if a reader is in the way
REFILL_BYTES = (
    8_000_000  # bytes made at once: twice what is wanted, so that a growing file needs it only a few times a day
)
BYTES_PER_WRITE = 65_536  # bytes a transaction writes, so that a scan never waits long for it

START_RESERVE_FILE = "room-for-a-start"
START_RESERVE_BYTES = 10_000_000  # bytes: the log, and what else a start writes
MIN_START_BYTES = 2_000_000  # free bytes with which a start would soon fail


def release_start_reserve(folder: Path) -> None:
    """Before the files are opened: if the disk is full, free the space that is kept for a start."""
    if shutil.disk_usage(folder).free < MIN_START_BYTES:
        (folder / START_RESERVE_FILE).unlink(missing_ok=True)


def reserve_for_start(folder: Path) -> bool:
    """Reserve the space for the next start, while there is some. Returns whether it had to be made. Raises NoRoom."""
    file = folder / START_RESERVE_FILE
    if _size(file) == START_RESERVE_BYTES:
        return False
    try:
        with file.open("wb") as handle:
            os.posix_fallocate(handle.fileno(), 0, START_RESERVE_BYTES)
    except OSError as error:
        file.unlink(missing_ok=True)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NoRoom("the disk is full") from error
    return True


def refill_reserve(db: Database) -> bool:
    """Make what is missing of the reserve. Returns whether any was. Only web does. Raises NoRoom, and keeps what there was."""
    file = Path(pragma(db, "database_list", column=2))
    page, pages, free = (int(pragma(db, name)) for name in ("page_size", "page_count", "freelist_count"))
    if free * page < RESERVE_BYTES or _size(file.with_name(f"{file.name}-wal")) < LOG_RESERVE_BYTES:
        _make(db, file)
    elif _size(file) < pages * page:
        _into_the_file(db)
    elif first_row(db, "select 1 from reserve limit 1") is None:
        return False
    else:
        _let_go(db)
    return True


def _make(db: Database, file: Path) -> None:
    """Write rows and delete them all: their pages are free then, and the log has grown to that size."""
    try:
        with synchronous(db, "normal"), _log_grows(file):  # nothing confirmed is in it: no need to wait for the card
            for number in range(REFILL_BYTES // BYTES_PER_WRITE):
                with writing(db):
                    row = (number, BYTES_PER_WRITE)
                    db.conn.execute("insert or replace into reserve (number, room) values (?, zeroblob(?))", row)
    finally:
        _into_the_file(db)  # after that the log restarts, even on a full disk
        _let_go(db)


def _into_the_file(db: Database) -> None:
    """Checkpoint: pages that are only in the log have no room in the file yet."""
    db.conn.execute("pragma wal_checkpoint(passive)")


def _let_go(db: Database) -> None:
    before = pragma(db, "secure_delete")
    db.conn.execute("pragma secure_delete = off")  # else all the pages would be overwritten, for nothing
    try:
        with writing(db):
            db.conn.execute("delete from reserve")
    finally:
        db.conn.execute(f"pragma secure_delete = {before}")


@contextmanager
def _log_grows(file: Path) -> Iterator[None]:
    """Keep a read transaction open: while somebody reads the old state, SQLite does not restart the log."""
    with closing(connect(file)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from reserve").fetchone()
        yield


def _size(file: Path) -> int:
    """0 if it does not exist, or is deleted at this moment: the last process that closes a database deletes its log."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
