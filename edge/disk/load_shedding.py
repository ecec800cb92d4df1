"""Load shedding on a disk that fills: rows are deleted and counted, and HQ is sent the counts, with the times of the rows.

Facts that HQ has not kept are never deleted, in any lane: with a gap in the chain, HQ could not prove the rest, and nobody
could check any more that every fact is kept once. So views, which may be lost, are thinned at their source: while room is
short they are counted and not sent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile

from msgspec import Struct
from sqlite_utils import Database

from edge.disk import disk_space
from edge.disk.watermarks import DiskLevel
from edge.facts.box import DiskThinned, ThinnableKind
from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.platform.clock import Now, utc_text
from edge.platform.database import append_to_log, cursor, first_row, move_cursor, rows, rows_after, values, writing
from edge.platform.process import ProcessLife

ROWS_PER_DELETE = 500  # rows a transaction deletes, so that a scan never waits long for it

# The youngest rows stay. Two days: an HQ restored from last night's backup asks again for what it had kept since. One hour,
# if nothing else can be deleted: a clerk's hand-over still finds the code that was read before it.
KEEP_NEWER_THAN = {DiskLevel.SHORT: timedelta(days=2), DiskLevel.FULL: timedelta(hours=1)}

# The same in rows, if the clock is not synchronised: then it is not known when the two days and the hour began. A shop sends
# some 5,000 facts a day.
ROWS_KEPT = {DiskLevel.SHORT: 10_000, DiskLevel.FULL: 500}

THINNED_SCANS_REPORTED_CURSOR = "thinning:scans"  # the cursor in the counts of what the bridge has thinned


MayContinue = Callable[[tuple[int, str]], bool]
"""Whether a row, given its number and its time, may be deleted."""


class ThinnedRows(Struct, frozen=True, kw_only=True):
    """How many rows of which kind were thinned, and the times of the first and the last of them."""

    what: ThinnableKind  # journal (HQ has kept them), scans and page_scans (answered), outcomes, views (never sent)
    count: int
    first: str
    last: str


class ThinnedScans(ThinnedRows, frozen=True, kw_only=True):
    """A row of `thinned_scans`, which the bridge writes."""

    seq: int


@dataclass(frozen=True, slots=True)
class SheddableRows:
    """Rows that may be deleted: `sql` selects the number and the time of the rows after :last, in order."""

    what: ThinnableKind
    table: str
    sql: str
    about: tuple[str | int, ...] = ()


def record_view_or_count(db: Database, box: BoxIdentity, fact: Fact, now: Now, about: FactAttributes) -> None:
    """Record a view for HQ inside the caller's transaction; while room is short it is only counted."""
    if disk_space.current_disk_level(db) is DiskLevel.OK:
        tell(db, box, fact, now, about)
    else:
        _count(db, ThinnedRows(what="views", count=1, first=now.text, last=now.text))


def _count(db: Database, it: ThinnedRows) -> None:
    db.conn.execute(
        """insert into untold (what, count, first, last) values (?, ?, ?, ?) on conflict (what) do update
           set count = count + excluded.count, first = min(first, excluded.first), last = max(last, excluded.last)""",
        (it.what, it.count, it.first, it.last),
    )


def _piles(db: Database) -> Iterator[SheddableRows]:
    """What web may thin, in the order of deletion: what HQ has kept comes first."""
    for row in rows(db, "select epoch, lane, seq from kept order by lane desc"):
        yield SheddableRows(
            "journal",
            "journal",
            """select seq, json_extract(event, '$.time') from journal
               where epoch = ? and lane = ? and seq <= ? and seq > ? order by seq limit ?""",
            (row["epoch"], row["lane"], row["seq"]),
        )
    yield _answered("page_scans", cursor(db, "desk:page_scans"))
    yield SheddableRows(
        "outcomes",
        "outcomes",
        """select seq, time from outcomes where seq > ?
           and seq not in (select outcome from screens where outcome is not null) order by seq limit ?""",
    )


