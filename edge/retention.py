"""What is thrown away when: only what HQ has kept, after the days the policy says, or sooner on a disk that fills."""

import logging
import time
from datetime import timedelta
from itertools import takewhile

from sqlite_utils import Database

from edge import disk, thinning
from edge.clock import Now, now, utc_text
from edge.fullness import Level
from edge.service import Life
from edge.shop import Shop
from edge.store import NoRoom, cursor, writing

log = logging.getLogger(__name__)

EVERY = 3600.0  # seconds between rounds
ROUND = 5.0  # seconds between looks at clock and disk: whoever asks whether this loop still goes round hears so
TELL_EVERY = 3600.0  # seconds between facts about what was thinned, as long as it goes on; at once when it is over
CHUNK = 500  # rows a transaction deletes, so that a scan never waits for a broom
LOG_DAYS = 90  # days a reading stays after the desk has answered it
JTI_DAYS = 2  # a signed code lives a minute; two days outlast any clock that was set in between

# Each table with what may go of the rows in hand (:first to :last by rowid, all older than the policy's days). A journal row
# goes only when HQ has kept it; an order's steps and a product's movements only when HQ has counted them, because what a
# screen shows is HQ's last word and all that HQ has not counted. The mark of a conflict stays as long as the steps that
# make it one, else HQ would be told of it again; so `marks` stands behind `pickup_steps`.
_HERE = "{0}.rowid between :first and :last"
_COUNTED = """{0}.fact <= coalesce(json_extract(q.body, '$.through_seq'), 0)
              and json_extract(q.body, '$.epoch') in (select epoch from epochs)"""
_GOES = {
    "journal": f"""select t.rowid from journal t join kept k on k.epoch = t.epoch and k.lane = t.lane
                   where {_HERE.format("t")} and t.seq <= k.seq""",
    "outcomes": f"""select t.rowid from outcomes t where {_HERE.format("t")}
                    and t.seq not in (select outcome from screens where outcome is not null)""",
    "page_scans": f"""select t.rowid from page_scans t where {_HERE.format("t")}
                      and t.seq <= (select coalesce(max(seq), 0) from cursors where name = 'desk:page_scans')""",
    "visits": f"select t.rowid from visits t where {_HERE.format('t')}",
    "staff_calls": f"select t.rowid from staff_calls t where {_HERE.format('t')} and t.answered is not null",
    "stock_moves": f"""select t.rowid from stock_moves t join hq.stock q on q.key = t.gtin
                       where {_HERE.format("t")} and {_COUNTED.format("t")}""",
    "pickup_steps": f"""select t.rowid from pickup_steps t left join hq.orders q on q.key = t.order_id
                        where {_HERE.format("t")} and (q.body is null or ({_COUNTED.format("t")}))""",
    "marks": f"""select t.rowid from marks t where {_HERE.format("t")}
                 and t.name not in (select 'conflict:' || order_id from pickup_steps)""",
}
_WHEN = {"journal": "json_extract(event, '$.time')"}  # where a table keeps the time of a row, if not in `time`


def sweep(shop: Shop, moment: Now, life: Life) -> dict[str, int]:
    """One round: rows thrown away by table, in short transactions; cut short when the life ends."""
    gone: dict[str, int] = {}
    shop.db.conn.execute("attach database ? as hq", (f"file:{shop.config.store.data}/hq.db?mode=ro",))
    try:
        for table in _GOES:
            gone[table] = _sweep_table(shop, table, _before(shop, table, moment), life)
    finally:
        shop.db.conn.execute("detach database hq")
    with writing(shop.db):
        old = int(moment.time.timestamp()) - JTI_DAYS * 86400
        gone["used_tokens"] = shop.db.conn.execute("delete from used_tokens where expires < ?", (old,)).rowcount
    return {table: count for table, count in gone.items() if count}


