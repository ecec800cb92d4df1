"""What only one row of a store may have: the number of an open order, a member's card, a badge."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlite_utils import Database

from sync.hq.features.pushed_feed import UniqueField
from sync.hq.features.registry import FEEDS

ORDER_NUMBERS = range(100_000, 1_000_000)  # six digits; none begins with a 0, which a spreadsheet would eat


@dataclass(frozen=True, slots=True)
class ValueTaken:
    """Another row has the value already."""

    what: str
    value: str
    owner: str
    field: str


@dataclass(slots=True)
class UniqueValues:
    """The owner of each unique value: of a scope's rows at HQ, and of those that a push has changed since."""

    feed: str
    scope: str
    owners: dict[str, str] = field(default_factory=dict)
    _had: dict[str, list[str]] = field(default_factory=dict)

    @property
    def unique(self) -> UniqueField | None:
        """What is unique in this feed, if anything."""
        return FEEDS[self.feed].unique if self.feed in FEEDS else None

    @classmethod
    def of_scope(cls, db: Database, feed: str, scope: str) -> "UniqueValues":
        """The values of a scope; empty for a feed without unique fields."""
        claims = cls(feed, scope)
        if claims.unique:
            for key, body in _live(db, feed, scope):
                claims._note(key, body)
        return claims

    def claim(self, key: str, body: dict[str, Any]) -> ValueTaken | None:
        """Take the row's values and release those it had before. If another row has one of them, say which."""
        for value in self._had.pop(key, ()):
            if self.owners.get(value) == key:
                del self.owners[value]
        if self.unique is None:
            return None
        if other := next((value for value in self._values(body) if self.owners.get(value, key) != key), None):
            return ValueTaken(self.unique.words, other, self.owners[other], self.unique.field)
        self._note(key, body)
        return None

    def new_number(self) -> str:
        """A number that no open order of the store has. It is random: one number does not help to guess another."""
        while (number := str(ORDER_NUMBERS[secrets.randbelow(len(ORDER_NUMBERS))])) in self.owners:
            pass
        return number

    def _note(self, key: str, body: dict[str, Any]) -> None:
        self._had[key] = values = list(self._values(body))
        for value in values:
            self.owners.setdefault(value, key)

    def _values(self, body: dict[str, Any]) -> Iterable[str]:
        return self.unique.values(body, self.scope) if self.unique else ()


def _live(db: Database, feed: str, scope: str) -> Iterator[tuple[str, dict[str, Any]]]:
    sql = "select key, body from rows where feed = ? and scope = ? and body is not null"
    for key, body in db.conn.execute(sql, (feed, scope)).fetchall():
        yield key, msgspec.json.decode(body)
