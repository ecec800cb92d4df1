"""Who has taken a task of the staff's work list: two clerks do not do the same unknowingly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from edge.features.expiring_table import ROWID_IN_PAGE_SQL, ExpiringTable
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import rows

CLAIM_LASTS = timedelta(minutes=30)  # whoever took a task and did nothing for so long has forgotten it

CLAIMS_TABLE = ExpiringTable(name="task_claims", expired=f"select t.rowid from task_claims t where {ROWID_IN_PAGE_SQL}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClaim:
    """A clerk does a task since a moment."""

    staff: str
    at: datetime


def claims(db: Database, now: datetime) -> Mapping[str, TaskClaim]:
    """The claims that still count, by task."""
    since = utc_text(now - CLAIM_LASTS)
    found = rows(db, "select task, staff, time from task_claims where time > ?", (since,))
    return {row["task"]: TaskClaim(staff=row["staff"], at=parse_utc(row["time"])) for row in found}


def claim_task(db: Database, task: str, staff: str, now: Now, *, seen: str | None = None) -> bool:
    """Take a task, inside the caller's transaction; False if somebody else has it whom the page did not show (`seen`)."""
    held = claims(db, now.time).get(task)
    if held is not None and held.staff not in (staff, seen):
        return False
    sql = "insert or replace into task_claims (task, staff, time) values (?, ?, ?)"
    db.conn.execute(sql, (task, staff, now.text))
    return True
