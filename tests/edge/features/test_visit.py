"""Check-in: once per member per rule."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.config.policy import CheckIn
from edge.features.visit import Visit, VisitDay, Visitor, check_in
from edge.platform.clock import Now, business_day
from edge.platform.database import writing
from edge.store_context import StoreContext
from tests.edge.floor import facts

TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 12:00 in Tokyo
DAILY, EVERY_TWO_HOURS = CheckIn(miles=10), CheckIn(miles=10, window_hours=2)


def _come(
    floor: StoreContext,
    rule: CheckIn,
    when: datetime,
    member: str = "m-1",
    alias: str = "card:app:1",
    clock: str = "synced",
) -> Visit:
    who = Visitor(member=member, alias=alias, grade="static", station="k1", causation="scans/1")
    moment = Now(when, clock, "boot", 1)  # type: ignore[arg-type]
    with writing(floor.db):
        return check_in(floor.db, floor.box, rule, who, moment, VisitDay(zone=TOKYO, starts=0))


def test_the_second_check_in_of_a_day_tells_the_time_of_the_first(floor: StoreContext) -> None:
    assert _come(floor, DAILY, NOON) == Visit(first=True, time="2026-11-21T03:00:00.000Z")
    assert _come(floor, DAILY, NOON + timedelta(hours=3)) == Visit(first=False, time="2026-11-21T03:00:00.000Z")
    assert [event["data"].get("miles") for event in facts(floor, "visit%")] == [10, None]


def test_a_new_day_begins_at_midnight_in_the_shop_not_in_utc(floor: StoreContext) -> None:
    late = datetime(2026, 11, 21, 14, 59, tzinfo=UTC)  # 23:59 in Tokyo
    assert _come(floor, DAILY, late).first
    assert _come(floor, DAILY, late + timedelta(minutes=2)).first


@pytest.mark.parametrize(("hour", "day"), [(0, "2026-11-22"), (5, "2026-11-21")])
def test_a_shop_open_past_midnight_sets_its_own_day(hour: int, day: str) -> None:
    two_in_the_morning = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    assert business_day(two_in_the_morning, TOKYO, hour) == day


def test_a_window_counts_from_the_first_visit_and_then_opens_anew(floor: StoreContext) -> None:
    assert _come(floor, EVERY_TWO_HOURS, NOON).first
    assert not _come(floor, EVERY_TWO_HOURS, NOON + timedelta(minutes=119)).first
    assert _come(floor, EVERY_TWO_HOURS, NOON + timedelta(minutes=120)).first


def test_two_members_do_not_share_a_visit(floor: StoreContext) -> None:
    assert _come(floor, DAILY, NOON).first
    assert _come(floor, DAILY, NOON, member="m-2", alias="card:app:2").first


def test_a_visit_before_hq_sent_the_member_counts_as_theirs_afterwards(floor: StoreContext) -> None:
    assert _come(floor, DAILY, NOON, member="card:app:1", alias="card:app:1").first
    assert not _come(floor, DAILY, NOON, member="m-1", alias="card:app:1").first


def test_with_the_clock_unset_a_shopper_is_taken_and_the_fact_says_unsure(floor: StoreContext) -> None:
    assert _come(floor, DAILY, NOON, clock="unset").first
    assert facts(floor, "visit%")[0]["data"]["unsure"] is True


def test_with_the_clock_set_back_to_a_day_already_visited_the_visit_is_a_repeat(floor: StoreContext) -> None:
    assert _come(floor, DAILY, NOON).first
    assert _come(floor, DAILY, NOON + timedelta(days=1)).first
    assert _come(floor, DAILY, NOON + timedelta(hours=1)) == Visit(first=False, time="2026-11-21T03:00:00.000Z")
