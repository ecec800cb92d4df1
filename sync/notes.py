"""What sync wants HQ to know: rows of sync_log, which the web process makes facts of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlite_utils import Database

from edge.clock import Now
from edge.store import append, rows, writing

Say = Callable[[str, dict[str, Any]], None]
"""Notes a type of fact and its data, to be written soon."""


@dataclass(slots=True)
class Notes:
    """Notes wait here until the round's end, so that a round costs one transaction and not one a note."""

    db: Database
    _waiting: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def say(self, kind: str, data: dict[str, Any]) -> None:
        self._waiting.append((kind, data))

    def write(self, now: Now) -> None:
        """Write down what waits; nothing when nothing does."""
        if self._waiting:
            with writing(self.db):
                for kind, data in self._waiting:
                    append_note(self.db, kind, data, now)
            self._waiting.clear()


def append_note(db: Database, kind: str, data: dict[str, Any], now: Now) -> int:
    """Append a note inside the caller's transaction; its seq."""
    return append(db, "sync_log", {"type": kind, "data": msgspec.json.encode(data).decode(), "time": now.text})


def noted(db: Database, *kinds: str) -> list[dict[str, Any]]:
    """The data of all notes of these kinds, in order."""
    marks = ", ".join("?" * len(kinds))
    found = rows(db, f"select data from sync_log where type in ({marks}) order by seq", kinds)
    return [msgspec.json.decode(row["data"], type=dict[str, Any]) for row in found]
