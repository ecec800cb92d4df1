"""What is deleted when: only what HQ has kept, after the days of the policy, or sooner on a disk that fills."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge import registry
from edge.db_files import replica_rebuild as mirror_file
from edge.db_files.full_disk_retry import FullDiskRetry
from edge.db_files.inspection import find_damage
from edge.disk import disk_space, load_shedding, reserve
from edge.disk.watermarks import DiskLevel
from edge.features.expiring_table import ROWID_IN_PAGE_SQL, ExpiringTable
from edge.platform.clock import Now, SteadyClock, now, utc_text
from edge.platform.database import cursor, writing
from edge.platform.process import ProcessLife
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Connection, Damaged, file_identity
from edge.retention import unswept
from edge.retention.card_numbers import CardNumberErasure
from edge.retention.log_retention import last_expired_rowid
from edge.scan import raw_reading
from edge.store_context import StoreContext

log = logging.getLogger(__name__)

SWEEP_INTERVAL_S = 3600.0  # seconds between rounds
LOOP_INTERVAL_S = 3.0  # seconds between looks at clock and disk: this also shows that the loop still runs
REPORT_INTERVAL_S = 3600.0  # seconds between facts about what was thinned, while it goes on; at once when it is over
ROWS_PER_DELETE = 500  # rows a transaction deletes, so that a scan never waits long for retention
JTI_KEPT_DAYS = (
    2  # a signed code is valid for a minute; two days are longer than any correction of the clock in between
)

# A journal row goes only when HQ has kept it.
_OWN_TABLES = (
    ExpiringTable(
        name="journal",
        expired=f"""select t.rowid from journal t join kept k on k.epoch = t.epoch and k.lane = t.lane
                    where {ROWID_IN_PAGE_SQL} and t.seq <= k.seq""",
    ),
    ExpiringTable(
        name="outcomes",
        expired=f"""select t.rowid from outcomes t where {ROWID_IN_PAGE_SQL}
                    and t.seq not in (select outcome from screens where outcome is not null)""",
    ),
    ExpiringTable(
        name="page_scans",
        expired=f"""select t.rowid from page_scans t where {ROWID_IN_PAGE_SQL}
                    and t.seq <= (select coalesce(max(seq), 0) from cursors where name = 'desk:page_scans')""",
    ),
)
_WHEN = {"journal": "json_extract(event, '$.time')"}  # where a table keeps the time of a row, if not in `time`


def sweep(shop: StoreContext, moment: Now, life: ProcessLife) -> dict[str, int]:
    """One round: deletes rows in short transactions, and stops when the life ends. Returns how many, by table."""
    gone: dict[str, int] = {}
    with _mirror_attached(shop):
        for table in (*_OWN_TABLES, *registry.EXPIRING_TABLES):
            gone[table.name] = _sweep_table(shop, table, moment, life)
    with writing(shop.db):
        old = int(moment.time.timestamp()) - JTI_KEPT_DAYS * 86400
        gone["used_tokens"] = shop.db.conn.execute("delete from used_tokens where expires < ?", (old,)).rowcount
    return {table: count for table, count in gone.items() if count}


@contextmanager
def _mirror_attached(shop: StoreContext) -> Iterator[None]:
    """The replica as `hq` beside the store's tables. Raises Damaged for the file of the two that is damaged."""
    file = Path(shop.config.store.data) / mirror_file.REPLICA_FILE
    db = shop.db.conn
    assert isinstance(db, Connection)
    try:
        db.attach(file, "hq")
        try:
            yield
        finally:
            db.execute("detach database hq")
    except sqlite3.DatabaseError as error:
        if why := find_damage(file, within=None):
            raise Damaged(file, file_identity(file), why) from error
        raise


