"""How the box is, its devices, screens and line to HQ: what can be known without asking anybody to look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from edge.db_files.repair_log import last_repair
from edge.db_files.replica_rebuild import read_replacement
from edge.disk.watermarks import DiskLevel
from edge.key_files.data_key_file import key_path
from edge.key_files.own_secrets import has_unsealed_note
from edge.platform import heartbeat
from edge.platform.clock import Now, Quality, parse_utc, utc_text
from edge.platform.database import one_row
from edge.platform.version import version
from edge.replica import clone_notice as clones
from edge.replica import hq_replica
from edge.retention import unswept
from edge.store_context import StoreContext
from ui.process_state.screens import Screens
from ui.status.disk import Disk, disk
from ui.status.hq_line import HqConnection, hq_connection
from ui.status.readers import Reader, day_began, readers
from ui.wedge import keyboard_wedge

SAVED_SHOWN = timedelta(days=1)  # as long as somebody may still know what was handed over around that time


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What runs here, and which of HQ's settings and catalogue."""

    software: str
    config: int
    catalog: int
    products: int
    unusable: int  # rows of HQ's


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """All of it, at one moment."""

    moment: Now
    readers: list[Reader]
    line: HqConnection
    disk: Disk
    clock: Quality
    screens: dict[str, int]  # open screens by station or surface; 0: one was open since the start, and is gone
    wedges: list[keyboard_wedge.WedgeCounters]  # scanners that type into the stations' pages
    stuck: list[str]  # loops of the web process that do not run: desk, follower, broom
    failing: int  # pages that failed within the last minute
    cut: bool  # the pages are served on the shop's network, and no request comes through the front
    gs_lost: datetime | None  # when a keyboard scanner last left out what GS1 data needs, today
    versions: Versions
    refilling: bool  # HQ's mirror was damaged or gone, and HQ is sending all of it again
    clones: str  # boxes that run as this store, if there is more than this one: `network card@address`, with commas
    unswept: int | None  # days since old records were last deleted or shortened, if that is too long
    key_beside: bool  # whether the key of the databases is a file on the card that holds them
    keys_in_the_clear: bool  # whether that key is sealed, and a secret of the box's own at HQ is not
    saved: int | None  # records saved from a damaged store.db, if that was within the last day


def _versions(shop: StoreContext) -> Versions:
    found = one_row(shop.hq, "select rows from feeds where feed = 'catalog'")
    return Versions(
        software=version(),
        config=shop.settings.version,
        catalog=hq_replica.feed_version(shop.hq, "catalog"),
        products=found[0] if found else 0,
        unusable=hq_replica.count_unusable_rows(shop.hq),
    )


def _wedges(shop: StoreContext) -> list[keyboard_wedge.WedgeCounters]:
    """In the stations' order."""
    known = keyboard_wedge.wedge_counters(shop.db)
    return [known[place.id] for place in shop.config.stations if place.id in known]


def _saved(shop: StoreContext, moment: Now) -> int | None:
    last = last_repair(shop.db)
    if last is None or last.kind != "salvage" or abs(moment.time - parse_utc(last.time)) > SAVED_SHOWN:
        return None
    return int(sum(last.report["saved"].values()))


def _is_refilling(shop: StoreContext) -> bool:
    found = read_replacement(shop.hq)
    return found is not None and not found.whole


def read_health(shop: StoreContext, screens: Screens, failing: int, moment: Now, *, cut: bool) -> Health:
    """How everything is now; `failing` is how many pages failed within the last minute, `cut` whether the shop's network
    gets none."""
    room = disk(shop)
    silent = (heartbeat.silent_loops_on_full_disk if room.level is DiskLevel.FULL else heartbeat.silent_loops)(
        shop.db, moment
    )
    lost = keyboard_wedge.gs_lost(shop.db, utc_text(day_began(shop.config, moment)))
    return Health(
        moment=moment,
        readers=readers(shop, silent, moment),
        line=hq_connection(shop, silent, moment),
        disk=room,
        stuck=sorted(loop for process, loop in silent if process == "web"),
        failing=failing,
        cut=cut,
        clock=moment.clock,
        screens=screens.by_station(),
        wedges=_wedges(shop),
        gs_lost=parse_utc(lost) if lost else None,
        versions=_versions(shop),
        refilling=_is_refilling(shop),
        clones=clones.read_notice(shop.db),
        unswept=unswept.days_unswept(shop.db) if unswept.is_sweep_late(shop.db) else None,
        key_beside=key_path(shop.config).exists(),
        keys_in_the_clear=has_unsealed_note(Path(shop.config.store.data)),
        saved=_saved(shop, moment),
    )
