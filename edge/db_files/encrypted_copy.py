"""An encrypted copy of a database that is not encrypted, compared row by row before anybody uses it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from edge.platform import migration
from edge.platform.set_aside import SIDE_FILE_SUFFIXES
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Connection, connect_with_key, is_damage, page_key_of

ROWS_PER_COMPARISON = 1000  # rows compared at a time

_CODE_OF_TEXT = {
    "database or disk is full": sqlite3.SQLITE_FULL,
    "database disk image is malformed": sqlite3.SQLITE_CORRUPT,
    "file is not a database": sqlite3.SQLITE_NOTADB,
    "database is locked": sqlite3.SQLITE_BUSY,
    "disk I/O error": sqlite3.SQLITE_IOERR,
    "unable to open database file": sqlite3.SQLITE_CANTOPEN,
    "attempt to write a readonly database": sqlite3.SQLITE_READONLY,
}


class CopyDiffers(ValueError):
    """The copy does not hold what the file holds."""


def export_encrypted(file: Path, part: Path) -> None:
    """Write the content of a plain file into a new one, encrypted with the key that this process has for that.

    Raises sqlite3.Error, and ValueError if the new file does not hold the same.
    """
    with closing(connect_with_key(page_key_of(part), part, mode="rwc")) as conn:
        conn.execute("pragma synchronous = off")  # nobody uses it yet; the caller waits for the card at the end
        conn.execute("attach ? as plain key ''", (str(file),))
        with _codes_are_put_right(conn):
            conn.execute("select sqlcipher_export('main', 'plain')").fetchone()
        _compare(conn)
        conn.execute("detach plain")
        (found,) = conn.execute("pragma integrity_check(1)").fetchone()
        if found != "ok":
            raise CopyDiffers(str(found))
        _check_schema(conn, file)
        conn.execute("pragma journal_mode = wal")
    for end in SIDE_FILE_SUFFIXES:
        part.with_name(part.name + end).unlink(missing_ok=True)


@contextmanager
def _codes_are_put_right(conn: Connection) -> Iterator[None]:
    """Set the error code: `sqlcipher_export` reports an error of SQLite as text only."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if str(error) not in _CODE_OF_TEXT:
            raise
        error.sqlite_errorcode = _CODE_OF_TEXT[str(error)]
        if is_damage(error):
            raise
        raise conn.named(error) from error


def _compare(conn: Connection) -> None:
    """Compare all rows, in the order that both files have: they hold what a shop has promised.

    A virtual table has no page of its own: its rows are in tables beside it, and those are compared.
    """
    tables = "select name from plain.sqlite_master where type = 'table' and rootpage > 0"
    names = [name for (name,) in conn.execute(tables).fetchall()]
    for name in names:
        was = conn.execute(f'select * from plain."{name}"')
        now = conn.execute(f'select * from main."{name}"')
        while rows := was.fetchmany(ROWS_PER_COMPARISON):
            if now.fetchmany(ROWS_PER_COMPARISON) != rows:
                raise CopyDiffers(f"a row of {name} was not copied as it is")
        if now.fetchone() is not None:
            raise CopyDiffers(f"{name} has more rows in the copy")


def _check_schema(conn: Connection, file: Path) -> None:
    migrations = migration.SCHEMA_OF_FILE.get(file.name)
    if migrations and (why := migration.schema_difference(Database(conn), migrations)):
        raise CopyDiffers(why)
