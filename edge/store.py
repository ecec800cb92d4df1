"""Opening the two database files, holding the pen, following a log."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from sqlite_utils import Database

BUSY = 10.0  # seconds to wait for another process's pen; its transactions aim at under 20 ms, so 10 s means it is stuck
PAGE = 500  # rows a follower takes at a time, so that no read outlives a few milliseconds

# What SQLite says when the file system has no byte left: for the file itself, and for the index of its write-ahead log.
FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})

T = TypeVar("T")


class NoRoom(Exception):
    """There is no room on the disk to keep it: nothing of it was done."""


class NewerDatabase(Exception):
    """The file was written by a newer version of Noren; it has not been touched."""


def open_db(path: Path, *, precious: bool) -> Database:
    """A connection for the calling thread only; `precious` waits for the card on every commit (synchronous=FULL).

    Raises sqlite3.OperationalError where the file does not exist: `noren migrate` makes it.
    """
    conn = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=BUSY, isolation_level=None)
    conn.execute(f"pragma synchronous = {'full' if precious else 'normal'}")
    conn.execute("pragma foreign_keys = on")
    conn.execute("pragma cache_size = -2000")  # KiB; three processes share the page cache of the system anyway
    return Database(conn)


def open_store(folder: Path) -> Database:
    """`store.db`: what the store has said yes to."""
    return open_db(folder / "store.db", precious=True)


def open_hq(folder: Path) -> Database:
    """`hq.db`: HQ's mirror, which can be thrown away and fetched again."""
    return open_db(folder / "hq.db", precious=False)


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """One transaction that holds the pen from its first line.

    `Database.atomic()` begins deferred: a read that turns into a write would fail at once with SQLITE_BUSY_SNAPSHOT.
    Raises NoRoom where the disk is full, be it at the commit itself (the log is written there); all is as it was before.
    """
    db.conn.execute("begin immediate")
    try:
        yield db
        db.conn.execute("commit")
    except BaseException as error:
        if db.conn.in_transaction:
            db.conn.execute("rollback")
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) in FULL:
            raise NoRoom("the disk is full") from error
        raise


@contextmanager
def synchronous(db: Database, how: Literal["normal", "full"]) -> Iterator[None]:
    """Whether the commits within wait for the card (`full`) or not, whatever this connection does else."""
    (before,) = db.conn.execute("pragma synchronous").fetchone()
    db.conn.execute(f"pragma synchronous = {how}")
    try:
        yield
    finally:
        db.conn.execute(f"pragma synchronous = {before}")


def rows(db: Database, sql: str, args: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
    """All rows of a question at once: an open query is never held while waiting."""
    found = db.conn.execute(sql, args)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def values(db: Database, kind: type[T], sql: str, args: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[T]:
    """The rows of a question as frozen values of `kind`."""
    return msgspec.convert(rows(db, sql, args), list[kind], strict=False)  # type: ignore[valid-type]


def one(db: Database, sql: str, args: tuple[Any, ...] | Mapping[str, Any] = ()) -> tuple[Any, ...] | None:
    """The first row of a question, or None."""
    row: tuple[Any, ...] | None = db.conn.execute(sql, args).fetchone()
    return row


def append(db: Database, log: str, row: Mapping[str, Any]) -> int:
    """Add a row to a log inside the caller's transaction; its seq."""
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    seq = db.conn.execute(f"insert into {log} ({names}) values ({marks})", dict(row)).lastrowid
    assert seq is not None
    return seq


def after(db: Database, log: str, kind: type[T], seq: int, *, most: int = PAGE) -> list[T]:
    """The rows of `log` behind `seq`, in order, at most a page of them."""
    return values(db, kind, f"select * from {log} where seq > ? order by seq limit ?", (seq, most))


def cursor(db: Database, name: str) -> int:
    """How far the follower `name` has read; 0 when it has not begun."""
    row = one(db, "select seq from cursors where name = ?", (name,))
    return int(row[0]) if row else 0


def move_cursor(db: Database, name: str, seq: int) -> None:
    """Note how far `name` has read, in the transaction of what it did there."""
    db.conn.execute(
        "insert into cursors (name, seq) values (?, ?) on conflict (name) do update set seq = excluded.seq", (name, seq)
    )


class Changes:
    """Tells whether another connection has committed since the last look (4 microseconds a look)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen = -1

    def seen(self) -> bool:
        """True once after each change; true at the first look."""
        (version,) = self._db.conn.execute("pragma data_version").fetchone()
        if version == self._seen:
            return False
        self._seen = version
        return True
