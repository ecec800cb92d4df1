"""Deletes from outcomes and queries the numbers of cards that are unknown here, once HQ need not be asked about them."""

import logging
import math

from sqlite_utils import Database

from edge.features.outcome import last_seq
from edge.platform.database import NoRoom, synchronous, writing
from edge.platform.process import ProcessLife
from edge.replica import hq_query

log = logging.getLogger(__name__)

CHECK_INTERVAL_S = (
    600.0  # seconds between looks: as long as a clerk may look up who was here (ui/staff/orders/identity_proof.py)
)
ROWS_PER_TRANSACTION = 500  # rows a transaction changes, so that a scan never waits long for it

# No index: rows before the last look are never read again; the first look of a process reads all that is kept.
_SQL = """select seq from outcomes where seq > ? and seq <= ? and kind in ('checked_in', 'identified')
          and json_extract(data, '$.card') is not null order by seq limit ?"""


class CardNumberErasure:
    """An outcome that existed at the look before loses its card number. No clock is used, so setting one changes nothing."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._done = 0  # the outcome up to which none has a card number
        self._old = 0  # the last outcome at the look before
        self._asked = 0  # the last query at the look before
        self._due = -math.inf  # monotonic seconds

    def run_if_due(self, at: float, life: ProcessLife) -> int:
        """Look, if it is time to (`at`: monotonic seconds). Returns how many outcomes lost their card number."""
        if at < self._due:
            return 0
        self._due = at + CHECK_INTERVAL_S
        end, self._old = self._old, last_seq(self._db)
        asked, self._asked = self._asked, hq_query.last_question_seq(self._db)
        try:
            hq_query.delete_questions(self._db, asked)
            return self._take_off(end, life)
        except NoRoom:
            log.error("disk full: card numbers in outcomes cannot be deleted")
            return 0

    def _take_off(self, end: int, life: ProcessLife) -> int:
        total = 0
        while life.goes_on() and (
            found := self._db.conn.execute(_SQL, (self._done, end, ROWS_PER_TRANSACTION)).fetchall()
        ):
            with synchronous(self._db, "normal"), writing(self._db):
                self._db.conn.executemany("update outcomes set data = json_remove(data, '$.card') where seq = ?", found)
            self._done, total = found[-1][0], total + len(found)
        if life.goes_on():
            self._done = max(self._done, end)
        return total
