"""A reading as it is written down before anything else is done with it."""

from dataclasses import dataclass

from msgspec import Struct
from sqlite_utils import Database

from edge.codes.parse import parse_code
from edge.codes.parsed_code import AddOn, BookRow, Product
from edge.codes.symbology import Symbology
from edge.config.active_config import code_rules
from edge.disk.disk_space import current_disk_level, require_room
from edge.disk.watermarks import DiskLevel
from edge.platform.clock import Now, Quality, parse_utc
from edge.platform.database import append_to_log

SCAN_LOGS = ("scans", "page_scans")  # the bridge's readings, and those that a keyboard wedge typed into a browser page


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a device read: the bytes as they were in the code, and what the device reported about it."""

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


def only_shows_product(db: Database, reading: Reading) -> bool:
    """Whether a reading only shows a product, by the code rules in force now."""
    meaning = parse_code(reading.data, aim=reading.aim, symbology=reading.symbology, rules=code_rules(db))
    return isinstance(meaning, Product | BookRow | AddOn)


def append_reading(db: Database, log: str, station: str, device: str, reading: Reading, now: Now) -> int:
    """Append a reading to a scan log inside the caller's transaction. Returns its seq. Raises NoRoom if the disk is full.

    If it is nearly full, readings that promise nothing are still accepted: a price tag is looked up, and its rows go again soon.
    """
    if current_disk_level(db) is DiskLevel.FULL and not only_shows_product(db, reading):
        require_room(db)
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
    return append_to_log(db, log, row)


def count_answered(db: Database, log: str, scan: Scan) -> None:
    """Count one more answered reading of this device, inside the transaction that answers it."""
    db.conn.execute(
        """insert into answered (log, station, device, count) values (?, ?, ?, 1)
           on conflict (log, station, device) do update set count = count + 1""",
        (log, scan.station, scan.device),
    )
