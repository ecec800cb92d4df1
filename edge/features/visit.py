"""Check-in: once per member per rule, over all scanners of the store."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta
from sqlite_utils import Database

from edge.config.policy import CheckIn
from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.platform.clock import Now, business_day, parse_utc, utc_text
from edge.platform.database import first_row

ProofGrade = Literal["static", "fresh", "stale"]  # how well the code proves who holds it; HQ prices fraud by it


class CheckInRepeated(Fact, frozen=True, kw_only=True):
    """The same member again in the same period of the check-in rule: no miles."""

    TYPE = "visit.repeated"
    ABOUT = ("member", "station", "causation")

    rule: str  # `day`, or a window such as `24h`
    period: str  # the shop's day, or when the window was opened
    grade: ProofGrade
    unsure: bool  # the box's clock was unset


class CheckedIn(CheckInRepeated, frozen=True, kw_only=True):
    """A member's first visit in a period of the check-in rule. The store asks for the miles; HQ posts them."""

    TYPE = "visit.checked_in"

    miles: Annotated[int, Meta(ge=0)]


FACTS = (CheckedIn, CheckInRepeated)


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
    grade: ProofGrade
    station: str
    causation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDay:
    """When the shop's day begins: an hour in a time zone."""

    zone: ZoneInfo
    starts: int


def visit_day(rule: CheckIn, now: Now, day: VisitDay, last: str | None) -> str:
    """The period a check-in counts for: the shop's day, or the window that the last visit opened."""
    if rule.window_hours is None:
        return business_day(now.time, day.zone, day.starts)
    if last and abs(now.time - parse_utc(last)) < timedelta(hours=rule.window_hours):
        return last
    return utc_text(now.time)


def check_in(db: Database, box: BoxIdentity, rule: CheckIn, who: Visitor, now: Now, day: VisitDay) -> Visit:
    """Check a member in inside the caller's transaction. The store asks for the miles; HQ posts them."""
    name = "day" if rule.window_hours is None else f"{rule.window_hours}h"
    names = (name, who.member, who.alias)
    last = first_row(
        db, "select period from visits where rule = ? and member in (?, ?) order by seq desc limit 1", names
    )
    when = visit_day(rule, now, day, last[0] if last else None)
    # any visit of this period, not the newest: a clock set back makes an earlier period the present one
    same = first_row(db, "select time from visits where rule = ? and member in (?, ?) and period = ?", (*names, when))
    before = same[0] if same else None
    unsure, about = (
        now.clock == "unset",
        FactAttributes(member=who.member, station=who.station, causation=who.causation),
    )
    fact = CheckInRepeated(rule=name, period=when, grade=who.grade, unsure=unsure)
    if before is None:
        fact = CheckedIn(rule=name, period=when, grade=who.grade, unsure=unsure, miles=rule.miles)
        db.conn.execute(
            "insert into visits (member, rule, period, station, time) values (?, ?, ?, ?, ?)",
            (who.member, name, when, who.station, now.text),
        )
    tell(db, box, fact, now, about)
    return Visit(first=before is None, time=before or now.text)
