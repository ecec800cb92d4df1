"""Check-in: once per member per rule, over all scanners of the store."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from edge.clock import Now, business_day, parse_utc, utc_text
from edge.journal import Box, Fact, tell
from edge.policy import CheckIn
from edge.store import one

Grade = Literal["static", "fresh", "stale"]  # how well the code proves who holds it; HQ prices fraud by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a check-in came to: the first under its rule, or a repeat of the one at `time`."""

    first: bool
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who came, and how it is known. `alias` is the name they would have if HQ had not sent them to this store:
    a visit under it counts as theirs once HQ has."""

    member: str
    alias: str
    grade: Grade
    station: str
    causation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """When the shop's day begins: an hour in a time zone."""

    zone: ZoneInfo
    starts: int


def period(rule: CheckIn, now: Now, day: Day, last: str | None) -> str:
    """The period a check-in counts for: the shop's day, or the window that the last visit opened."""
    if rule.window_hours is None:
        return business_day(now.time, day.zone, day.starts)
    if last and now.time - parse_utc(last) < timedelta(hours=rule.window_hours):
        return last
    return utc_text(now.time)


def check_in(db: Database, box: Box, rule: CheckIn, who: Visitor, now: Now, day: Day) -> Visit:
    """Check a member in inside the caller's transaction. The store asks for the miles; HQ posts them."""
    name = "day" if rule.window_hours is None else f"{rule.window_hours}h"
    names = (name, who.member, who.alias)
    last = one(db, "select period from visits where rule = ? and member in (?, ?) order by seq desc limit 1", names)
    when = period(rule, now, day, last[0] if last else None)
    # any visit of this period, not the newest: a clock set back makes an earlier period the present one
    same = one(db, "select time from visits where rule = ? and member in (?, ?) and period = ?", (*names, when))
    before = same[0] if same else None
    data = {"rule": name, "period": when, "grade": who.grade, "unsure": now.clock == "unset"}
    if before is None:
        data["miles"] = rule.miles
        db.conn.execute(
            "insert into visits (member, rule, period, station, time) values (?, ?, ?, ?, ?)",
            (who.member, name, when, who.station, now.text),
        )
    kind = "visit.repeated" if before else "visit.checked_in"
    tell(db, box, Fact(kind=kind, data=data, member=who.member, station=who.station, causation=who.causation), now)
    return Visit(first=before is None, time=before or now.text)