def _answered(log: ThinnableKind, read: int) -> SheddableRows:
    return SheddableRows(
        log, log, f"select seq, time from {log} where seq <= ? and seq > ? order by seq limit ?", (read,)
    )


def delete_spare_rows(db: Database, level: DiskLevel, moment: Now, life: ProcessLife) -> dict[str, int]:
    """Delete what is not needed, oldest first, until there is room again. Returns the number of rows by kind."""
    gone: dict[str, int] = {}
    for pile in _piles(db):
        for it in _thin(db, pile, _spare(db, pile, level, moment), life):
            gone[it.what] = gone.get(it.what, 0) + it.count
    return gone


def _spare(db: Database, pile: SheddableRows, level: DiskLevel, moment: Now) -> MayContinue:
    """Which rows are not among the youngest: by the time if the clock is synchronised, else by their order."""
    if moment.clock == "synced":
        before = utc_text(moment.time - KEEP_NEWER_THAN[level])
        return lambda row: row[1] < before
    sql = f"select seq from {pile.table} order by seq desc limit 1 offset ?"
    (last,) = first_row(db, sql, (ROWS_KEPT[level],)) or (0,)
    return lambda row: row[0] <= last


def _thin(
    db: Database, pile: SheddableRows, may: MayContinue, life: ProcessLife, *, told_by_bridge: bool = False
) -> Iterator[ThinnedRows]:
    """Delete a chunk at a time. The rows and their count are one transaction, so that a crash counts none twice."""
    last = 0
    while life.goes_on() and disk_space.current_disk_level(db) is not DiskLevel.OK:
        page = db.conn.execute(pile.sql, (*pile.about, last, ROWS_PER_DELETE)).fetchall()
        old = list(takewhile(may, page))
        if not old:
            return
        it = ThinnedRows(
            what=pile.what, count=len(old), first=min(row[1] for row in old), last=max(row[1] for row in old)
        )
        with writing(db):
            db.conn.executemany(f"delete from {pile.table} where seq = ?", [(row[0],) for row in old])
            if told_by_bridge:
                row = {"what": it.what, "count": it.count, "first": it.first, "last": it.last}
                append_to_log(db, "thinned_scans", row)
            else:
                _count(db, it)
        last = old[-1][0]
        yield it


def delete_spare_scans(db: Database, log: ThinnableKind, read: int, moment: Now, life: ProcessLife) -> int:
    """The same for a log of the bridge, by the bridge, up to `read`. Returns the number of rows."""
    level = disk_space.recorded_disk_level(db)
    if level is DiskLevel.OK:
        return 0
    told = cursor(db, THINNED_SCANS_REPORTED_CURSOR)
    if first_row(db, "select 1 from thinned_scans where seq <= ?", (told,)):
        with writing(db):
            db.conn.execute("delete from thinned_scans where seq <= ?", (told,))
    pile = _answered(log, read)
    may = _spare(db, pile, level, moment)
    return sum(it.count for it in _thin(db, pile, may, life, told_by_bridge=True))


def report_thinned_rows(db: Database, box: BoxIdentity, now: Now) -> int:
    """Record for HQ what was thinned since the last time, each count once. Returns the number of facts."""
    by_bridge = rows_after(db, "thinned_scans", ThinnedScans, cursor(db, THINNED_SCANS_REPORTED_CURSOR))
    if not by_bridge and first_row(db, "select 1 from untold") is None:
        return 0
    with writing(db):
        for row in by_bridge:
            _count(db, row)
            move_cursor(db, THINNED_SCANS_REPORTED_CURSOR, row.seq)
        here = values(db, ThinnedRows, "select * from untold order by what")
        for it in here:
            tell(db, box, DiskThinned(what=it.what, count=it.count, first=it.first, last=it.last), now)
        sql = "update room set views = views + (select total(count) from untold where what = 'views')"
        db.conn.execute(sql)
        db.conn.execute("delete from untold")
    return len(here)
