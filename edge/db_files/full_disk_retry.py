"""What a full disk and a damaged replica mean for a loop: its round is done again, and the loop goes on."""

from collections.abc import Callable
from logging import Logger

from edge.db_files import replica_rebuild
from edge.platform.clock import now
from edge.platform.database import NoRoom
from edge.platform.sqlite_file import Damaged

FULL_DISK_RETRY_DELAY_S = 1.0  # seconds until a loop that found the disk full tries again


class FullDiskRetry:
    """Runs a loop's rounds. Says in the log once, and not at each try, that the disk is full."""

    def __init__(self, log: Logger, waits: str) -> None:
        """`waits`: what is not done while the disk is full, for the log."""
        self._log, self._waits = log, waits
        self.full = False  # the last round ended because the disk is full
        self.again = False  # the last round did not come to its end

    def run_round(self, work: Callable[[], object]) -> bool:
        """Do one round. Returns whether the disk has become full with it.

        A damaged replica is made anew. Raises Damaged if the damaged file is store.db.
        """
        was_full, self.full, self.again = self.full, False, True
        try:
            work()
            self.again = False
        except NoRoom:
            self.full = True
        except Damaged as damaged:
            replica_rebuild.rebuild_or_raise(damaged, now())
        if self.full and not was_full:
            self._log.error("disk full: %s", self._waits)
        return self.full and not was_full
