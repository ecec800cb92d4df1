"""Messages that were refused: counted at once, written down now and then."""

import time
from collections import Counter
from dataclasses import dataclass, field

from sqlite_utils import Database

from edge.platform.clock import now
from edge.platform.database import writing

NOTE_INTERVAL_S = 5.0  # seconds between two notes: a flood of refused messages must not become a flood of commits


@dataclass(slots=True)
class RefusalCounts:
    """How often which store's messages were refused for which reason, since the last note."""

    db: Database
    _count: Counter[tuple[str, str]] = field(default_factory=Counter)
    _noted: float = 0.0

    def add(self, store: str, reason: str) -> None:
        self._count[store, reason] += 1

    def write_if_due(self, *, force: bool = False) -> None:
        """Write the counts to the database, if it is due."""
        if not self._count or (time.monotonic() - self._noted < NOTE_INTERVAL_S and not force):
            return
        self._noted = time.monotonic()
        with writing(self.db):
            for (store, reason), times in self._count.items():
                write_refusal(self.db, store, reason, times)
        self._count.clear()


def write_refusal(db: Database, store: str, reason: str, times: int) -> None:
    """Add to a count inside the caller's transaction."""
    db.conn.execute(
        """insert into refusals (store, reason, times, last) values (?, ?, ?, ?)
           on conflict (store, reason) do update set times = times + excluded.times, last = excluded.last""",
        (store, reason, times, now().text),
    )
