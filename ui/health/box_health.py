"""How the box is, its devices, screens and line to HQ: what can be known without asking anybody to look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from edge.db_files.repair_log import last_repair
from edge.db_files.replica_rebuild import read_replacement_record
from edge.disk.watermarks import DiskLevel
from edge.key_files.data_key_file import key_path
from edge.key_files.own_secrets import has_unsealed_note
from edge.platform import heartbeat
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import first_row
from edge.platform.version import version
from edge.replica import clone_notice, hq_replica
from edge.retention import unswept
from edge.store_context import StoreContext
from ui.health.disk import DiskOfStore, disk
from ui.health.hq_line import HqConnection, hq_connection
from ui.health.readers import Reader, day_began, readers
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
class PagesState:
    """What only the web process knows of its own pages."""

    screens: Mapping[str, int]  # open screens by station or surface; 0: one was open since the start, and is gone
    failing: int  # pages that failed within the last minute
    cut: bool  # the pages are served on the shop's network, and no request comes through the front


class Health:
    """All of it, at one moment; each part is read when it is first asked for, so one that cannot be read hides no other."""

    def __init__(self, shop: StoreContext, moment: Now) -> None:
        self.shop, self.moment = shop, moment

    @cached_property
    def disk(self) -> DiskOfStore:
        return disk(self.shop)

    @cached_property
    def silent(self) -> heartbeat.LoopKeys:
        """The loops that do not run, of all processes."""
        if self.disk.level is DiskLevel.FULL:
            return heartbeat.silent_loops_on_full_disk(self.shop.db, self.moment)
        return heartbeat.silent_loops(self.shop.db, self.moment)

    @property
    def stuck(self) -> list[str]:
        """Loops of the web process that do not run: desk, follower, broom."""
        return sorted(loop for process, loop in self.silent if process == "web")

    @cached_property
    def readers(self) -> list[Reader]:
        return readers(self.shop, self.silent, self.moment)

    @cached_property
    def line(self) -> HqConnection:
        return hq_connection(self.shop, self.silent, self.moment)

    @cached_property
    def wedges(self) -> list[keyboard_wedge.WedgeCounters]:
        """Scanners that type into the stations' pages, in the stations' order."""
        known = keyboard_wedge.wedge_counters(self.shop.db)
        return [known[place.id] for place in self.shop.config.stations if place.id in known]

    @cached_property
    def gs_lost(self) -> datetime | None:
        """When a keyboard scanner last left out what GS1 data needs, today."""
        lost = keyboard_wedge.gs_lost(self.shop.db, utc_text(day_began(self.shop.config, self.moment)))
        return parse_utc(lost) if lost else None

    @cached_property
    def versions(self) -> Versions:
        return _versions(self.shop)

    @cached_property
    def refilling(self) -> bool:
        """Whether HQ's mirror was damaged or gone, and HQ is sending all of it again."""
        found = read_replacement_record(self.shop.hq)
        return found is not None and not found.whole

    @cached_property
    def clones(self) -> str:
        """Boxes that run as this store, if there is more than this one: `network card@address`, with commas."""
        return clone_notice.read_notice(self.shop.db)

    @cached_property
    def unswept(self) -> int | None:
        """Days since old records were last deleted or shortened, if that is too long."""
        return unswept.days_unswept(self.shop.db) if unswept.is_sweep_late(self.shop.db) else None

    @cached_property
    def key_beside(self) -> bool:
        """Whether the key of the databases is a file on the card that holds them."""
        return key_path(self.shop.config).exists()

    @cached_property
    def keys_in_the_clear(self) -> bool:
        """Whether that key is sealed, and a secret of the box's own at HQ is not."""
        return has_unsealed_note(Path(self.shop.config.store.data))

    @cached_property
    def saved(self) -> int | None:
        """Records saved from a damaged store.db, if that was within the last day."""
        last = last_repair(self.shop.db)
        if last is None or last.kind != "salvage" or abs(self.moment.time - parse_utc(last.time)) > SAVED_SHOWN:
            return None
        return int(sum(last.report["saved"].values()))


def _versions(shop: StoreContext) -> Versions:
    found = first_row(shop.hq, "select rows from feeds where feed = 'catalog'")
    return Versions(
        software=version(),
        config=shop.settings.version,
        catalog=hq_replica.feed_version(shop.hq, "catalog"),
        products=found[0] if found else 0,
        unusable=hq_replica.count_unusable_rows(shop.hq),
    )