def _sweep_table(shop: StoreContext, table: ExpiringTable, moment: Now, life: ProcessLife) -> int:
    """From the oldest row on, a page at a time, until the rows are young. The search needs no write lock: what may go, stays so.

    Its cost depends on the number of old rows, not on the table's size.
    """
    total = last = 0
    limit = moment.time - table.kept(shop.policy)
    end = last_expired_rowid(shop.db, table.name, _WHEN.get(table.name, "time"), limit, moment)
    page = f"select rowid from {table.name} where rowid > ? and rowid <= ? order by rowid limit {ROWS_PER_DELETE}"
    while life.goes_on():
        old = shop.db.conn.execute(page, (last, end)).fetchall()
        if not old:
            break
        rows = shop.db.conn.execute(
            table.expired, {"first": old[0][0], "last": old[-1][0], "before": utc_text(limit)}
        ).fetchall()
        with writing(shop.db):
            shop.db.conn.executemany(f"delete from {table.name} where rowid = ?", rows)
        total, last = total + len(rows), old[-1][0]
    return total


class RetentionSweep:
    """Remembers when retention last ran, and how full the disk was."""

    def __init__(self, shop: StoreContext) -> None:
        self._shop = shop
        self._clock = SteadyClock()
        self._due = self._tell_due = time.monotonic()
        self._counted: int | None = None  # uptime (ms) up to which the time without a sweep is counted
        self._level = disk_space.recorded_disk_level(shop.db)
        self._begun = False
        self._cards = CardNumberErasure(shop.db)

    def run_if_due(self, moment: Now, at: float, life: ProcessLife) -> None:
        """What is due at `at` (monotonic seconds): old bytes and the disk each time, the sweep hourly if the clock is steady."""
        self._shop.renew()
        db = self._shop.db
        raw_reading.delete_due_reading_bytes(db, "page_scans", cursor(db, "desk:page_scans"), moment, life)
        self._cards.run_if_due(at, life)
        self._look(moment, at, life)
        if not self._clock.is_steady_at(moment):
            self._count_on(moment)
        elif at >= self._due:
            self._due = at + SWEEP_INTERVAL_S
            self._counted = moment.uptime_ms
            unswept.clear_unswept_time(self._shop.db)
            if gone := sweep(self._shop, moment, life):
                log.info("retention deleted after %d days: %s", self._shop.policy.retention_days, gone)

    def _count_on(self, moment: Now) -> None:
        """Once an hour, add to the time for which the sweep has waited for a clock."""
        if self._counted is None:
            self._counted = moment.uptime_ms
        passed = moment.uptime_ms - self._counted
        if passed >= SWEEP_INTERVAL_S * 1000:
            self._counted = moment.uptime_ms
            unswept.add_unswept_time(self._shop.db, passed)

    def _look(self, moment: Now, at: float, life: ProcessLife) -> None:
        """Note how full the disk is, thin what is not needed, and report that to HQ. Keep the reserve while there is room, and in
        any case at the start: the log is small then."""
        db = self._shop.db
        before, self._level = self._level, disk_space.record_disk_level(db, self._shop.config.store.budget_mb, moment)
        if self._level is not before:
            log.warning("disk space: %s", self._level)
        if self._level is not DiskLevel.OK and (gone := load_shedding.delete_spare_rows(db, self._level, moment, life)):
            log.warning("disk nearly full, load shedding deleted: %s", gone)
        if self._level is DiskLevel.OK or at >= self._tell_due:
            self._tell_due = at + REPORT_INTERVAL_S
            load_shedding.report_thinned_rows(db, self._shop.box, moment)
        if self._level is DiskLevel.OK or not self._begun:
            self._begun = True
            self._reserve()

    def _reserve(self) -> None:
        made = reserve.refill_reserve(self._shop.db)
        if self._level is DiskLevel.OK:
            made |= reserve.reserve_for_start(Path(self._shop.config.store.data))
        if made:
            log.info("the disk reserve is allocated")


def run_retention(shop: StoreContext, life: ProcessLife) -> None:
    """Retention's loop. A full disk ends a round, but not the loop: room may come from elsewhere."""
    broom, rounds = RetentionSweep(shop), FullDiskRetry(log, "retention cannot run")
    while life.goes_on():
        rounds.run_round(lambda: broom.run_if_due(now(), time.monotonic(), life))
        life.rest(LOOP_INTERVAL_S)
