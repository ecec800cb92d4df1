"""One thread's hold on the store: both databases, which box this is, and the settings in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from edge.config import Config
from edge.journal import Box
from edge.policy import Policy
from edge.settings import GROUND, Settings, in_force, number_in_force
from edge.store import open_hq, open_store


class Shop:
    """Connections belong to the thread that opened them; the settings are read again when others have come into force.

    `past` is the config that was on trial when the process began (edge/settings.py).
    """

    def __init__(self, ground: Config, box: Box, db: Database, hq: Database, past: int = GROUND) -> None:
        self.box, self.db, self.hq, self.past = box, db, hq, past
        self._ground = ground
        self._settings: Settings | None = None
        self._number = GROUND

    @property
    def settings(self) -> Settings:
        """The settings in force (one small query a look)."""
        number = number_in_force(self.db, self.past)
        if self._settings is None or number != self._number:
            self._settings, self._number = in_force(self.db, self._ground, self.past), number
        return self._settings

    @property
    def config(self) -> Config:
        """The box's own: noren.toml with HQ's stations and devices over it."""
        return self.settings.config

    @property
    def policy(self) -> Policy:
        """HQ's policy."""
        return self.settings.policy


@contextmanager
def open_shop(ground: Config, box: Box, past: int = GROUND) -> Iterator[Shop]:
    """The shop for the calling thread."""
    folder = Path(ground.store.data)
    db, hq = open_store(folder), open_hq(folder)
    try:
        yield Shop(ground, box, db, hq, past)
    finally:
        db.close()
        hq.close()
