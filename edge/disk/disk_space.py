"""Whether the disk has room: measured at each question; the level is kept in `room`, so that all processes have the same one."""

import shutil
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from edge.disk.watermarks import DiskLevel, DiskSpace, next_disk_level
from edge.platform.clock import Now
from edge.platform.database import NoRoom, first_row, pragma, writing

MEGABYTE = 1_000_000


def measure_disk_space(db: Database) -> DiskSpace:
    """The disk under store.db (about 20 microseconds: only one row is read)."""
    folder = Path(pragma(db, "database_list", column=2)).parent
    size, pages, spare = (int(pragma(db, name)) for name in ("page_size", "page_count", "freelist_count"))
    disk = shutil.disk_usage(folder)
    return DiskSpace(
        total=disk.used + disk.free,  # as df counts: what is reserved for root is not ours
        free=disk.free,
        spare=spare * size,
        live=(pages - spare) * size,
        budget=_row(db)[1],
    )


def current_disk_level(db: Database) -> DiskLevel:
    """The level now; the row holds the level before."""
    return next_disk_level(recorded_disk_level(db), measure_disk_space(db).share_used)


def recorded_disk_level(db: Database) -> DiskLevel:
    """The level when web last measured: the same for every page and process."""
    return _row(db)[0]


def require_room(db: Database) -> None:
    """Call it before new work is confirmed. Raises NoRoom if the disk is full."""
    if current_disk_level(db) is DiskLevel.FULL:
        raise NoRoom("the disk is nearly full: new work is refused, so that what was promised can be kept")


def record_disk_level(db: Database, budget_mb: int | None, now: Now) -> DiskLevel:
    """Measure, and write the level down if it has changed; only web does."""
    budget = budget_mb * MEGABYTE if budget_mb else None
    before, known = _row(db)
    here = next_disk_level(before, replace(measure_disk_space(db), budget=budget).share_used)
    if (here, budget) != (before, known):
        with writing(db):
            db.conn.execute(
                """insert into room (level, budget, since, only_one) values (:level, :budget, :since, 1)
                   on conflict (only_one) do update set level = :level, budget = :budget, since = :since,
                   views = views * (level <> 'ok')""",  # the count stays until the level is no longer OK
                {"level": here, "budget": budget, "since": now.text},
            )
    return here


def _row(db: Database) -> tuple[DiskLevel, int | None]:
    row = first_row(db, "select level, budget from room")
    return (DiskLevel(row[0]), row[1]) if row else (DiskLevel.OK, None)
