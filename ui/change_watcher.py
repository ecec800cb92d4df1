"""What other processes did, brought to the screens and to the journal: one follower for the whole web process."""

import logging
import time
from functools import partial

import msgspec
from msgspec import Struct

from edge.box_identity import reissue_epoch_after_fork
from edge.db_files.full_disk_retry import FULL_DISK_RETRY_DELAY_S, FullDiskRetry
from edge.disk import disk_space
from edge.facts.box import BoxForked
from edge.facts.fact import FactAttributes
from edge.facts.journal import RelayedFactRow, tell_relayed
from edge.features.outcome import clear_screen
from edge.features.pickup.holds import sweep_holds
from edge.features.pickup.transition import note_conflicts
from edge.platform import heartbeat
from edge.platform.clock import now
from edge.platform.database import CommitDetector, NoRoom, cursor, first_row, move_cursor, rows, rows_after, writing
from edge.platform.process import ProcessLife
from edge.registry import lane_of_fact, watched_feeds
from edge.replica import clone_notice, hq_replica
from edge.store_context import StoreContext
from ui.process_state.screens import Screens

log = logging.getLogger(__name__)

DISK_POLL_INTERVAL_S = 5.0  # seconds between looks without a commit: a full disk lets no process commit
HOLDS_INTERVAL_S = 60.0  # seconds between looks at how long orders are held: their end is set by the hour
POLL_INTERVAL_S = 0.1  # seconds between looks; what comes here is not a scan, and a look costs 8 microseconds


class EpochBegun(Exception):
    """The journal has a new epoch: the process restarts, so that no thread continues with the old one."""


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


def note_devices(shop: StoreContext) -> int:
    """Make facts of what the bridge saw of its devices, each once; how many."""
    seen = rows_after(shop.db, "device_log", DeviceRow, cursor(shop.db, "follower:device_log"))
    for row in seen:
        data, about = {"device": row.device, "detail": row.detail}, FactAttributes(station=row.station)
        with writing(shop.db):
            tell_relayed(
                shop.db,
                shop.box,
                RelayedFactRow(type=row.kind, lane=lane_of_fact(row.kind), data=data, time=row.time),
                now(),
                about,
            )
            move_cursor(shop.db, "follower:device_log", row.seq)
    return len(seen)


def note_sync(shop: StoreContext) -> int:
    """Make facts of what sync noted, each once; how many. Raises EpochBegun after a fork."""
    seen = rows_after(shop.db, "sync_log", SyncRow, cursor(shop.db, "follower:sync_log"))
    for row in seen:
        data = msgspec.json.decode(row.data, type=dict)
        with writing(shop.db):
            if row.type == BoxForked.TYPE:
                reissue_epoch_after_fork(shop.db, msgspec.convert(data, BoxForked), now())
            tell_relayed(
                shop.db,
                shop.box,
                RelayedFactRow(type=row.type, lane=lane_of_fact(row.type), data=data, time=row.time),
                now(),
            )
            move_cursor(shop.db, "follower:sync_log", row.seq)
        if row.type == BoxForked.TYPE:
            raise EpochBegun(
                f"HQ's past is not this box's ({data.get('reason', '')}): the journal goes on in a new epoch"
            )
    return len(seen)


def refusals_stamp(shop: StoreContext) -> dict[str, tuple[str, int]]:
    """By device: its station, and how many readings were refused there because the disk is full."""
    found = rows(shop.db, "select device, station, no_room from devices")
    return {row["device"]: (row["station"], row["no_room"]) for row in found}


def orders_stamp(shop: StoreContext) -> tuple[str, int]:
    """A value that changes if any order may have changed: HQ's version, and the store's last step."""
    step = first_row(shop.db, "select max(seq) from pickup_steps")
    return hq_replica.feed_stamp(shop.hq, "orders"), (step[0] or 0) if step else 0


def system_state_stamp(shop: StoreContext) -> tuple[object, ...]:
    """The state of the MQTT connection without the time of HQ's last message (which changes every few seconds), how full the
    disk is, which loops have stopped, and whether HQ knows of another box that runs as this store."""
    return (
        first_row(shop.db, "select state, reason, since, detail from line") or (),
        disk_space.current_disk_level(shop.db),
        heartbeat.silent_loops(shop.db, now()),
        clone_notice.read_notice(shop.db),
    )


def calls_stamp(shop: StoreContext) -> tuple[object, ...] | None:
    return first_row(shop.db, "select max(seq), count(answered) from staff_calls")


