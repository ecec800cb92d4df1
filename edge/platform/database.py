"""Opening the two database files, write transactions, reading a log from a cursor on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from sqlite_utils import Database

from edge.platform.os_errors import is_full
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Connection, connect, file_identity

BUSY_TIMEOUT_S = (
    10.0  # seconds to wait for another process's write lock; transactions aim at under 20 ms: after 10 s it is stuck
)
ROWS_PER_READ = (
    500  # rows that a follower of a log takes at a time, so that no read takes longer than a few milliseconds
)

T = TypeVar("T")


class NoRoom(Exception):
    """The disk has no room to keep it. The transaction was rolled back: nothing was done."""


class NewerDatabase(Exception):
    """The file was written by a newer version of Noren. It has not been changed."""


def open_db(path: Path, *, precious: bool) -> Database:
    """A connection for the calling thread only. With `precious` every commit waits for the card (synchronous=FULL).

    Raises Damaged if the file does not exist. Each later query raises Damaged, too, if it finds the file damaged.
    """
    return Database(_settled(connect(path, timeout=BUSY_TIMEOUT_S), precious=precious))


def _settled(conn: Connection, *, precious: bool) -> Connection:
    try:
        conn.execute(f"pragma synchronous = {'full' if precious else 'normal'}")
        conn.execute("pragma foreign_keys = on")
        # deleted data is overwritten in its page; Debian's SQLite does this by default, another build may not
        conn.execute("pragma secure_delete = on")
        conn.execute("pragma cache_size = -2000")  # KiB; three processes share the page cache of the system anyway
    except sqlite3.Error:
        conn.close()
        raise
    return conn


def open_store(folder: Path) -> Database:
    """`store.db`: what the store has confirmed. It exists only here."""
    return open_db(folder / "store.db", precious=True)


def open_hq(folder: Path) -> Database:
    """`hq.db`: the replica of HQ's data. It can be deleted and loaded again."""
    return open_db(folder / "hq.db", precious=False)


class Replica(Database):
    """`hq.db` for processes that only read it. If another file has replaced it, the next query opens that one."""

    _here: Connection

    def __init__(self, folder: Path) -> None:
        self._file = folder / "hq.db"
        super().__init__(self._open())

    def _open(self) -> Connection:
        return _settled(connect(self._file, timeout=BUSY_TIMEOUT_S), precious=False)

    @property
    def conn(self) -> sqlite3.Connection:
        """The connection to the file that has the name now (the check costs two microseconds)."""
        here = self._here
        if not here.in_transaction and file_identity(self._file) != here.identity:
            self._here = self._open()
            here.close()
        return self._here

    @conn.setter
    def conn(self, conn: sqlite3.Connection) -> None:
        assert isinstance(conn, Connection)
        self._here = conn

    def close(self) -> None:
        """Close the connection, whichever file has the name now."""
        self._here.close()


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """One transaction that holds the write lock from its first statement.

    `Database.atomic()` begins deferred: a read that turns into a write would fail at once with SQLITE_BUSY_SNAPSHOT.
    Raises NoRoom if the disk is full, also at the commit itself (SQLite writes its log there); everything is rolled back.
    """
    db.conn.execute("begin immediate")
    try:
        yield db
        db.conn.execute("commit")
    except BaseException as error:
        if db.conn.in_transaction:
            db.conn.execute("rollback")
        if is_full(error):
            raise NoRoom("the disk is full") from error
        raise


@contextmanager
def synchronous(db: Database, how: Literal["normal", "full"]) -> Iterator[None]:
    """Whether the commits inside wait for the card (`full`) or not; afterwards the connection's own setting is back."""
    (before,) = db.conn.execute("pragma synchronous").fetchone()
    db.conn.execute(f"pragma synchronous = {how}")
    try:
        yield
    finally:
        db.conn.execute(f"pragma synchronous = {before}")


def rows(db: Database, sql: str, args: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
    """All rows of a query at once: an open query is never held while waiting."""
    found = db.conn.execute(sql, args)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def values(db: Database, kind: type[T], sql: str, args: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[T]:
    """The rows of a query as frozen values of `kind`."""
    return msgspec.convert(rows(db, sql, args), list[kind], strict=False)  # type: ignore[valid-type]


def first_row(db: Database, sql: str, args: tuple[Any, ...] | Mapping[str, Any] = ()) -> tuple[Any, ...] | None:
    """The first row of a query, or None."""
    row: tuple[Any, ...] | None = db.conn.execute(sql, args).fetchone()
    return row


def pragma(db: Database, name: str, column: int = 0) -> str:
    """What SQLite reports about itself or the file, as text."""
    row = first_row(db, f"pragma {name}")
    assert row is not None
    return str(row[column])


def append_to_log(db: Database, log: str, row: Mapping[str, Any]) -> int:
    """Add a row to a log inside the caller's transaction. Returns its seq."""
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    seq = db.conn.execute(f"insert into {log} ({names}) values ({marks})", dict(row)).lastrowid
    assert seq is not None
    return seq


def rows_after(db: Database, log: str, kind: type[T], seq: int, *, most: int = ROWS_PER_READ) -> list[T]:
    """The rows of `log` with a seq greater than `seq`, in order, at most `most` of them."""
    return values(db, kind, f"select * from {log} where seq > ? order by seq limit ?", (seq, most))


def cursor(db: Database, name: str) -> int:
    """How far the follower `name` has read; 0 if it has not begun."""
    row = first_row(db, "select seq from cursors where name = ?", (name,))
    return int(row[0]) if row else 0


def move_cursor(db: Database, name: str, seq: int) -> None:
    """Note how far `name` has read. Call it in the transaction that holds the effects of what was read."""
    db.conn.execute(
        "insert into cursors (name, seq) values (?, ?) on conflict (name) do update set seq = excluded.seq", (name, seq)
    )


class CommitDetector:
    """Whether another connection has committed since the last look (4 microseconds a look)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: tuple[sqlite3.Connection, int] | None = None

    def seen(self) -> bool:
        """True once after each change; true at the first look, and if another file has replaced the replica."""
        conn = self._db.conn
        (version,) = conn.execute("pragma data_version").fetchone()
        if self._seen == (conn, version):
            return False
        self._seen = conn, version
        return True
