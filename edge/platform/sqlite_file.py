"""A connection to a database file that knows which file it reads and with which key, and raises Damaged if the file is damaged."""

import os
import shutil
from pathlib import Path
from typing import Any

from edge.crypto.data_key import PLAIN_HEADER_BYTES, DataKey, PageKey
from edge.crypto.page_cipher import HEADER_BYTES, is_encrypted
from edge.platform.sqlite import sqlite3

# What SQLite reports if a file is not as it wrote it.
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# The same, reported as an ordinary error. Our SQL names only tables and columns that exist, and every body was parsed as JSON
# before it was kept, so these messages mean damage. The words are SQLite's and Python's own.
_WORDS = ("no such table: ", "no such column: ", "malformed JSON", "Could not decode to UTF-8")

_LOCKED = "unsupported file format"  # SQLite's message for an encrypted file that is opened without a key
_A_LITTLE = 65_536  # free bytes below which SQLite cannot extend the index of its log
_CHUNK = 1_000_000  # bytes of a file that are read at once

STORE_DB = "store.db"  # cannot be loaded from anywhere: it is repaired, not deleted

FileIdentity = tuple[int, int]
"""Which file has a name now: device and inode."""


class Damaged(sqlite3.DatabaseError):
    """A database file is not as it was written: its header, a page, a row is damaged, or the whole file is gone."""

    def __init__(self, file: Path, identity: FileIdentity | None, why: str) -> None:
        super().__init__(f"{file} is damaged: {why}")
        self.file, self.identity, self.why = file, identity, why


def file_identity(file: Path) -> FileIdentity | None:
    """Which file has this name now; None if there is none (costs two microseconds)."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


class KeyMissing(Exception):
    """A file's pages are encrypted, and this process has no key for them."""


_tried: dict[FileIdentity | None, int] = {}  # files that were read through once; they stay open
_keys: dict[Path, DataKey] = {}  # by folder, for the whole process as in SQLite's settings; set before threads begin


def use_key(folder: Path, key: DataKey) -> None:
    """From now on this process opens and creates the databases in `folder` with that key."""
    _keys[folder] = key


def key_of_folder(folder: Path) -> DataKey | None:
    """The key that this process has for the databases in a folder; None if they are not encrypted."""
    return _keys.get(folder)


def key_of_connection(conn: sqlite3.Connection) -> DataKey | None:
    """The key that this process has for the database that a connection reads, and for the ones beside it."""
    return key_of_folder(conn.file.parent) if isinstance(conn, Connection) else None


def page_key_of(file: Path) -> PageKey | None:
    """The key of a file's pages; None if this process writes unencrypted files in that folder."""
    key = key_of_folder(file.parent)
    return key.pages(file.name) if key else None


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error is the file's fault and not the query's, as far as its code and words show."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
        return True
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith(_WORDS)


class Cursor(sqlite3.Cursor):
    """A cursor of a `Connection`: its errors are translated in the same way."""

    connection: "Connection"

    def execute(self, sql: str, parameters: Any = (), /) -> "Cursor":
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise self.connection.named(error) from error

    def executemany(self, sql: str, parameters: Any, /) -> "Cursor":
        try:
            return super().executemany(sql, parameters)
        except sqlite3.Error as error:
            raise self.connection.named(error) from error

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except sqlite3.Error as error:
            raise self.connection.named(error) from error

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except sqlite3.Error as error:
            raise self.connection.named(error) from error

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.Error as error:
            raise self.connection.named(error) from error


