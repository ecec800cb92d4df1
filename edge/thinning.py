"""A disk that fills: what can be spared goes, counted, and HQ is told how much of what was thinned and from when.

What HQ has not kept is never deleted, in any lane: a row cut out of a chain would leave HQ unable to prove the rest, and
"every fact that was told is kept once" could no longer be checked. So views, which may be lost, are thinned at their
source: while room is short they are counted and not told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile

from msgspec import Struct
from sqlite_utils import Database

from edge import disk
from edge.clock import Now, utc_text
from edge.fullness import Level
from edge.journal import Box, Fact, tell
from edge.service import Life
from edge.store import after, append, cursor, move_cursor, one, rows, values, writing

CHUNK = 500  # rows a transaction deletes, so that a scan never waits for it

# The youngest stay. Two days: an HQ restored from last night's backup asks again for what it had kept since. One hour, when
# nothing else is left to give: a clerk's hand-over still finds the code that was read before it.
SPARED = {Level.SHORT: timedelta(days=2), Level.FULL: timedelta(hours=1)}

SCANS = "thinning:scans"  # the cursor in what the bridge has thinned


class Thinned(Struct, frozen=True, kw_only=True):
    """How many rows of what were thinned, and the times of the first and the last of them."""

    what: str  # journal (HQ has kept them), scans and page_scans (answered), outcomes, views (never told)
    count: int
    first: str
    last: str


class ThinnedScans(Thinned, frozen=True, kw_only=True):
    """A row of `thinned_scans`, which the bridge writes."""

    seq: int


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows that may go: `sql` gives the number and the time of those behind :last, in order."""

    what: str
    table: str
    sql: str
    about: tuple[str | int, ...] = ()


def tell_view(db: Database, box: Box, fact: Fact, now: Now) -> None:
    """Tell HQ of a view inside the caller's transaction; while room is short it is counted instead."""
    if disk.noted(db) is Level.OK:
        tell(db, box, fact, now)
    else:
        _count(db, Thinned(what="views", count=1, first=now.text, last=now.text))


def _count(db: Database, it: Thinned) -> None:
    db.conn.execute(
        """insert into untold (what, count, first, last) values (?, ?, ?, ?) on conflict (what) do update
           set count = count + excluded.count, first = min(first, excluded.first), last = max(last, excluded.last)""",
        (it.what, it.count, it.first, it.last),
    )


def _piles(db: Database) -> Iterator[Pile]:
    """What web may thin, in the order in which it goes: first what HQ has kept."""
    for row in rows(db, "select epoch, lane, seq from kept order by lane desc"):
        yield Pile(
            "journal",
            "journal",
            """select seq, json_extract(event, '$.time') from journal
               where epoch = ? and lane = ? and seq <= ? and seq > ? order by seq limit ?""",
            (row["epoch"], row["lane"], row["seq"]),
        )
    yield _answered("page_scans", cursor(db, "desk:page_scans"))
    yield Pile(
        "outcomes",
        "outcomes",
        """select seq, time from outcomes where seq > ?
           and seq not in (select outcome from screens where outcome is not null) order by seq limit ?""",
    )


def _answered(log: str, read: int) -> Pile:
    return Pile(log, log, f"select seq, time from {log} where seq <= ? and seq > ? order by seq limit ?", (read,))


def thin(db: Database, level: Level, moment: Now, life: Life) -> dict[str, int]:
    """Throw away what can be spared, oldest first, until there is room again; how many rows of what."""
    gone: dict[str, int] = {}
    for pile in _piles(db):
        for it in _thin(db, pile, utc_text(moment.time - SPARED[level]), life):
            gone[it.what] = gone.get(it.what, 0) + it.count
    return gone


def _thin(db: Database, pile: Pile, before: str, life: Life, *, told_by_bridge: bool = False) -> Iterator[Thinned]:
    """A chunk at a time: the rows and their count go together, so that a crash counts none twice."""
    last = 0
    while life.goes_on() and disk.level(db) is not Level.OK:
        page = db.conn.execute(pile.sql, (*pile.about, last, CHUNK)).fetchall()
        old = list(takewhile(lambda row: row[1] < before, page))
        if not old:
            return
        it = Thinned(what=pile.what, count=len(old), first=min(row[1] for row in old), last=max(row[1] for row in old))
        with writing(db):
            db.conn.executemany(f"delete from {pile.table} where seq = ?", [(row[0],) for row in old])
            if told_by_bridge:
                row = {"what": it.what, "count": it.count, "first": it.first, "last": it.last}
                append(db, "thinned_scans", row)
            else:
                _count(db, it)
        last = old[-1][0]
        yield it


def thin_scans(db: Database, log: str, read: int, moment: Now, life: Life) -> int:
    """The same for a log of the bridge, by the bridge, up to `read`; how many rows."""
    level = disk.noted(db)
    if level is Level.OK:
        return 0
    told = cursor(db, SCANS)
    if one(db, "select 1 from thinned_scans where seq <= ?", (told,)):
        with writing(db):
            db.conn.execute("delete from thinned_scans where seq <= ?", (told,))
    before = utc_text(moment.time - SPARED[level])
    return sum(it.count for it in _thin(db, _answered(log, read), before, life, told_by_bridge=True))


def tell_thinned(db: Database, box: Box, now: Now) -> int:
    """Tell HQ what was thinned since the last time, each count once; how many facts."""
    by_bridge = after(db, "thinned_scans", ThinnedScans, cursor(db, SCANS))
    if not by_bridge and one(db, "select 1 from untold") is None:
        return 0
    with writing(db):
        for row in by_bridge:
            _count(db, row)
            move_cursor(db, SCANS, row.seq)
        here = values(db, Thinned, "select * from untold order by what")
        for it in here:
            data = {"what": it.what, "count": it.count, "from": it.first, "to": it.last}
            tell(db, box, Fact(kind="disk.thinned", data=data), now)
        db.conn.execute("delete from untold")
    return len(here)
