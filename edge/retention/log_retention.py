"""What a process deletes of the logs it writes: bytes of answered readings, and rows that were read, by age or if room is short."""

import logging
import math
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from edge.disk import disk_space, load_shedding
from edge.disk.watermarks import DiskLevel
from edge.platform.clock import Now, SteadyClock, now, parse_utc, utc_text
from edge.platform.database import NoRoom, cursor, first_row, open_store, writing
from edge.platform.process import ProcessLife
from edge.scan import raw_reading

log = logging.getLogger(__name__)

SWEEP_INTERVAL_S = 3600.0  # seconds between rounds
LOOP_INTERVAL_S = 3.0  # seconds between looks at clock and disk: this also shows that the loop still runs
ROWS_PER_DELETE = 500  # rows a transaction deletes, so that a scan never waits long for it
# No Noren ran before. The clock of a box that never got the time begins at the build of its system.
EARLIEST_TIME = datetime(2026, 8, 1, tzinfo=UTC)
AGE_DELETED_PER_SWEEP = timedelta(days=1)  # of rows that may be deleted in one round
DAYS_KEPT = 90  # days a row stays after its follower has read it


def run_log_retention(data: Path, logs: Mapping[str, str], life: ProcessLife) -> None:
    """Rounds until the life ends. `logs`: table -> the cursor of its follower."""
    with open_store(data) as db:
        retention = LogRetention(db, logs)
        while life.goes_on():
            if gone := retention.run_if_due(now(), time.monotonic(), life):
                log.info("retention deleted: %s", gone)
            life.rest(LOOP_INTERVAL_S)


class LogRetention:
    """Remembers since when the clock has been steady, and when the next round is due."""

    def __init__(self, db: Database, logs: Mapping[str, str]) -> None:
        self._db, self._logs = db, logs
        self._clock = SteadyClock()
        self._due = -math.inf  # monotonic seconds

    def run_if_due(self, moment: Now, at: float, life: ProcessLife) -> dict[str, int]:
        """Delete rows at `at` (monotonic seconds). Returns how many, by table.

        Old rows go once an hour if the clock is steady. While room is short, rows that are not needed go whatever the clock.
        """
        gone = dict.fromkeys(self._logs, 0)
        if "scans" in self._logs:
            raw_reading.delete_due_reading_bytes(self._db, "scans", cursor(self._db, self._logs["scans"]), moment, life)
        if self._clock.is_steady_at(moment) and at >= self._due:
            self._due = at + SWEEP_INTERVAL_S
            for name, follower in self._logs.items():
                gone[name] += sweep_log(self._db, name, follower, moment, life)
        if "scans" in self._logs and disk_space.recorded_disk_level(self._db) is not DiskLevel.OK:
            read = cursor(self._db, self._logs["scans"])
            gone["scans"] += load_shedding.delete_spare_scans(self._db, "scans", read, moment, life)
        return {name: count for name, count in gone.items() if count}


def sweep_log(db: Database, log_name: str, follower: str, moment: Now, life: ProcessLife) -> int:
    """Delete rows that a log's follower has long read. Returns how many. On a disk without a byte left none can be deleted now."""
    last = min(
        last_expired_rowid(db, log_name, "time", moment.time - timedelta(days=DAYS_KEPT), moment), cursor(db, follower)
    )
    total = 0
    try:
        while life.goes_on():
            with writing(db):
                sql = f"delete from {log_name} where seq in (select seq from {log_name} where seq <= ? order by seq limit ?)"
                gone = db.conn.execute(sql, (last, ROWS_PER_DELETE)).rowcount
            total += gone
            if gone < ROWS_PER_DELETE:
                break
    except NoRoom:
        log.error("disk full: retention of %s cannot run", log_name)
    return total


def last_expired_rowid(db: Database, table: str, when: str, before: datetime, moment: Now) -> int:
    """The rowid of the last row that may be deleted as older than `before`; 0 if none may.

    `when` is the column (or SQL) of a row's time. A time that no right clock can show (before Noren was made, or in the future)
    is ignored: such a row is as old as its neighbours. At most one day's rows are deleted at once, from the oldest row on: if
    the clock is wrong after all, that is the whole loss.
    """
    first, last = utc_text(EARLIEST_TIME), moment.text
    said = f"{when} >= ? and {when} <= ?"
    oldest = first_row(db, f"select {when} from {table} where {said} order by rowid limit 1", (first, last))
    if oldest is None:
        return 0
    limit = utc_text(min(before, parse_utc(oldest[0]) + AGE_DELETED_PER_SWEEP))
    young = first_row(db, f"select rowid from {table} where {said} order by rowid limit 1", (limit, last))
    old = f"select rowid from {table} where {when} >= ? and {when} < ? and rowid < ? order by rowid desc limit 1"
    found = first_row(db, old, (first, limit, young[0] if young else sys.maxsize))
    return int(found[0]) if found else 0