def sessions_stamp(shop: StoreContext) -> tuple[object, ...]:
    """Who is signed in where, and HQ's version of those who may be."""
    signed_in = shop.db.conn.execute("select id from staff_sessions order by id").fetchall()
    return (hq_replica.feed_stamp(shop.hq, "staff"), *signed_in)


def printing_stamp(shop: StoreContext) -> tuple[object, ...]:
    """What has become of the print jobs, and how the printers are."""
    return (
        first_row(shop.db, "select max(seq) from print_jobs"),
        *shop.db.conn.execute("select job, state from print_results order by job desc limit 100").fetchall(),
        *shop.db.conn.execute("select printer, reason from printers order by printer").fetchall(),
    )


def end_session(shop: StoreContext, station: str) -> None:
    """The shopper at a screen has changed. If that cannot be written (disk full), the session ends by its timeout."""
    try:
        with writing(shop.db):
            clear_screen(shop.db, station, now())
    except NoRoom:
        log.warning("disk full: the session at %s ends by its time", station)


class ChangeWatcher:
    """Remembers the state at the last check, and notifies the screens of changes."""

    def __init__(self, shop: StoreContext, screens: Screens, stamp: str) -> None:
        self._shop, self._screens, self._stamp = shop, screens, stamp
        self._marks: dict[str, object] = {}
        self._feeds: dict[str, str] = {}  # by feed, its stamp when features looked at its rows
        self._refusals = refusals_stamp(shop)
        self._holds_due = 0.0
        self._store, self._hq, self._due = CommitDetector(shop.db), CommitDetector(shop.hq), 0.0

    def look_if_due(self, again: bool) -> None:
        """Look if a process has committed, if it is time to, or `again` because the last look was not finished."""
        if self._store.seen() | self._hq.seen() | again or time.monotonic() >= self._due:
            self._due = time.monotonic() + DISK_POLL_INTERVAL_S
            self.look_at_databases()

    def look_at_databases(self) -> None:
        """One look at both databases."""
        shop = self._shop
        shop.renew()
        self._screens.version = f"{self._stamp}-{shop.settings.stamp}"
        self._tell_refused()
        note_devices(shop)
        note_sync(shop)
        marks = {
            "orders": orders_stamp(shop),
            "line": system_state_stamp(shop),
            "calls": calls_stamp(shop),
            "sessions": sessions_stamp(shop),
            "printing": printing_stamp(shop),
        }
        if marks["orders"] != self._marks.get("orders"):
            self._conflicts()
        self._holds()
        for kind, mark in marks.items():
            if mark != self._marks.get(kind):
                self._screens.changed(kind)
        self._marks = dict(marks)
        self._rows()

    def _tell_refused(self) -> None:
        """A code that could not be stored ends the session of the shopper before, and the screen says why."""
        before, self._refusals = self._refusals, refusals_stamp(self._shop)
        fresh = {at for device, (at, count) in self._refusals.items() if count > before.get(device, (at, 0))[1]}
        for station in sorted(fresh):
            end_session(self._shop, station)
            self._screens.refused(station)

    def _rows(self) -> None:
        """Let features look at the rows of feeds that have changed, and once more when the clock has been set."""
        clock = now().clock
        for feed, looks in watched_feeds(self._shop.policy).items():
            stamp = f"{hq_replica.feed_stamp(self._shop.hq, feed)} {clock == 'unset'}"
            if stamp != self._feeds.get(feed):
                for look in looks:
                    look(self._shop)
                self._feeds[feed] = stamp

    def _holds(self) -> None:
        """End the holds that are over, once a minute: the next look brings it to the screens."""
        if time.monotonic() >= self._holds_due:
            self._holds_due = time.monotonic() + HOLDS_INTERVAL_S
            sweep_holds(self._shop, now())

    def _conflicts(self) -> None:
        new = note_conflicts(self._shop.db, self._shop.hq, self._shop.box, now())
        if new:
            log.info("%d orders were cancelled by HQ after their hand-over", new)


def watch_changes(shop: StoreContext, screens: Screens, stamp: str, life: ProcessLife) -> None:
    """Watch both databases until the process ends: look after each commit. What a full disk cannot keep is looked at again."""
    follower = ChangeWatcher(shop, screens, stamp)
    rounds = FullDiskRetry(log, "facts of devices and sync wait until there is room")
    while life.goes_on():
        rounds.run_round(partial(follower.look_if_due, rounds.again))
        life.rest(FULL_DISK_RETRY_DELAY_S if rounds.again else POLL_INTERVAL_S)
