"""What scanners read does not stay for ever, and nothing goes that the desk or HQ has not been told of."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import time_machine

from edge import clock
from edge.clock import utc_text
from edge.scan import Reading, write_down
from edge.service import Life
from edge.store import append, move_cursor, open_store, writing
from firmware_bridge import broom
from tests.firmware_bridge.rig import Rig, until

LONG_SINCE = "2026-11-22T00:00:00.000Z"
LONG_AGO, LATELY = timedelta(days=91), timedelta(days=89)


def read(rig: Rig, data: bytes, age: timedelta) -> None:
    """A reading of so long ago, which the desk has answered; and one line of the device's log."""
    with time_machine.travel(datetime.now(UTC) - age, tick=False):
        moment = clock.now()
    row = {"device": "gun", "station": "kiosk-1", "kind": "device.back", "detail": "", "time": utc_text(moment.time)}
    with open_store(rig.data) as db, writing(db):
        move_cursor(db, "desk:scans", write_down(db, "scans", "kiosk-1", "gun", Reading(data=data), moment))
        move_cursor(db, "follower:device_log", append(db, "device_log", row))


def unread(rig: Rig) -> None:
    """The desk and the follower have stood still since the first row."""
    with open_store(rig.data) as db, writing(db):
        move_cursor(db, "desk:scans", 1)
        move_cursor(db, "follower:device_log", 1)


def test_a_running_bridge_throws_away_what_was_read_long_ago_and_keeps_the_rest(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for data, age in ((b"old", LONG_AGO), (b"young", LATELY)):
        read(rig, data, age)
    with rig.bridge():
        until(lambda: len(rig.scanned()) == 1 == len(rig.told()), "the broom")
    assert rig.scanned() == [b"young"]


def test_what_nobody_has_read_yet_stays_however_old(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for data in (b"first", b"second"):
        read(rig, data, LONG_AGO)
    unread(rig)
    with rig.bridge():
        until(lambda: len(rig.scanned()) == 1 == len(rig.told()), "the broom")
    assert rig.scanned() == [b"second"]


def test_a_disk_that_fills_calls_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig, life = Rig(tmp_path), Life()
    monkeypatch.setattr(broom, "ROUND", 0.01)
    for data in (b"older", b"old"):
        read(rig, data, LATELY)
    broomed = threading.Thread(target=partial(broom.work, rig.data, life))
    broomed.start()
    try:
        assert rig.scanned() == [b"older", b"old"]
        with open_store(rig.data) as db, writing(db):  # as web notes it: store.db may hold no more than a byte
            append(db, "room", {"level": "full", "budget": 1, "since": LONG_SINCE, "only_one": 1})
        until(lambda: rig.scanned() == [], "the broom")
    finally:
        life.end()
        broomed.join()


def test_it_comes_again_when_it_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig, life = Rig(tmp_path), Life()
    for pause in ("EVERY", "ROUND"):  # an hour is too long for a test
        monkeypatch.setattr(broom, pause, 0.01)
    read(rig, b"old", LONG_AGO)
    thread = threading.Thread(target=partial(broom.work, rig.data, life))
    thread.start()
    try:
        until(lambda: not rig.scanned(), "the first round")
        read(rig, b"old too", LONG_AGO)
        until(lambda: not rig.scanned(), "the next round")
    finally:
        life.end()
        thread.join()
