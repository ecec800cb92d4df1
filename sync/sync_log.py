"""What sync reports to HQ: rows of sync_log, which the web process turns into facts."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from sqlite_utils import Database

from edge.facts.box import BoxForked
from edge.facts.fact import RelayedFact
from edge.facts.hq_link import CommandRefused, CommandTaken, FeedEpoch, ReplicaReplaced
from edge.platform.clock import Now
from edge.platform.database import append_to_log, rows, writing

MAX_NAMES_KEPT = 10_000  # names remembered of a kind; a command with so many newer ones has long expired

NoteFact = Callable[[RelayedFact], None]
"""Notes a fact, to be written soon."""


@dataclass(slots=True)
class SyncLog:
    """Notes wait here until the end of the round, so that a round costs one transaction, and not one for each note."""

    db: Database
    _waiting: list[RelayedFact] = field(default_factory=list)

    def note(self, fact: RelayedFact) -> None:
        self._waiting.append(fact)

    def write(self, now: Now) -> None:
        """Write the waiting notes; no transaction if there are none."""
        if self._waiting:
            with writing(self.db):
                for fact in self._waiting:
                    append_note(self.db, fact, now)
            self._waiting.clear()


def append_note(db: Database, fact: RelayedFact, now: Now) -> int:
    """Append a note inside the caller's transaction, and remember what must be known after a restart; returns its seq."""
    if name := _name_of(fact):
        _remember(db, fact.TYPE, name)
    return append_to_log(
        db, "sync_log", {"type": fact.TYPE, "data": msgspec.json.encode(fact).decode(), "time": now.text}
    )


def _name_of(fact: RelayedFact) -> str | None:
    """The name in a note that must be known after a restart; None for most."""
    match fact:
        case BoxForked():
            return f"{fact.epoch}/{fact.lane}"
        case FeedEpoch():
            return f"{fact.feed}/{fact.before}"
        case CommandTaken() | CommandRefused():
            return fact.id
        case ReplicaReplaced():
            return fact.made
        case _:
            return None


def _remember(db: Database, kind: str, name: str) -> None:
    db.conn.execute("insert or ignore into sync_memory (type, name) values (?, ?)", (kind, name))
    db.conn.execute(
        """delete from sync_memory where type = ? and seq <=
           (select seq from sync_memory where type = ? order by seq desc limit 1 offset ?)""",
        (kind, kind, MAX_NAMES_KEPT),
    )


def remembered_names(db: Database, *kinds: type[RelayedFact]) -> list[str]:
    """The names of what was noted of these kinds, oldest first; see `_name_of`."""
    marks, names = ", ".join("?" * len(kinds)), tuple(kind.TYPE for kind in kinds)
    return [
        row["name"] for row in rows(db, f"select name from sync_memory where type in ({marks}) order by seq", names)
    ]
