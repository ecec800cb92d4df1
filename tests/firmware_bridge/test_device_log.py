"""A device's rows change when there is news, and only then: each write is one more wear of the card."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.config.toml_schema import SerialDevice
from edge.platform.database import CommitDetector, open_store
from edge.scan.log import Reading
from firmware_bridge.device_log import DeviceLog
from firmware_bridge.devices.events import DeviceFault
from tests.firmware_bridge.rig import Rig

GUN = SerialDevice(id="gun", station="kiosk-1", path="/dev/gun")


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@pytest.fixture
def db(rig: Rig) -> Iterator[Database]:
    with open_store(rig.data) as db:
        yield db


def test_a_device_that_goes_on_working_writes_nothing(rig: Rig, db: Database) -> None:
    book = DeviceLog(db, GUN)
    assert book.note_working()
    with open_store(rig.data) as other:
        changes = CommitDetector(other)
        assert changes.seen()
        assert not book.note_working()
        assert not changes.seen()


def test_a_loss_is_told_once_and_its_reason_kept_up_to_date(rig: Rig, db: Database) -> None:
    book = DeviceLog(db, GUN)
    assert [
        book.note_lost(detail) for detail in (DeviceFault.NOT_FOUND, DeviceFault.NOT_FOUND, DeviceFault.NO_PERMISSION)
    ] == [
        True,
        False,
        True,
    ]
    assert rig.told() == [("device.lost", "not_found")]
    assert (rig.device()["state"], rig.device()["detail"]) == ("lost", "no_permission")
    assert book.note_working()
    assert rig.told() == [("device.lost", "not_found"), ("device.back", "")]


def test_a_device_moved_to_another_station_keeps_its_count_and_reads_there(rig: Rig, db: Database) -> None:
    DeviceLog(db, GUN).append_reading(Reading(data=b"1"))
    moved = SerialDevice(id="gun", station="kiosk-2", path="/dev/gun")
    DeviceLog(db, moved).append_reading(Reading(data=b"2"))
    assert (rig.device()["station"], rig.device()["readings"]) == ("kiosk-2", 2)
    assert [row["station"] for row in rig.ask("select station from scans order by seq")] == ["kiosk-1", "kiosk-2"]


def test_what_was_refused_adds_up(rig: Rig, db: Database) -> None:
    book = DeviceLog(db, GUN)
    book.refused(2)
    book.refused(3)
    assert rig.device()["refused"] == 5
