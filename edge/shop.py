"""One thread's hold on the store: both databases, which box this is, its settings and HQ's policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from edge import mirror
from edge.config import Config
from edge.journal import Box
from edge.policy import Policy, read_policy
from edge.store import open_hq, open_store


class Shop:
    """Connections belong to the thread that opened them; the policy is read again when HQ has sent another one."""

    def __init__(self, config: Config, box: Box, db: Database, hq: Database) -> None:
        self.config, self.box, self.db, self.hq = config, box, db, hq
        self._policy = Policy()
        self._stamp = ""

    @property
    def policy(self) -> Policy:
        """HQ's policy in force (one small query a look)."""
        stamp = mirror.stamp(self.hq, "config")
        if stamp != self._stamp:
            self._policy, self._stamp = read_policy(self.hq), stamp
        return self._policy


@contextmanager
def open_shop(config: Config, box: Box) -> Iterator[Shop]:
    """The shop for the calling thread."""
    folder = Path(config.store.data)
    db, hq = open_store(folder), open_hq(folder)
    try:
        yield Shop(config, box, db, hq)
    finally:
        db.close()
        hq.close()