def _before(shop: Shop, table: str, moment: Now) -> str:
    """The age limit of a table: the policy's days; a visit stays as long as its window, or it would count twice."""
    keep = timedelta(days=shop.policy.retention_days)
    if table == "visits":
        keep = max(keep, timedelta(hours=shop.policy.check_in.window_hours or 0))
    return utc_text(moment.time - keep)


def _sweep_table(shop: Shop, table: str, before: str, life: Life) -> int:
    """From the oldest row on, a page at a time, until the rows are young. Looked for without the pen: what may go stays so.

    Its cost is that of the old rows, not of the table.
    """
    total = last = 0
    page = f"select rowid, {_WHEN.get(table, 'time')} from {table} where rowid > ? order by rowid limit {CHUNK}"
    while life.goes_on():
        old = list(takewhile(lambda row: row[1] < before, shop.db.conn.execute(page, (last,)).fetchall()))
        if not old:
            break
        rows = shop.db.conn.execute(_GOES[table], {"first": old[0][0], "last": old[-1][0]}).fetchall()
        with writing(shop.db):
            shop.db.conn.executemany(f"delete from {table} where rowid = ?", rows)
        total, last = total + len(rows), old[-1][0]
    return total


def sweep_log(db: Database, log_name: str, follower: str, moment: Now, life: Life) -> int:
    """Throw away what a log's follower has long read; for the bridge's logs, swept by the bridge. None by an unset clock.

    While room is short, readings go sooner (edge/thinning.py); on a disk without a byte left nothing goes now.
    """
    if moment.clock == "unset":
        return 0
    try:
        return _sweep_log(db, log_name, follower, moment, life)
    except NoRoom:
        log.error("no room on the disk even to sweep %s", log_name)
        return 0


def _sweep_log(db: Database, log_name: str, follower: str, moment: Now, life: Life) -> int:
    before, read = utc_text(moment.time - timedelta(days=LOG_DAYS)), cursor(db, follower)
    total = 0
    page = f"select seq, time from {log_name} where seq <= ? order by seq limit {CHUNK}"
    while life.goes_on():
        old = list(takewhile(lambda row: row[1] < before, db.conn.execute(page, (read,)).fetchall()))
        if not old:
            break
        with writing(db):
            db.conn.execute(f"delete from {log_name} where seq <= ?", (old[-1][0],))
        total += len(old)
    return total + (thinning.thin_scans(db, log_name, read, moment, life) if log_name == "scans" else 0)


class Broom:
    """Remembers when it last went round, and how full the disk was."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._due = self._tell_due = time.monotonic()
        self._level = disk.noted(shop.db)

    def round(self, moment: Now, at: float, life: Life) -> None:
        """What is due at `at` (monotonic seconds): the disk each time, the sweep once an hour by a clock that is set."""
        self._look(moment, at, life)
        if at >= self._due and moment.clock != "unset":
            self._due = at + EVERY
            if gone := sweep(self._shop, moment, life):
                log.info("thrown away after %d days: %s", self._shop.policy.retention_days, gone)

    def _look(self, moment: Now, at: float, life: Life) -> None:
        """Note how full the disk is, thin what can be spared, and tell HQ of it."""
        db = self._shop.db
        before, self._level = self._level, disk.note(db, self._shop.config.store.budget_mb, moment)
        if self._level is not before:
            log.warning("room on the disk: %s", self._level)
        if self._level is not Level.OK and (gone := thinning.thin(db, self._level, moment, life)):
            log.warning("thinned, because room is short: %s", gone)
        if self._level is Level.OK or at >= self._tell_due:
            self._tell_due = at + TELL_EVERY
            thinning.tell_thinned(db, self._shop.box, moment)


def work(shop: Shop, life: Life) -> None:
    """The broom's day. A disk without a byte left stops its round, never its life: room may come from elsewhere."""
    broom, full = Broom(shop), False
    while life.goes_on():
        was_full, full = full, False
        try:
            broom.round(now(), time.monotonic(), life)
        except NoRoom:
            full = True
            if not was_full:
                log.error("no room on the disk even to sweep")
        life.rest(ROUND)
