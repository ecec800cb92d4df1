"""Who handed over by which proof, and whose names they opened: what a chain looks at when goods or lists go astray."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from edge.facts.fact import event_type
from edge.features.pickup.facts import HandedOver, HandOverUndone, UnusualLooks, ViewedMember, ViewedVisitor
from edge.platform.clock import utc_text
from edge.platform.database import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkDay:
    """What one clerk of a store did on a day; `staff` is empty if nobody was named."""

    store: str
    staff: str
    code: int  # hand-overs by the shopper's code
    name: int  # by number and name, as the clerk states
    proxy: int  # to somebody else, as the clerk states
    undone: int
    names: int  # looks at full names
    past: int  # looks at visitors who may have left
    unusual: int  # times they were made to wait


_PROOF = f"type = '{event_type(HandedOver)}' and event ->> '$.data.proof' = "
_COUNTED = {
    "code": f"{_PROOF} 'code'",
    "name": f"{_PROOF} 'name'",
    "proxy": f"{_PROOF} 'proxy'",
    "undone": f"type = '{event_type(HandOverUndone)}'",
    "names": f"type = '{event_type(ViewedMember)}'",
    "past": f"type = '{event_type(ViewedVisitor)}' and event ->> '$.data.past'",
    "unusual": f"type = '{event_type(UnusualLooks)}'",
}
_TYPES = ", ".join(
    f"'{event_type(kind)}'" for kind in (HandedOver, HandOverUndone, ViewedMember, ViewedVisitor, UnusualLooks)
)


def clerks_of_day(db: Database, day: date, zone: ZoneInfo, store: str | None = None) -> list[ClerkDay]:
    """Each clerk's day by the stores' own clocks. Reads all facts once, as the day's report does."""
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    sums = ", ".join(f"coalesce(sum({condition}), 0) as {name}" for name, condition in _COUNTED.items())
    found = rows(
        db,
        f"""select store, coalesce(event ->> '$.staff', '') as staff, {sums} from facts
            where time >= ? and time < ? and (? is null or store = ?)
              and type in ({_TYPES})
            group by 1, 2 order by 1, 2""",
        (utc_text(begin), utc_text(begin + timedelta(days=1)), store, store),
    )
    every = [ClerkDay(**row) for row in found]
    return [one for one in every if any(getattr(one, name) for name in _COUNTED)]
