"""A disk without room: readings are refused, reported once, and taken again as soon as there is room; the device stays open."""

import logging
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest
from sqlite_utils import Database

from edge.config.toml_schema import SerialDevice
from edge.platform.database import open_store, writing
from edge.platform.process import ProcessLife
from edge.scan.log import Reading
from firmware_bridge.device_log import DeviceLog
from firmware_bridge.device_loop import record_readings
from firmware_bridge.devices.events import DeviceEvent, DeviceFault, DeviceLost
from tests.firmware_bridge.rig import Rig

GUN = SerialDevice(id="gun", station="kiosk-1", path="/dev/gun")


class Script:
    """A device that gives what the test says, and does between two words what it says."""

    def __init__(self, life: ProcessLife, words: Iterator[DeviceEvent]) -> None:
        self.life, self.words, self.opened = life, words, 0

    def __enter__(self) -> Iterator[DeviceEvent]:
        self.opened += 1
        return self._all()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        pass

    def _all(self) -> Iterator[DeviceEvent]:
        yield from self.words
        self.life.end()


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@pytest.fixture
def db(rig: Rig) -> Iterator[Database]:
    with open_store(rig.data) as db:
        yield db


def room(db: Database, budget: int | None) -> None:
    """What web notes of the room there is: a budget of a byte is used up."""
    with writing(db):
        db.conn.execute(
            "insert or replace into room (level, budget, since, only_one) values ('full', ?, '', 1)", (budget,)
        )


def no_page_more(db: Database) -> None:
    """SQLite itself says that the disk is full."""
    (pages,) = db.conn.execute("pragma page_count").fetchone()
    db.conn.execute(f"pragma max_page_count = {pages}")


def test_readings_are_refused_while_there_is_no_room_and_that_is_told_once(
    rig: Rig, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def words() -> Iterator[DeviceEvent]:
        yield Reading(data=b"1")
        room(db, 1)
        for data in (b"2", b"3"):
            yield Reading(data=data)
            yield None
        room(db, None)
        yield Reading(data=b"4")
        yield Reading(data=b"5")

    caplog.set_level(logging.WARNING)
    life = ProcessLife()
    gun = Script(life, words())
    record_readings(life, GUN, gun, DeviceLog(db, GUN))
    assert rig.scanned() == [b"1", b"4", b"5"]
    assert gun.opened == 1
    said = [record.message for record in caplog.records]
    assert len(said) == 2
    assert "readings are refused: the disk is nearly full" in said[0]
    assert "there is room again; 2 readings were refused" in said[1]


def test_each_refusal_is_counted_at_once_until_everything_is_taken_again(rig: Rig, db: Database) -> None:
    counted: list[int] = []

    def words() -> Iterator[DeviceEvent]:
        room(db, 1)
        for data in (b"2", b"3"):
            yield Reading(data=data)
            counted.append(rig.device()["no_room"])
        yield Reading(data=b"4912345678904")  # a price tag is taken still
        counted.append(rig.device()["no_room"])
        room(db, None)
        yield Reading(data=b"4")
        counted.append(rig.device()["no_room"])

    life = ProcessLife()
    record_readings(life, GUN, Script(life, words()), DeviceLog(db, GUN))
    assert counted == [1, 2, 2, 0]
    assert (rig.device()["refused"], rig.device()["refused_in_a_row"]) == (2, 0)


def test_a_disk_without_a_byte_left_ends_no_device(rig: Rig, db: Database) -> None:
    big = b"x" * 40_000

    def words() -> Iterator[DeviceEvent]:
        no_page_more(db)
        yield Reading(data=big)
        db.conn.execute("pragma max_page_count = 1073741823")
        yield Reading(data=b"2")
        raise DeviceLost(DeviceFault.UNPLUGGED)

    life = ProcessLife()
    gun = Script(life, words())
    record_readings(life, GUN, gun, DeviceLog(db, GUN))
    assert rig.scanned() == [b"2"]
    assert (gun.opened, rig.told()) == (2, [("device.lost", "unplugged")])
    assert rig.device()["readings"] == 1
