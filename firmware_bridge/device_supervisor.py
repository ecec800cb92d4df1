"""The devices of the settings in force: when HQ changes them, one generation of threads ends and the next begins."""

import logging
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from edge.config.active_config import number_in_force, number_on_trial, settings_in_force
from edge.config.toml_schema import Config, Device
from edge.platform import process
from edge.platform.database import CommitDetector, open_store
from edge.platform.process import ProcessLife
from firmware_bridge import bridge_status
from firmware_bridge.device_factory import devices_unchanged, make_sources, run_device

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.25  # s between looks for other settings; a look costs 4 microseconds if nothing was written


class DeviceThreadStuck(Exception):
    """A device's thread did not end with its generation: the process ends, and systemd restarts it."""


class DeviceSupervisor:
    """The bridge's devices, under the settings of the time."""

    def __init__(self, ground: Config, db: Database) -> None:
        """At the start: the last good settings."""
        self._ground, self._past = ground, number_on_trial(db)
        self._settings = settings_in_force(db, ground, self._past)
        self._sources = make_sources(self._settings)
        self._number = number_in_force(db, self._past)  # of the settings last looked at
        self._kept: list[Device] | None = None

    def work(self, life: ProcessLife) -> None:
        """Generation after generation, until the end."""
        with open_store(Path(self._ground.store.data)) as db:
            changes = CommitDetector(db)
            while life.goes_on():
                devices = self._settings.config.devices
                bridge_status.note_config_in_force(db, self._settings.number, self._past, devices, self._kept)
                self._kept = devices
                self._live(db, changes, life)

    def _live(self, db: Database, changes: CommitDetector, life: ProcessLife) -> None:
        """One generation, until everything ends or until devices need other settings."""
        config, sources = self._settings.config, self._sources
        with life.within() as generation:
            tasks = {device.id: partial(run_device, config, device, sources[device.id]) for device in config.devices}
            threads = process.start_tasks(generation, tasks)
            log.info("%d devices, config version %d", len(threads), self._settings.version)
            while life.goes_on() and not generation.is_over():
                if changes.seen() and self._others(db):
                    break
                life.rest(POLL_INTERVAL_S)
            generation.end()
            stuck = process.join_threads(threads)
        if generation.broken:
            raise generation.broken
        if stuck:
            raise DeviceThreadStuck(", ".join(stuck))

    def _others(self, db: Database) -> bool:
        """Take over settings that have come into force. Returns whether devices must restart with them."""
        bridge_status.check_devices_of_config(db, self._ground, self._settings)
        number = number_in_force(db, self._past)
        if number == self._number:
            return False
        self._number = number
        after = settings_in_force(db, self._ground, self._past)
        if devices_unchanged(self._settings, after):
            self._settings = after
            bridge_status.note_config_in_force(db, after.number, self._past, after.config.devices, self._kept)
            return False
        self._settings, self._sources = after, make_sources(after)
        return True
