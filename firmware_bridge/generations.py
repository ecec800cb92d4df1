"""The devices of the settings in force: when HQ changes them, one generation of keepers ends and the next begins."""

import logging
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from edge import service
from edge.config import BadConfig, Config, Device
from edge.service import STOP_WITHIN, Life
from edge.settings import Settings, in_force, number_in_force, trial_under_way
from edge.store import Changes, open_store
from firmware_bridge import living
from firmware_bridge.keeping import Sources, keep, sources_of

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25  # s between looks for other settings; a look costs 4 microseconds while nobody has written


class Stuck(Exception):
    """A keeper did not end with its generation: the process ends and begins anew."""


class Generations:
    """The bridge's devices, whatever settings come."""

    def __init__(self, ground: Config, db: Database) -> None:
        """At the start: the last good settings. Raises BadConfig where a device cannot be as it is set."""
        self._ground, self._past = ground, trial_under_way(db)
        self._settings = in_force(db, ground, self._past)
        self._sources = sources_of(self._settings.config)
        self._number = number_in_force(db, self._past)  # of the settings last looked at
        self._kept: list[Device] | None = None

    def work(self, life: Life) -> None:
        """Generation after generation, until the end."""
        with open_store(Path(self._ground.store.data)) as db:
            changes = Changes(db)
            while life.goes_on():
                devices = self._settings.config.devices
                living.lives_with(db, self._settings.number, self._past, devices, self._kept)
                self._kept = devices
                self._live(db, changes, life)

    def _live(self, db: Database, changes: Changes, life: Life) -> None:
        """One generation, until the end of all or until other devices are to be kept."""
        config, sources = self._settings.config, self._sources
        with life.within() as generation:
            tasks = {device.id: partial(keep, config, device, sources[device.id]) for device in config.devices}
            threads = service.start(generation, tasks)
            log.info("%d devices, by config %d", len(threads), self._settings.version)
            while life.goes_on() and not generation.is_over():
                if changes.seen() and self._others(db):
                    break
                life.rest(LOOK_EVERY)
            generation.end()
            for thread in threads:
                thread.join(STOP_WITHIN)
        if generation.broken:
            raise generation.broken
        if stuck := [thread.name for thread in threads if thread.is_alive()]:
            raise Stuck(", ".join(stuck))

    def _others(self, db: Database) -> bool:
        """Take up settings that have come into force; whether they have other devices."""
        living.look_for_devices(db, self._ground, self._settings)
        number = number_in_force(db, self._past)
        if number == self._number:
            return False
        self._number = number
        after = in_force(db, self._ground, self._past)
        if after.config.devices == self._settings.config.devices:
            self._settings = after
            living.lives_with(db, after.number, self._past, after.config.devices, self._kept)
            return False
        return self._take_up(db, after)

    def _take_up(self, db: Database, after: Settings) -> bool:
        try:
            sources: Sources = sources_of(after.config)
        except BadConfig as error:
            log.error("config %d cannot be lived with: %s", after.version, error)
            living.cannot(db, after.number, str(error))
            return False
        self._settings, self._sources = after, sources
        return True
