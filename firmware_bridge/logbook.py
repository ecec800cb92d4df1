"""What the bridge writes down of one device: its readings, and whether it works."""

from typing import Literal

from sqlite_utils import Database

from edge import clock
from edge.config import Device
from edge.scan import Reading, write_down
from edge.store import append, one, writing
from firmware_bridge.reading import Detail

State = Literal["starting", "works", "lost"]  # of a row in `devices`
Standing = tuple[State, str]  # and the slug of what is wrong
STARTING: Standing = ("starting", "")  # never yet heard of
WORKS: Standing = ("works", "")


class Logbook:
    """One device's rows. A change of its standing is told once, also over a kill: log and state move together."""

    def __init__(self, db: Database, device: Device) -> None:
        self._db = db
        self._device = device
        self._standing = self._enter()

    def read(self, reading: Reading) -> int:
        """Write a reading down, on the card before it returns; its seq."""
        now = clock.now()
        with writing(self._db):
            seq = write_down(self._db, "scans", self._device.station, self._device.id, reading, now)
            self._db.conn.execute(
                "update devices set readings = readings + 1, last_reading = ? where device = ?",
                (now.text, self._device.id),
            )
        return seq

    def refused(self, count: int) -> None:
        """Count what came in and was no reading."""
        with writing(self._db):
            self._db.conn.execute("update devices set refused = refused + ? where device = ?", (count, self._device.id))

    def works(self) -> bool:
        """The device works; true when that is news."""
        return self._stand(WORKS)

    def lost(self, detail: Detail) -> bool:
        """The device cannot be read; true when that, or its reason, is news."""
        return self._stand(("lost", detail.value))

    def _enter(self) -> Standing:
        """Make the device's row, or find the one of the life before."""
        device, now = self._device, clock.now().text
        kind = str(device.__struct_config__.tag)
        with writing(self._db):
            self._db.conn.execute(
                """insert into devices (device, station, kind, state, detail, since) values (?, ?, ?, ?, ?, ?)
                on conflict (device) do update set station = excluded.station, kind = excluded.kind""",
                (device.id, device.station, kind, *STARTING, now),
            )
            row = one(self._db, "select state, detail from devices where device = ?", (device.id,))
        assert row is not None
        return row[0], row[1]

    def _stand(self, standing: Standing) -> bool:
        if standing == self._standing:
            return False
        now = clock.now().text
        with writing(self._db):
            # News are: lost from any other state, back from lost. That a new device works, or why it is lost, are not.
            match self._standing[0], standing[0]:
                case (("starting" | "works"), "lost"):
                    self._tell("device.lost", standing[1], now)
                case "lost", "works":
                    self._tell("device.back", standing[1], now)
            self._db.conn.execute(
                "update devices set state = ?, detail = ?, since = ? where device = ?",
                (*standing, now, self._device.id),
            )
        self._standing = standing
        return True

    def _tell(self, kind: str, detail: str, now: str) -> None:
        row = {"device": self._device.id, "station": self._device.station, "kind": kind, "detail": detail, "time": now}
        append(self._db, "device_log", row)
