"""What the staff's signing in brings."""

from edge.codes.parsed_code import StaffBadge
from edge.config.station_role import STAFF_ROLES as STATIONS
from edge.features.expiring_table import ROWID_IN_PAGE_SQL, ExpiringTable
from edge.features.feature import Feature, Feed
from edge.features.staff import calls, pin_locks, sessions, tasks
from edge.features.staff.badge import BadgeRead, answer_badge

CALLS_TABLE = ExpiringTable(
    name="staff_calls",
    expired=f"select t.rowid from staff_calls t where {ROWID_IN_PAGE_SQL} and t.answered is not null",
)

STAFF_FEATURE = Feature(
    name="staff",
    answers={(STATIONS, StaffBadge): answer_badge},
    facts=(*sessions.FACTS, *pin_locks.FACTS, *calls.FACTS),
    feeds=(Feed(name="staff", row=sessions.Staff, key="staff"),),
    outcomes=(BadgeRead,),
    tables=(CALLS_TABLE, tasks.CLAIMS_TABLE),
)
