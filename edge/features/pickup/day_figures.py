"""What online orders brought to this store in a day, as figures; pure, from each order's moments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoments:
    """When what happened to an order; None: it has not, or nobody knows when. `off`: cancelled before it was ready."""

    placed: datetime | None = None
    promised: datetime | None = None
    ready: datetime | None = None
    arrived: datetime | None = None
    handed_over: datetime | None = None
    no_show: datetime | None = None
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFigures:
    """One hour of the day, by its beginning: orders placed and handed over in it."""

    begins: datetime
    placed: int
    handed_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """`promised`: promises that fell due in the day so far; `kept`: of those, ready in time. Waits: minutes from the shopper's
    arrival to the hand-over; None if nobody was waited on."""

    placed: int
    ready: int
    handed_over: int
    no_shows: int
    promised: int
    kept: int
    waited: int
    median_wait: float | None
    worst_wait: float | None
    hours: tuple[HourFigures, ...]

    @property
    def kept_percent(self) -> int | None:
        """Whole percent, rounded down: 100 means that every promise was kept. None if none fell due."""
        return 100 * self.kept // self.promised if self.promised else None


def business_hours(now: datetime, zone: ZoneInfo, day_starts_hour: int) -> tuple[datetime, datetime]:
    """The first and the last moment (which belongs to the next) of the store's day, also when the clocks change in it."""
    day = (now.astimezone(zone) - timedelta(hours=day_starts_hour)).date()
    first, last = (datetime.combine(one, time(day_starts_hour), zone) for one in (day, day + timedelta(days=1)))
    return first, last


def day_figures(orders: Iterable[OrderMoments], begins: datetime, ends: datetime, now: datetime) -> DayFigures:
    """The figures of the day between two moments; the second one belongs to the next day."""
    every = list(orders)

    def is_in(moment: datetime | None) -> bool:
        return moment is not None and begins <= moment < ends

    due = [
        one for one in every if one.promised is not None and is_in(one.promised) and one.promised <= now and not one.off
    ]
    given = [one.handed_over for one in every if one.handed_over is not None and is_in(one.handed_over)]
    placed = [one.placed for one in every if one.placed is not None and is_in(one.placed)]
    waits = [
        max(0.0, (one.handed_over - one.arrived).total_seconds() / 60)
        for one in every
        if one.handed_over is not None and one.arrived is not None and is_in(one.handed_over)
    ]
    return DayFigures(
        placed=len(placed),
        ready=sum(is_in(one.ready) for one in every),
        handed_over=len(given),
        no_shows=sum(is_in(one.no_show) for one in every),
        promised=len(due),
        kept=sum(_is_kept(one) for one in due),
        waited=len(waits),
        median_wait=median(waits) if waits else None,
        worst_wait=max(waits, default=None),
        hours=tuple(_hours(placed, given, begins, ends)),
    )


def _is_kept(order: OrderMoments) -> bool:
    """Whether the goods were ready by the promise; who has been given them has had them ready."""
    assert order.promised is not None
    ready = min((one for one in (order.ready, order.handed_over) if one is not None), default=None)
    return ready is not None and ready <= order.promised


def _hours(placed: list[datetime], given: list[datetime], begins: datetime, ends: datetime) -> Iterable[HourFigures]:
    """Each hour in turn, by elapsed time: a day on which the clocks change has 23 or 25."""
    at, hour = begins.timestamp(), 3600.0
    while at < ends.timestamp():
        yield HourFigures(
            begins=datetime.fromtimestamp(at, begins.tzinfo),
            placed=sum(at <= one.timestamp() < at + hour for one in placed),
            handed_over=sum(at <= one.timestamp() < at + hour for one in given),
        )
        at += hour
