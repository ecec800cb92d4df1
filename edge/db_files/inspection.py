"""Checking a database file without changing it: whether SQLite can read it, within a limit of time."""

from contextlib import closing
from pathlib import Path
from threading import Timer

from sqlite_utils import Database

from edge.crypto.data_key import PageKey
from edge.crypto.page_cipher import SQLITE_MAGIC
from edge.platform import migration
from edge.platform.database import NoRoom
from edge.platform.os_errors import is_full
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import STORE_DB, KeyMissing, connect, connect_with_key

# Seconds that a start spends on reading pages. In them a Pi's card gives some 80 MB, which is a whole store.db of a usual
# shop. Damage after that point is found while running.
READ_BUDGET_S = 2.0
RESTART_READ_BUDGET_S = (
    0.2  # the same for a process that is started again: `noren migrate` has already made the whole check
)

# Codes of SQLite (https://sqlite.org/rescode.html): a page of the file cannot be read, wholly or partly.
_UNREADABLE = frozenset({266, 522})  # SQLITE_IOERR_READ, SQLITE_IOERR_SHORT_READ
# Errors of the folder or the disk: a file beside it cannot be made or written. The file itself may be whole.
_NOT_THE_FILE = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})


def find_damage(file: Path, *, within: float | None = READ_BUDGET_S) -> str | None:
    """What is wrong with a file; None if nothing is found. `within`: seconds for reading its pages; None: all pages.

    Nothing is written: a log of commits beside it stays as it is. Raises NewerDatabase, and what `describe_error` raises.
    """
    if head := header_fault(file):
        return head
    try:
        with closing(connect(file, mode="ro")) as conn:
            db, migrations = Database(conn), migration.SCHEMA_OF_FILE[file.name]
            if not migrations.applied(db):
                return "its tables are gone"
            migration.refuse_newer(file, {step.name for step in migrations.applied(db)}, migrations)
            return migration.schema_difference(db, migrations) or _pages(conn, within)
    except sqlite3.DatabaseError as error:
        return describe_error(error, file)


def describe_error(error: sqlite3.DatabaseError, file: Path) -> str:
    """What an error says about the file.

    Raises NoRoom if the disk is full, and for store.db the error itself if a file beside it cannot be made or written. Neither says
    anything about the file, and a good store.db must not be salvaged into a new epoch because of them. hq.db has no epoch to lose:
    with another file in its place the shop goes on.
    """
    if is_full(error):
        raise NoRoom("the disk is full: not even the database can be opened. Make room on it.") from error
    code = getattr(error, "sqlite_errorcode", 0)
    if file.name == STORE_DB and code & 0xFF in _NOT_THE_FILE and code not in _UNREADABLE:
        raise error
    return str(error)


def header_fault(file: Path) -> str | None:
    """What is wrong with a file's first bytes; None if they are a database's.

    Checked without SQLite: if the file is empty, SQLite deletes the log beside it, which may hold more.
    """
    if not file.exists():
        return "it is gone"
    with file.open("rb") as handle:
        head = handle.read(len(SQLITE_MAGIC))
    if not head:
        return "it is empty"
    return None if head == SQLITE_MAGIC else "it is no database"


def _pages(conn: sqlite3.Connection, within: float | None) -> str | None:
    """`quick_check` reads every page and compares no index; 320 MB take 0.25 s if they are in memory."""
    if within is None:
        (found,) = conn.execute("pragma integrity_check(1)").fetchone()
        return None if found == "ok" else str(found)
    timer = Timer(within, conn.interrupt)
    timer.start()
    try:
        (found,) = conn.execute("pragma quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
            raise
        found = "ok"
    finally:
        timer.cancel()
        timer.join()
    return None if found == "ok" else str(found)


def is_store(file: Path, key: PageKey | None) -> bool:
    """Whether a file is a store.db of Noren, under any name, and encrypted with that key (None: not encrypted)."""
    try:
        with closing(connect_with_key(key, file, mode="ro")) as conn:
            found = {name for (name,) in conn.execute("select name from sqlite_master where type = 'table'")}
    except (sqlite3.DatabaseError, KeyMissing):
        return False
    return {"box", "journal", "kept", "scans"} <= found
