"""The scanners and cameras of noren.toml: how each is, and what was read with it."""

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from msgspec import Struct

from edge.config.toml_schema import Config, Device
from edge.platform.clock import Now, business_day, parse_utc, utc_text
from edge.platform.database import rows, values
from edge.platform.heartbeat import LoopKeys
from edge.single_instance import is_instance_locked
from edge.store_context import StoreContext
from ui.wedge import keyboard_wedge

BRIDGE_LOOP = ("bridge", "heartbeat")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderCounts:
    """What went into a scanner's line and what came out of it, since the box knows the scanner."""

    heard: int = 0  # bytes; of a scanner that types, keys
    readings: int = 0
    refused: int = 0
    answered: int = 0  # readings that the scan processor has answered
    refused_in_a_row: int = 0  # since the last reading
    last_refused: datetime | None = None
    why: str = ""  # firmware_bridge's slug of the last refusal
    ending: str = ""  # what ends a code there; empty if that is not known
    no_room: int = 0  # refused since there was room for everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A scanner or camera of noren.toml, and how it is."""

    device: str
    kind: str  # serial, hid, camera
    station: str
    number: int  # among those of its sort at its station, from 1; 0 if it is the only one
    state: str  # works, starting, lost, or stopped: the bridge or this device's loop does not run
    detail: str  # firmware_bridge's slug of what is wrong
    since: datetime | None
    today: int  # readings since the shop's day began
    last: datetime | None
    counts: ReaderCounts = ReaderCounts()

    @property
    def garbled(self) -> bool:
        """Whether it works and yet nothing it sends can be read: its settings are to blame, no hand."""
        return self.state == "works" and self.counts.refused_in_a_row >= keyboard_wedge.BROKEN_IN_A_ROW

    @property
    def blind(self) -> bool:
        """Whether nothing can be read with it; a film that has ended is no trouble."""
        return self.state == "stopped" or (self.state == "lost" and self.detail != "ended")


class DeviceRow(Struct, frozen=True, kw_only=True):
    """A row of `devices`, which the bridge writes."""

    device: str
    state: str
    detail: str
    since: str
    last_reading: str | None
    heard: int
    readings: int
    refused: int
    refused_in_a_row: int
    last_refused: str | None
    why: str
    ending: str
    no_room: int


def day_began(config: Config, moment: Now) -> datetime:
    """When the shop's day began."""
    day = business_day(moment.time, config.zone, config.store.day_starts)
    return datetime.combine(datetime.fromisoformat(day), time(config.store.day_starts), config.zone)


def _today(shop: StoreContext, since: datetime) -> dict[str, int]:
    """Readings by device after the last one from before `since`: only today's rows are walked, however long the log."""
    found = rows(
        shop.db,
        """select device, count(*) as readings from scans
           where seq > coalesce((select seq from scans where time < ? order by seq desc limit 1), 0) group by device""",
        (utc_text(since),),
    )
    return {row["device"]: row["readings"] for row in found}


def _answered(shop: StoreContext) -> dict[str, int]:
    """Readings that the scan processor has answered, by device."""
    sql = "select device, sum(count) as count from answered where log = 'scans' group by device"
    return {row["device"]: row["count"] for row in rows(shop.db, sql)}


def _counts(row: DeviceRow | None, answered: int) -> ReaderCounts:
    if row is None:
        return ReaderCounts()
    return ReaderCounts(
        heard=row.heard,
        readings=row.readings,
        refused=row.refused,
        answered=answered,
        refused_in_a_row=row.refused_in_a_row,
        last_refused=parse_utc(row.last_refused) if row.last_refused else None,
        why=row.why,
        ending=row.ending,
        no_room=row.no_room,
    )


def device_kind(device: Device) -> str:
    """serial, hid or camera, as noren.toml has it."""
    return str(device.__struct_config__.tag)


def _numbers(config: Config) -> list[int]:
    """For each device its number among those that a clerk would call the same."""
    names = [(device.station, device_kind(device) == "camera") for device in config.devices]
    return [names[: at + 1].count(name) if names.count(name) > 1 else 0 for at, name in enumerate(names)]


def _state(row: DeviceRow | None, *, alive: bool) -> str:
    if not alive:
        return "stopped"
    return row.state if row else "starting"


def _loop(device: Device) -> tuple[str, str]:
    """The device's loop in the bridge. One that waits for its device may be silent for long; one that reads may not."""
    return BRIDGE_LOOP[0], f"within/{device.id}"


def readers(shop: StoreContext, silent: LoopKeys, moment: Now) -> list[Reader]:
    """Every device of noren.toml, in its order."""
    alive = is_instance_locked(Path(shop.config.store.data) / "bridge.lock") and BRIDGE_LOOP not in silent
    known = {row.device: row for row in values(shop.db, DeviceRow, "select * from devices")}
    today = _today(shop, day_began(shop.config, moment)) if known else {}
    answered = _answered(shop)
    found = []
    for device, number in zip(shop.config.devices, _numbers(shop.config), strict=True):
        row = known.get(device.id)
        reader = Reader(
            device=device.id,
            kind=device_kind(device),
            station=device.station,
            number=number,
            state=_state(row, alive=alive and not (row and row.state == "works" and _loop(device) in silent)),
            detail=row.detail if row else "",
            since=parse_utc(row.since) if row else None,
            today=today.get(device.id, 0),
            last=parse_utc(row.last_reading) if row and row.last_reading else None,
            counts=_counts(row, answered.get(device.id, 0)),
        )
        found.append(reader)
    return found


def reader_noun(one: Reader) -> str:
    """What a clerk would call it: camera, or scanner."""
    return "camera" if one.kind == "camera" else "scanner"
