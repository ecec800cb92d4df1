"""What scanners read does not stay for ever, and nothing is deleted that the desk or HQ has not yet read."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import time_machine

from edge.disk import load_shedding
from edge.disk.watermarks import DiskLevel
from edge.platform import clock
from edge.platform.clock import Quality, utc_text
from edge.platform.database import append_to_log, move_cursor, open_store, writing
from edge.platform.process import ProcessLife
from edge.retention import log_retention
from edge.retention.log_retention import LogRetention
from edge.scan.log import Reading, append_reading
from firmware_bridge.main import LOG_READER_CURSORS
from tests.firmware_bridge.rig import Rig, until

LONG_SINCE = "2026-11-22T00:00:00.000Z"
LONG_AGO, LATELY = timedelta(days=91), timedelta(days=89)


def read(rig: Rig, data: bytes, age: timedelta) -> None:
    """A reading of so long ago, which the desk has answered; and one line of the device's log."""
    with time_machine.travel(datetime.now(UTC) - age, tick=False):
        moment = clock.now()
    row = {"device": "gun", "station": "kiosk-1", "kind": "device.back", "detail": "", "time": utc_text(moment.time)}
    with open_store(rig.data) as db, writing(db):
        move_cursor(db, "desk:scans", append_reading(db, "scans", "kiosk-1", "gun", Reading(data=data), moment))
        move_cursor(db, "follower:device_log", append_to_log(db, "device_log", row))


def left(rig: Rig) -> list[int]:
    """The readings that are still there; of those that are answered the bytes have gone before (edge/scan/raw_reading.py)."""
    return [row["seq"] for row in rig.ask("select seq from scans order by seq")]


def unread(rig: Rig) -> None:
    """The desk and the follower have read nothing since the first row."""
    with open_store(rig.data) as db, writing(db):
        move_cursor(db, "desk:scans", 1)
        move_cursor(db, "follower:device_log", 1)


def rounds(rig: Rig, *hours: float, quality: Quality = "synced") -> dict[str, int]:
    """What goes when the retention goes round at those hours of uptime, under a clock of that quality."""
    begun, life, gone = clock.now(), ProcessLife(), Counter[str]()
    with open_store(rig.data) as db:
        retention = LogRetention(db, LOG_READER_CURSORS)
        for hour in hours:
            after = timedelta(hours=hour)
            moment = replace(
                begun, time=begun.time + after, uptime_ms=begun.uptime_ms + int(1000 * after.total_seconds())
            )
            gone.update(retention.run_if_due(replace(moment, clock=quality), 3600 * hour, life))
    return dict(gone)


def test_what_was_read_long_ago_goes_once_the_clock_has_been_steady_for_an_hour(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for data, age in ((b"old", LONG_AGO), (b"young", LATELY)):
        read(rig, data, age)
    assert rounds(rig, 0, 0.5, 0.99) == {}
    assert rounds(rig, 0, 1) == {"scans": 1, "device_log": 1}
    assert left(rig) == [2]


@pytest.mark.parametrize("quality", ["holdover", "unset"])
def test_nothing_goes_by_a_clock_nobody_vouches_for(tmp_path: Path, quality: Quality) -> None:
    rig = Rig(tmp_path)
    read(rig, b"old", LONG_AGO)
    assert rounds(rig, 0, 1, 2, 24, quality=quality) == {}


def test_what_nobody_has_read_yet_stays_however_old(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for data in (b"first", b"second"):
        read(rig, data, LONG_AGO)
    unread(rig)
    assert rounds(rig, 0, 1, 2) == {"scans": 1, "device_log": 1}
    assert left(rig) == [2]
    assert rig.scanned() == [b"second"]


def test_a_day_of_rows_goes_at_once_and_no_more_each_hour(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for days in (98, 97.5, 96, 95, 20):
        read(rig, b"%d" % days, timedelta(days=days))
    assert rounds(rig, 0, 1) == {"scans": 2, "device_log": 2}
    assert rounds(rig, 0, 1, 1.5) == {"scans": 1, "device_log": 1}
    assert rounds(rig, 0, 1, 2) == {"scans": 1, "device_log": 1}


def test_a_disk_that_fills_calls_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig, life = Rig(tmp_path), ProcessLife()
    monkeypatch.setattr(log_retention, "LOOP_INTERVAL_S", 0.01)
    monkeypatch.setattr(
        load_shedding, "ROWS_KEPT", dict.fromkeys(DiskLevel, 0)
    )  # should this machine's clock not be synchronised
    for data in (b"older", b"old"):
        read(rig, data, LATELY)
    thread = threading.Thread(target=partial(log_retention.run_log_retention, rig.data, LOG_READER_CURSORS, life))
    thread.start()
    try:
        assert left(rig) == [1, 2]
        with open_store(rig.data) as db, writing(db):  # as web notes it: store.db may hold no more than a byte
            append_to_log(db, "room", {"level": "full", "budget": 1, "since": LONG_SINCE, "only_one": 1})
        until(lambda: left(rig) == [], "the retention")
    finally:
        life.end()
        thread.join()
