"""Reading HQ's mirror: the rows of a feed as typed values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlite_utils import Database

from edge.clock import parse_utc
from edge.store import one

T = TypeVar("T")
Args = tuple[Any, ...] | Mapping[str, Any]


def row(hq: Database, feed: str, key: str, kind: type[T]) -> T | None:
    """The live row of `feed` under `key`, or None where HQ has none."""
    found = one(hq, f"select body from {feed} where key = ? and body is not null", (key,))
    return msgspec.json.decode(found[0], type=kind) if found else None


def where(hq: Database, feed: str, kind: type[T], condition: str = "true", args: Args = ()) -> list[T]:
    """The live rows of `feed` that meet an SQL condition over (key, version, body)."""
    found = hq.conn.execute(f"select body from {feed} where body is not null and ({condition})", args).fetchall()
    decoder = msgspec.json.Decoder(kind)
    return [decoder.decode(body) for (body,) in found]


def complete_at(store: Database) -> datetime | None:
    """When HQ was last heard while the mirror held all HQ has (sync notes it in `line.heard`); None before that."""
    found = one(store, "select heard from line")
    return parse_utc(found[0]) if found and found[0] else None


def stamp(hq: Database, feed: str) -> str:
    """What differs whenever a feed's rows may: its epoch and version. HQ restored from a backup counts anew."""
    found = one(hq, "select epoch, version from feeds where feed = ?", (feed,))
    return f"{found[0]}-{found[1]}" if found else "0"


def version(hq: Database, feed: str) -> int:
    """The version of `feed` that has been applied; 0 before the first."""
    found = one(hq, "select version from feeds where feed = ?", (feed,))
    return int(found[0]) if found else 0
