"""What other processes did, brought to the screens and to the journal: one follower for the whole web process."""

import logging
import time

import msgspec
from msgspec import Struct

from edge import disk, mirror
from edge.box import Forked, begin_epoch
from edge.clock import now
from edge.journal import Fact, tell
from edge.pickup.step import note_conflicts
from edge.service import Life
from edge.shop import Shop
from edge.store import Changes, NoRoom, after, cursor, move_cursor, one, writing
from ui.screens import Screens

log = logging.getLogger(__name__)

FULL_REST = 1.0  # seconds until a full disk is tried again
DISK_EVERY = 5.0  # seconds between looks though nobody has committed: a disk without a byte left lets nobody commit
TICK = 0.1  # seconds between looks; what comes here is not a scan, and a look costs 8 microseconds


class EpochBegun(Exception):
    """The journal has a new epoch: the process ends and begins anew, so that no thread goes on with the old one."""


class DeviceRow(Struct, frozen=True, kw_only=True):
    """A row of device_log, which the bridge writes."""

    seq: int
    device: str
    station: str
    kind: str  # device.lost, device.back
    detail: str
    time: str


class SyncRow(Struct, frozen=True, kw_only=True):
    """A row of sync_log: a fact's type and its data as JSON text."""

    seq: int
    type: str
    data: str
    time: str


def note_devices(shop: Shop) -> int:
    """Make facts of what the bridge saw of its devices, each once; how many."""
    seen = after(shop.db, "device_log", DeviceRow, cursor(shop.db, "follower:device_log"))
    for row in seen:
        data = {"device": row.device, "detail": row.detail, "at": row.time}
        with writing(shop.db):
            tell(shop.db, shop.box, Fact(kind=row.kind, data=data, station=row.station), now())
            move_cursor(shop.db, "follower:device_log", row.seq)
    return len(seen)


def note_sync(shop: Shop) -> int:
    """Make facts of what sync noted, each once; how many. Raises EpochBegun after a fork."""
    seen = after(shop.db, "sync_log", SyncRow, cursor(shop.db, "follower:sync_log"))
    for row in seen:
        data = msgspec.json.decode(row.data, type=dict)
        with writing(shop.db):
            if row.type == "box.forked":
                begin_epoch(shop.db, msgspec.convert(data, Forked), now())
            tell(shop.db, shop.box, Fact(kind=row.type, data=data | {"at": row.time}), now())
            move_cursor(shop.db, "follower:sync_log", row.seq)
        if row.type == "box.forked":
            raise EpochBegun(
                f"HQ's past is not this box's ({data.get('reason', '')}): the journal goes on in a new epoch"
            )
    return len(seen)


def orders_mark(shop: Shop) -> tuple[str, int]:
    """What differs when any order may stand otherwise: HQ's version, and the store's last step."""
    step = one(shop.db, "select max(seq) from pickup_steps")
    return mirror.stamp(shop.hq, "orders"), (step[0] or 0) if step else 0


def line_mark(shop: Shop) -> tuple[object, ...]:
    """How the line to HQ is, without the moment it was last heard (which moves every few seconds), and how full the disk."""
    return one(shop.db, "select state, since, detail from line") or (), disk.level(shop.db)


def calls_mark(shop: Shop) -> tuple[object, ...] | None:
    return one(shop.db, "select max(seq), count(answered) from staff_calls")


class Follower:
    """Remembers how things stood at the last look, and tells what has changed since."""

    def __init__(self, shop: Shop, screens: Screens, stamp: str) -> None:
        self._shop, self._screens, self._stamp = shop, screens, stamp
        self._marks: dict[str, object] = {}

    def look(self) -> None:
        """One look at both databases."""
        shop = self._shop
        self._screens.version = f"{self._stamp}-{shop.settings.stamp}"
        note_devices(shop)
        note_sync(shop)
        marks = {"orders": orders_mark(shop), "line": line_mark(shop), "calls": calls_mark(shop)}
        if marks["orders"] != self._marks.get("orders"):
            self._conflicts()
        for kind, mark in marks.items():
            if mark != self._marks.get(kind):
                self._screens.changed(kind)
        self._marks = dict(marks)

    def _conflicts(self) -> None:
        new = note_conflicts(self._shop.db, self._shop.hq, self._shop.box, now())
        if new:
            log.info("%d orders were cancelled by HQ after their hand-over", new)


def follow(shop: Shop, screens: Screens, stamp: str, life: Life) -> None:
    """The follower's day: look when somebody has committed, rest. What a full disk cannot keep is looked at again."""
    store, hq, follower = Changes(shop.db), Changes(shop.hq), Follower(shop, screens, stamp)
    full, due = False, 0.0
    while life.goes_on():
        if store.seen() | hq.seen() | full or time.monotonic() >= due:
            was_full, full, due = full, False, time.monotonic() + DISK_EVERY
            try:
                follower.look()
            except NoRoom:
                full = True
                if not was_full:
                    log.error("no room on the disk: facts of devices and sync wait until there is")
        life.rest(FULL_REST if full else TICK)
