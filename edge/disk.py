"""Whether there is room: measured where it is asked, remembered in `room` so that all processes waver as one."""

import shutil
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from edge.clock import Now
from edge.fullness import Level, Room, step
from edge.store import NoRoom, one, writing

MEGABYTE = 1_000_000


def measure(db: Database) -> Room:
    """The disk under store.db (about 20 microseconds: no row is read but one)."""
    folder = Path(_pragma(db, "database_list", column=2)).parent
    size, pages, spare = (int(_pragma(db, name)) for name in ("page_size", "page_count", "freelist_count"))
    disk = shutil.disk_usage(folder)
    return Room(
        total=disk.used + disk.free,  # as df counts: what is reserved for root is not ours
        free=disk.free,
        spare=spare * size,
        live=(pages - spare) * size,
        budget=_row(db)[1],
    )


def level(db: Database) -> Level:
    """How it is now; the row is what was before."""
    return step(noted(db), measure(db).used)


def noted(db: Database) -> Level:
    """How it was when web last looked: the same for every page and process."""
    return _row(db)[0]


def demand_room(db: Database) -> None:
    """Before something new is said yes to. Raises NoRoom."""
    if level(db) is Level.FULL:
        raise NoRoom("the disk is nearly full: new work is refused, so that what was promised can be kept")


def note(db: Database, budget_mb: int | None, now: Now) -> Level:
    """Measure, and write down where that is another level than before; only web does."""
    budget = budget_mb * MEGABYTE if budget_mb else None
    before, known = _row(db)
    here = step(before, replace(measure(db), budget=budget).used)
    if (here, budget) != (before, known):
        with writing(db):
            db.conn.execute(
                "insert or replace into room (level, budget, since, only_one) values (?, ?, ?, 1)",
                (here, budget, now.text),
            )
    return here


def _row(db: Database) -> tuple[Level, int | None]:
    row = one(db, "select level, budget from room")
    return (Level(row[0]), row[1]) if row else (Level.OK, None)


def _pragma(db: Database, name: str, column: int = 0) -> str:
    row = one(db, f"pragma {name}")
    assert row is not None
    return str(row[column])
