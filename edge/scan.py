"""A reading as it is written down before anything else happens to it."""

from dataclasses import dataclass

from msgspec import Struct
from sqlite_utils import Database

from edge.clock import Now, Quality, parse_utc
from edge.codes.symbology import Symbology
from edge.disk import demand_room
from edge.store import append

LOGS = ("scans", "page_scans")  # the bridge's readings, and those a browser page was given by a keyboard wedge


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a device read: bytes as they stood in the code, and what the device said about it."""

    data: bytes
    symbology: Symbology | None = None
    aim: str | None = None


class Scan(Struct, frozen=True, kw_only=True):
    """A row of a scan log."""

    seq: int
    station: str
    device: str
    symbology: Symbology | None
    aim: str | None
    data: bytes
    time: str
    clock: Quality
    boot: str
    uptime_ms: int

    @property
    def moment(self) -> Now:
        """When it was read, as the box knew it then."""
        return Now(parse_utc(self.time), self.clock, self.boot, self.uptime_ms)


def write_down(db: Database, log: str, station: str, device: str, reading: Reading, now: Now) -> int:
    """Append a reading to a scan log inside the caller's transaction; its seq. Raises NoRoom on a disk that is full."""
    demand_room(db)
    row = {
        "station": station,
        "device": device,
        "symbology": reading.symbology,
        "aim": reading.aim,
        "data": reading.data,
        "time": now.text,
        "clock": now.clock,
        "boot": now.boot,
        "uptime_ms": now.uptime_ms,
    }
    return append(db, log, row)
