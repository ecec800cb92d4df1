"""What the stores did on a day, in numbers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from edge.platform.clock import utc_text
from edge.platform.database import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyCount:
    """A store's number of facts of a type."""

    store: str
    type: str
    count: int


def daily_counts(db: Database, day: date, zone: ZoneInfo, store: str | None = None) -> list[DailyCount]:
    """The number of facts of a day by the stores' own clocks, by store and type.

    Reads all facts once: there is no index over time, because every fact would pay for it.
    """
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    found = rows(
        db,
        """select store, substr(type, 7) as type, count(*) as count from facts
           where time >= ? and time < ? and (? is null or store = ?) group by store, type order by store, type""",
        (utc_text(begin), utc_text(begin + timedelta(days=1)), store, store),
    )
    return [DailyCount(**row) for row in found]
