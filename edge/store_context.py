"""One thread's hold on the store: both databases, which box this is, and the settings in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from edge.config.active_config import NO_CONFIG, Settings, number_in_force, settings_in_force
from edge.config.policy import Policy
from edge.config.toml_schema import Config
from edge.db_files import replica_rebuild as mirror_file
from edge.facts.journal import BoxIdentity
from edge.platform.clock import now
from edge.platform.database import open_store


class StoreContext:
    """Connections belong to the thread that opened them. The settings stay the same until `renew`: one request, one scan
    or one round never sees half of one config and half of another.

    `past` is the config that was on trial when the process began (edge/config/active_config.py).
    """

    def __init__(self, ground: Config, box: BoxIdentity, db: Database, hq: Database, past: int = NO_CONFIG) -> None:
        self.box, self.db, self.hq, self.past = box, db, hq, past
        self._ground = ground
        self._settings: Settings | None = None
        self._number = NO_CONFIG  # as looked for; `settings_in_force` may have gone back to an older one

    def renew(self) -> None:
        """Let the settings be those now in force: once before each scan or round (a look of some microseconds)."""
        if self._settings is not None and number_in_force(self.db, self.past) != self._number:
            self._settings = None

    @property
    def settings(self) -> Settings:
        """The settings in force when first asked for, or at the last `renew`."""
        if self._settings is None:
            self._number = number_in_force(self.db, self.past)
            self._settings = settings_in_force(self.db, self._ground, self.past)
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
def open_store_context(ground: Config, box: BoxIdentity, past: int = NO_CONFIG) -> Iterator[StoreContext]:
    """The shop for the calling thread."""
    folder = Path(ground.store.data)
    with open_store(folder) as db, mirror_file.open_replica(folder, now()) as hq:
        yield StoreContext(ground, box, db, hq, past)
