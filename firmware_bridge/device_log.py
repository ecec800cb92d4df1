"""What the bridge writes down about one device: its readings, and whether it works."""

import time
from typing import Literal

from sqlite_utils import Database

from edge.config.toml_schema import Device
from edge.disk import disk_space
from edge.disk.watermarks import DiskLevel
from edge.facts.box import DeviceBack, DeviceLost
from edge.platform import clock
from edge.platform.database import append_to_log, first_row, writing
from edge.scan.log import Reading, append_reading
from firmware_bridge.devices.events import BytesReceived, DeviceFault
from firmware_bridge.framing.framing import RefusalReason

State = Literal["starting", "works", "lost"]  # of a row in `devices`
StateAndReason = tuple[State, str]  # state, and the slug of what is wrong
STARTING_STATE: StateAndReason = ("starting", "")  # no state is known yet
WORKING_STATE: StateAndReason = ("works", "")
NOISE_NOTE_INTERVAL_S = (
    10.0  # seconds until bytes that made no code (noise) are counted on the card: each write is wear
)


class DeviceLog:
    """One device's rows. A change of its state is reported once, also after a kill: log and state are one transaction."""

    def __init__(self, db: Database, device: Device) -> None:
        self._db = db
        self._device = device
        self._standing, self._no_room = self._enter()
        self._heard = BytesReceived(0)  # not counted on the card yet
        self._counted = time.monotonic()

    def append_reading(self, reading: Reading) -> int:
        """Write a reading down; it is on the card at return. Returns its seq."""
        now = clock.now()
        self._no_room = self._no_room and not self.has_room()
        with writing(self._db):
            seq = append_reading(self._db, "scans", self._device.station, self._device.id, reading, now)
            self._db.conn.execute(
                """update devices set readings = readings + 1, last_reading = ?, refused_in_a_row = 0,
                   no_room = no_room * ? where device = ?""",
                (now.text, self._no_room, self._device.id),
            )
            self._count()
        return seq

    def refused(self, count: int, why: RefusalReason = RefusalReason.UNFINISHED) -> None:
        """Count what came in and was no reading. Refusals because of a full disk do not count against the scanner.

        Those change a row and add none, so that they can be counted on a disk without a byte left (edge/disk/reserve.py): web sees
        the count, and the screen shows it.
        """
        full = why is RefusalReason.NO_ROOM
        with writing(self._db):
            self._db.conn.execute(
                """update devices set refused = refused + ?, refused_in_a_row = refused_in_a_row + ?, no_room = no_room + ?,
                   last_refused = ?, why = ? where device = ?""",
                (count, 0 if full else count, count if full else 0, clock.now().text, why.value, self._device.id),
            )
            self._count()
        self._no_room = self._no_room or full

    def has_room(self) -> bool:
        """Whether every reading is accepted, not only those that promise nothing."""
        return disk_space.current_disk_level(self._db) is not DiskLevel.FULL

    def note_bytes(self, heard: BytesReceived) -> None:
        """Note that bytes came in; they are counted with the code they make, or after NOISE_NOTE_INTERVAL_S seconds without one."""
        self._heard = BytesReceived(self._heard.count + heard.count, heard.ending)

    def note_working(self) -> bool:
        """Note that the device works; true if that is new."""
        if self._heard.count and time.monotonic() - self._counted > NOISE_NOTE_INTERVAL_S:
            with writing(self._db):
                self._count()
        return self._stand(WORKING_STATE)

    def _count(self) -> None:
        """Count the bytes since the last time, inside the caller's transaction."""
        if self._heard.count:
            self._db.conn.execute(
                "update devices set heard = heard + ?, ending = ? where device = ?",
                (self._heard.count, self._heard.ending, self._device.id),
            )
        self._heard, self._counted = BytesReceived(0), time.monotonic()

    def note_lost(self, detail: DeviceFault) -> bool:
        """Note that the device cannot be read; true if that, or its reason, is new."""
        return self._stand(("lost", detail.value))

    def _enter(self) -> tuple[StateAndReason, bool]:
        """Make the device's row, or find that of an earlier process; also whether readings were refused for lack of room."""
        device, now = self._device, clock.now().text
        kind = str(device.__struct_config__.tag)
        with writing(self._db):
            self._db.conn.execute(
                """insert into devices (device, station, kind, state, detail, since) values (?, ?, ?, ?, ?, ?)
                on conflict (device) do update set station = excluded.station, kind = excluded.kind""",
                (device.id, device.station, kind, *STARTING_STATE, now),
            )
            row = first_row(self._db, "select state, detail, no_room from devices where device = ?", (device.id,))
        assert row is not None
        return (row[0], row[1]), row[2] > 0

    def _stand(self, standing: StateAndReason) -> bool:
        if standing == self._standing:
            return False
        now = clock.now().text
        with writing(self._db):
            # Reported: lost after any other state, back after lost. Not reported: a new device works, another reason for lost.
            match self._standing[0], standing[0]:
                case (("starting" | "works"), "lost"):
                    self._tell(DeviceLost(device=self._device.id, detail=standing[1]), now)
                case "lost", "works":
                    self._tell(DeviceBack(device=self._device.id, detail=standing[1]), now)
            self._db.conn.execute(
                "update devices set state = ?, detail = ?, since = ? where device = ?",
                (*standing, now, self._device.id),
            )
        self._standing = standing
        return True

    def _tell(self, fact: DeviceLost | DeviceBack, now: str) -> None:
        row = {
            "device": fact.device,
            "station": self._device.station,
            "kind": fact.TYPE,
            "detail": fact.detail,
            "time": now,
        }
        append_to_log(self._db, "device_log", row)
