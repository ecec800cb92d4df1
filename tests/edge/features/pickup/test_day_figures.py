"""The figures of a day are those that counting minute by minute gives, and a day is the store's."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.features.pickup.day_figures import OrderMoments, business_hours, day_figures

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)  # in Tokyo


def some_order(rng: random.Random) -> OrderMoments:
    moments = {}
    for name in ("placed", "promised", "ready", "arrived", "handed_over", "no_show"):
        if rng.random() < 0.7:
            moments[name] = NOON + timedelta(minutes=rng.randrange(-2000, 1500))
    return OrderMoments(**moments, off=rng.random() < 0.1)


@pytest.mark.parametrize("seed", range(20))
def test_they_are_what_counting_by_hand_gives(seed: int) -> None:
    rng = random.Random(seed)
    every = [some_order(rng) for _ in range(rng.randrange(60))]
    begins, ends = business_hours(NOON, TOKYO, 5)
    found = day_figures(every, begins, ends, NOON)
    day = {begins + timedelta(minutes=n) for n in range(24 * 60)}
    assert found.placed == len([one for one in every if one.placed in day])
    assert found.ready == len([one for one in every if one.ready in day])
    assert found.handed_over == len([one for one in every if one.handed_over in day])
    assert found.no_shows == len([one for one in every if one.no_show in day])
    promised = kept = 0
    waits = []
    for one in every:
        if one.promised in day and one.promised and one.promised <= NOON and not one.off:
            promised += 1
            kept += any(moment and moment <= one.promised for moment in (one.ready, one.handed_over))
        if one.handed_over in day and one.handed_over and one.arrived:
            waits.append(max(0.0, (one.handed_over - one.arrived).total_seconds() / 60))
    assert (found.promised, found.kept, found.waited) == (promised, kept, len(waits))
    assert found.worst_wait == (sorted(waits)[-1] if waits else None)
    half = len(waits) // 2
    middle = sorted(waits)[half] if len(waits) % 2 else sum(sorted(waits)[half - 1 : half + 1]) / 2
    assert found.median_wait == (middle if waits else None)
    assert sum(hour.placed for hour in found.hours) == found.placed
    assert sum(hour.handed_over for hour in found.hours) == found.handed_over


@pytest.mark.parametrize(
    ("moment", "day"),
    (("2026-11-28T04:59:59", 27), ("2026-11-28T05:00:00", 28), ("2026-11-29T04:59:59", 28)),
)
def test_the_night_belongs_to_the_day_before_by_the_stores_time(moment: str, day: int) -> None:
    begins, ends = business_hours(datetime.fromisoformat(moment).replace(tzinfo=TOKYO), TOKYO, 5)
    assert (begins.day, begins.hour, ends.day, ends.hour) == (day, 5, day + 1, 5)


@pytest.mark.parametrize(("day", "hours"), (("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-28", 24)))
def test_a_day_on_which_the_clocks_change_has_all_its_hours(day: str, hours: int) -> None:
    begins, ends = business_hours(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=BERLIN), BERLIN, 0)
    placed = [OrderMoments(placed=begins.astimezone(UTC) + timedelta(hours=n, minutes=30)) for n in range(hours)]
    found = day_figures(placed, begins, ends, ends)
    assert [hour.placed for hour in found.hours] == [1] * hours
    assert found.placed == hours


def test_a_day_without_promises_and_waits_has_no_percent_and_no_minutes() -> None:
    found = day_figures([], *business_hours(NOON, TOKYO, 0), NOON)
    assert (found.kept_percent, found.median_wait, found.worst_wait) == (None, None, None)
