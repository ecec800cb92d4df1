"""Reading the replica of HQ's data: the rows of a feed as typed values. A row that cannot be read is left out; the page works.

Sync accepts no such row (sync/feeds/replica_table.py), and sets aside those that an older Noren accepted
(sync/feeds/recheck.py). Until then, reading leaves them out.
"""

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlite_utils import Database

from edge.platform.database import first_row
from edge.validation.row_codec import DECODE_ERRORS, decode_row

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")
Args = tuple[Any, ...] | Mapping[str, Any]


def replica_row(hq: Database, feed: str, key: str, kind: type[T]) -> T | None:
    """The live row of `feed` under `key`, or None if HQ has none that can be read."""
    found = first_row(hq, f"select body from {feed} where key = ? and body is not null", (key,))
    return _read(feed, key, found[0], kind) if found else None


def has_row(hq: Database, feed: str, key: str) -> bool:
    """Whether HQ has a live row of `feed` under `key`."""
    return first_row(hq, f"select 1 from {feed} where key = ? and body is not null", (key,)) is not None


def rows_where(hq: Database, feed: str, kind: type[T], condition: str = "true", args: Args = ()) -> list[T]:
    """The live rows of `feed` that can be read and meet an SQL condition over (key, version, body)."""
    found = hq.conn.execute(f"select key, body from {feed} where body is not null and ({condition})", args).fetchall()
    return [row for key, body in found if (row := _read(feed, key, body, kind)) is not None]


def _read(feed: str, key: str, body: str, kind: type[T]) -> T | None:
    try:
        return decode_row(body, kind)
    except DECODE_ERRORS as error:
        _leave_out(feed, key, str(error))
        return None


def decode_rows(feed: str, found: Iterable[T], key: Callable[[T], str], make: Callable[[T], R]) -> list[R]:
    """What `make` makes of each row; a row for which it fails is left out of the list."""
    made = []
    for row in found:
        try:
            made.append(make(row))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one row, the others are shown
            _leave_out(feed, key(row), f"{type(error).__name__}: {error}")
    return made


@functools.lru_cache(maxsize=1000)
def _leave_out(feed: str, key: str, why: str) -> None:
    """Log it once for each row in a process's life, as far as the cache holds, and not at every look at a list."""
    log.error("%s row %s is left out: %s", feed, key, why)


def count_unusable_rows(hq: Database) -> int:
    """The number of HQ's rows that cannot be used: those set aside, or as many as this process has left out, if that is more."""
    (aside,) = first_row(hq, "select count(*) from set_aside") or (0,)
    return max(int(aside), _leave_out.cache_info().currsize)


def feed_stamp(hq: Database, feed: str) -> str:
    """A text that changes whenever a feed's rows may: epoch and version. An HQ restored from a backup has a new epoch."""
    found = first_row(hq, "select epoch, version from feeds where feed = ?", (feed,))
    return f"{found[0]}-{found[1]}" if found else "0"


def feed_version(hq: Database, feed: str) -> int:
    """The version of `feed` that has been applied; 0 before the first."""
    found = first_row(hq, "select version from feeds where feed = ?", (feed,))
    return int(found[0]) if found else 0
