"""What a feature declares of a feed that people push: its files, its unique values, and what no store obeys yet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WHOLE_FEED = ""  # in place of a field: the feed as a whole


def always(_value: Any) -> bool:
    """For what concerns a field with any value."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedFile:
    """A file for `noren hq push WORD`. `template`: every column, and a sample row. What a store counts itself has no column.

    `only`: the fields of a row that such a file may change; empty: all. `never_whole`: why the file may not be
    pushed as all there is (`--whole`), if it may not.
    """

    word: str
    template: str
    only: frozenset[str] = frozenset()
    never_whole: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueField:
    """Values that only one row of a store may have. `words`: what they are. `values`: those of a row's body in a scope."""

    words: str
    field: str
    values: Callable[[Mapping[str, Any], str], Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A field that HQ may send and no store of this version shows or obeys: `push` says `message`, and nothing is lost.

    The row is kept and sent, because a later version will need it. A test checks every field: each has a visible effect,
    or is declared so. `concerns`: whether a value of the field is meant.
    """

    field: str
    concerns: Callable[[Any], bool]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedFeed:
    """A feed by its name on the wire."""

    name: str
    files: tuple[PushedFile, ...] = ()
    unique: UniqueField | None = None
    unsupported: tuple[Unsupported, ...] = ()
