"""The bridge's broom: its logs lose, once an hour or while the disk is nearly full, what their followers have read."""

import logging
import time
from pathlib import Path

from edge import disk
from edge.clock import now
from edge.fullness import Level
from edge.retention import EVERY, ROUND, sweep_log
from edge.service import Life
from edge.store import open_store

log = logging.getLogger(__name__)

LOGS = {"scans": "desk:scans", "device_log": "follower:device_log"}  # what the bridge writes, and who reads it


def work(data: Path, life: Life) -> None:
    """A round at the start and one an hour, all the time while room is short; none while the clock is unset (it would
    take today for long ago)."""
    with open_store(data) as db:
        due = time.monotonic()
        while life.goes_on():
            moment = now()
            is_due = time.monotonic() >= due or disk.noted(db) is not Level.OK
            if is_due and moment.clock != "unset":
                due = time.monotonic() + EVERY
                if gone := {
                    name: count for name, who in LOGS.items() if (count := sweep_log(db, name, who, moment, life))
                }:
                    log.info("thrown away: %s", gone)
            life.rest(ROUND)
