"""The shopper's name is deleted from ended orders in the replica, once nobody can take a hand-over back any more.

The hash of their code stays: it opens nothing now, and a shopper who shows the code again reads that the goods are gone.
"""

import logging
import math
from dataclasses import dataclass, field

from sqlite_utils import Database

from edge.features.pickup.state_machine import State
from edge.platform.database import NoRoom, rows, writing

log = logging.getLogger(__name__)

CHECK_INTERVAL_S = (
    60.0  # seconds between checks: a hand-over can be taken back for ten seconds, at the station where it was done
)
ENDED_STATES = (
    State.HANDED_OVER,
    State.RETURNED,
    State.REJECTED,
    State.UNFULFILLABLE,
    State.CANCELLED,
    State.RESTOCKED,
)
_SQL = f"""select key, version from orders where body is not null
           and json_extract(body, '$.state') in ({", ".join(f"'{state}'" for state in ENDED_STATES)})
           and json_extract(body, '$.name') <> ''"""


@dataclass(slots=True)
class EndedOrders:
    """Shortens each row that was ended at the check before and has not changed since: the wall clock does not matter."""

    mirror: Database
    _seen: frozenset[tuple[str, int]] = frozenset()
    _due: float = field(default=-math.inf)

    def look(self, at: float) -> int:
        """Check, if it is due (`at`: monotonic seconds); returns how many rows were shortened."""
        if at < self._due:
            return 0
        self._due = at + CHECK_INTERVAL_S
        found = frozenset((row["key"], row["version"]) for row in rows(self.mirror, _SQL))
        old, self._seen = found & self._seen, found
        if old:
            self._shorten(old)
        return len(old)

    def _shorten(self, old: frozenset[tuple[str, int]]) -> None:
        try:
            with writing(self.mirror):
                sql = "update orders set body = json_remove(body, '$.name') where key = ? and version = ?"
                self.mirror.conn.executemany(sql, sorted(old))
        except NoRoom:
            log.error("disk full: names in orders that have ended cannot be deleted")
