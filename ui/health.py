"""How the box is, its devices, screens and line to HQ: what can be known without asking anybody to look."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib import metadata
from pathlib import Path
from typing import Literal

from msgspec import Struct

from edge import mirror
from edge.clock import Now, Quality, business_day, parse_utc, utc_text
from edge.config import Config, Device
from edge.disk import level, measure
from edge.fullness import Level
from edge.journal import Waiting, standing
from edge.only_one import runs
from edge.shop import Shop
from edge.store import one, rows, values
from ui import wedge
from ui.screens import Screens

LATE = timedelta(minutes=5)  # without a word of HQ's on a line that is up: HQ speaks every 20 s

# What sync writes as the reason where the broker answers and HQ does not, and where sync itself has stopped.
AWAY = frozenset({"HQ has not spoken yet", "HQ is not there", "HQ has fallen silent"})
STOPPED = "sync is not running"

Reach = Literal["there", "late", "away", "cut", "stopped"]  # how HQ is to be had


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A scanner or camera of noren.toml, and how it is."""

    device: str
    kind: str  # serial, hid, camera
    station: str
    number: int  # among those of its sort at its station, from 1; 0 where it is the only one
    state: str  # works, starting, lost, or stopped where the bridge does not run
    detail: str  # firmware_bridge's slug of what is wrong
    since: datetime | None
    today: int  # readings since the shop's day began
    last: datetime | None

    @property
    def blind(self) -> bool:
        """Whether nothing can be read with it; a film that has ended is no trouble."""
        return self.state == "stopped" or (self.state == "lost" and self.detail != "ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The line to HQ, and what goes over it."""

    reach: Reach
    since: datetime | None  # of being up or down
    heard: datetime | None
    facts: Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The card or disk that holds the store's data, in bytes, and what that means for the store's work."""

    total: int
    free: int
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What runs here, and which of HQ's settings and catalogue."""

    software: str
    config: int
    catalog: int
    products: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """All of it, at one moment."""

    moment: Now
    readers: list[Reader]
    line: Line
    disk: Disk
    clock: Quality
    screens: dict[str, int]  # open screens by station or surface; 0: one was open since the start, and is gone
    gs_lost: datetime | None  # when a keyboard scanner last left out what GS1 data needs, today
    versions: Versions


class DeviceRow(Struct, frozen=True, kw_only=True):
    """A row of `devices`, which the bridge writes."""

    device: str
    state: str
    detail: str
    since: str
    last_reading: str | None


def day_began(config: Config, moment: Now) -> datetime:
    """When the shop's day began."""
    day = business_day(moment.time, config.zone, config.store.day_starts)
    return datetime.combine(datetime.fromisoformat(day), time(config.store.day_starts), config.zone)


def _today(shop: Shop, since: datetime) -> dict[str, int]:
    """Readings by device after the last one from before `since`: only today's rows are walked, however long the log."""
    found = rows(
        shop.db,
        """select device, count(*) as readings from scans
           where seq > coalesce((select seq from scans where time < ? order by seq desc limit 1), 0) group by device""",
        (utc_text(since),),
    )
    return {row["device"]: row["readings"] for row in found}


def kind(device: Device) -> str:
    """serial, hid or camera, as noren.toml has it."""
    return str(device.__struct_config__.tag)


def _numbers(config: Config) -> list[int]:
    """For each device its number among those that a clerk would call the same."""
    names = [(device.station, kind(device) == "camera") for device in config.devices]
    return [names[: at + 1].count(name) if names.count(name) > 1 else 0 for at, name in enumerate(names)]


def readers(shop: Shop, moment: Now) -> list[Reader]:
    """Every device of noren.toml, in its order."""
    alive = runs(Path(shop.config.store.data) / "bridge.lock")
    known = {row.device: row for row in values(shop.db, DeviceRow, "select * from devices")}
    today = _today(shop, day_began(shop.config, moment)) if known else {}
    found = []
    for device, number in zip(shop.config.devices, _numbers(shop.config), strict=True):
        row = known.get(device.id)
        reader = Reader(
            device=device.id,
            kind=kind(device),
            station=device.station,
            number=number,
            state="stopped" if not alive else row.state if row else "starting",
            detail=row.detail if row else "",
            since=parse_utc(row.since) if row else None,
            today=today.get(device.id, 0),
            last=parse_utc(row.last_reading) if row and row.last_reading else None,
        )
        found.append(reader)
    return found


def _reach(state: str, detail: str, word: datetime, moment: Now) -> Reach:
    match state, detail:
        case "up", _:
            return "late" if moment.clock != "unset" and moment.time - word > LATE else "there"
        case _, why if why in AWAY:
            return "away"
        case _, why if why == STOPPED:
            return "stopped"
        case _:
            return "cut"


def line(shop: Shop, moment: Now) -> Line:
    """How HQ is to be had, and what waits for it."""
    facts = standing(shop.db, shop.box.epoch)
    row = one(shop.db, "select state, since, heard, detail from line")
    if row is None:
        return Line(reach="stopped", since=None, heard=None, facts=facts)
    since, heard = parse_utc(row[1]), parse_utc(row[2]) if row[2] else None
    reach = _reach(row[0], row[3], max(since, heard or since), moment)
    return Line(reach=reach, since=since, heard=heard, facts=facts)


def disk(shop: Shop) -> Disk:
    """The room where the store's data lies; of a budget for store.db, where that is what is short."""
    room = measure(shop.db)
    total, free = room.total, room.left
    if room.budget is not None and room.is_short_of_budget:
        total, free = room.budget, max(0, room.budget - room.live)
    return Disk(total=total, free=free, level=level(shop.db))


def software() -> str:
    """The version of Noren, or nothing where it runs from its source tree and none was built."""
    try:
        return metadata.version("noren")
    except metadata.PackageNotFoundError:
        return ""


def _versions(shop: Shop) -> Versions:
    found = one(shop.hq, "select rows from feeds where feed = 'catalog'")
    return Versions(
        software=software(),
        config=shop.settings.version,
        catalog=mirror.version(shop.hq, "catalog"),
        products=found[0] if found else 0,
    )


def look(shop: Shop, screens: Screens, moment: Now) -> Health:
    """How everything is now."""
    lost = wedge.gs_lost(shop.db, utc_text(day_began(shop.config, moment)))
    return Health(
        moment=moment,
        readers=readers(shop, moment),
        line=line(shop, moment),
        disk=disk(shop),
        clock=moment.clock,
        screens=screens.by_station(),
        gs_lost=parse_utc(lost) if lost else None,
        versions=_versions(shop),
    )