class Connection(sqlite3.Connection):
    """A connection whose errors are `Damaged`, with the file's name, if the file is damaged."""

    file: Path
    identity: FileIdentity | None
    has_key: bool

    def cursor(self, factory: Any = Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        found: Cursor = self.cursor().execute(sql, parameters)
        return found

    def executemany(self, sql: str, parameters: Any, /) -> Cursor:
        found: Cursor = self.cursor().executemany(sql, parameters)
        return found

    def attach(self, file: Path, name: str) -> None:
        """Attach another database read-only under that name, with the key that this process has for it."""
        key = page_key_of(file)
        where = f"file:{file}?mode=ro"
        spelt = f'key "{key.spelt}"' if key else ""
        self.execute(f"attach database ? as {name} {spelt}", (where,))

    def named(self, error: sqlite3.Error) -> Exception:
        """The error to raise: `Damaged` if it is the file's fault, the reason if the disk refuses; any other error unchanged."""
        is_locked = str(error).startswith(_LOCKED)
        if (is_locked or is_damage(error)) and not self.has_key and self._is_encrypted():
            # SQLite's own words depend on a random byte: of one file in fifty it says that it is damaged
            return KeyMissing(f"{self.file} is encrypted, and its data key is not here")
        if is_damage(error):
            return Damaged(self.file, self.identity, str(error))
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_READONLY and file_identity(self.file) != self.identity:
            return Damaged(self.file, self.identity, "another file has taken its place")
        if code == sqlite3.SQLITE_IOERR:
            return self._refused(error)
        return error

    def _is_encrypted(self) -> bool:
        try:
            return file_identity(self.file) == self.identity and is_encrypted(_read(self.file, HEADER_BYTES, 0))
        except OSError:  # a file that cannot be read says nothing of its pages
            return False

    def _refused(self, error: sqlite3.Error) -> Exception:
        """An error of the disk: the module does not say which one, so free space and the file are checked."""
        if shutil.disk_usage(self.file.parent).free < _A_LITTLE:
            full = sqlite3.OperationalError(str(error))
            full.sqlite_errorcode, full.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
            return full
        why = read_failure(self.file)
        return Damaged(self.file, self.identity, why) if why else error


def _read(file: Path, most: int, at: int) -> bytes:
    """Up to that many bytes of a file. Raises OSError.

    The file stays open for good: closing it would drop the locks that SQLite has on it (fcntl(2)).
    """
    here = file_identity(file)
    if here not in _tried:
        _tried[here] = os.open(file, os.O_RDONLY)
    return os.pread(_tried[here], most, at)


def read_failure(file: Path) -> str | None:
    """Why a file cannot be read from the card; None if it can."""
    try:
        at = 0
        while part := _read(file, _CHUNK, at):
            at += len(part)
    except OSError as error:
        return str(error.strerror)
    return None


def connect(file: Path, *, mode: str = "rw", timeout: float = 10.0) -> Connection:
    """An autocommit connection to an existing file, with this process's key for it. Raises Damaged if there is no file."""
    return connect_with_key(page_key_of(file), file, mode=mode, timeout=timeout)


def connect_with_key(key: PageKey | None, file: Path, *, mode: str = "rw", timeout: float = 10.0) -> Connection:
    """The same with another key than this process's own: the key of another box's backup, or None for an unencrypted file."""
    # checked before and after: a file that replaces it meanwhile must not be taken for the one that was opened
    while True:
        here = file_identity(file)
        if here is None and mode != "rwc":
            raise Damaged(file, None, "it is gone")
        uri = f"file:{file}?mode={mode}"
        conn = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None, factory=Connection)
        conn.file, conn.identity = file, here or file_identity(file)
        if file_identity(file) == conn.identity:
            return _keyed(conn, key)
        conn.close()


def create_database(file: Path) -> Connection:
    """A connection to a file that is created if it does not exist."""
    return connect_with_key(page_key_of(file), file, mode="rwc")


def _keyed(conn: Connection, key: PageKey | None) -> Connection:
    conn.has_key = key is not None
    if key is not None:
        conn.execute("pragma cipher_log_level = none")  # we report damaged pages ourselves, with the file's name
        # the default applies to all files of the process: an attached file is read before it can have its own setting
        conn.execute(f"pragma cipher_default_plaintext_header_size = {PLAIN_HEADER_BYTES}")
        conn.execute(f'pragma key = "{key.spelt}"')
    return conn


def request_repair(damaged: Damaged) -> None:
    """Leave a note beside a damaged store.db: every process that has it open ends, and the next start repairs it."""
    if damaged.file.name == STORE_DB:
        repair_request_path(damaged.file.parent).write_text(damaged.why, encoding="utf-8")


def repair_request_path(folder: Path) -> Path:
    """The file of that note. It stays until store.db has been checked, and repaired if needed."""
    return folder / f"{STORE_DB}.repair-wanted"
