"""A clock that is wrong for a while throws nothing away, locks nobody out and lets nobody in twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.config.policy import CheckIn
from edge.facts.journal import tell
from edge.features import visit
from edge.features.visit import VisitDay, Visitor
from edge.platform.clock import SYNCHRONISED_UPTIME_S, Now, SteadyClock, now
from edge.platform.database import first_row, rows, writing
from edge.platform.process import ProcessLife
from edge.retention import unswept
from edge.retention.sweep import RetentionSweep, sweep
from edge.store_context import StoreContext
from tests.support.any_fact import fact

HOUR = 3600
DAY = VisitDay(zone=ZoneInfo("Asia/Tokyo"), starts=0)
WRONG = {
    "1970": datetime(1970, 1, 1, tzinfo=UTC),
    "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "100 days ahead": datetime.now(UTC) + timedelta(days=100),
    "a day behind": datetime.now(UTC) - timedelta(days=1),
    "a year behind": datetime.now(UTC) - timedelta(days=365),
}


def visitor(member: str) -> Visitor:
    return Visitor(member=member, alias=f"alias of {member}", grade="fresh", station="k1", causation="scans/1")


def after(begun: Now, seconds: float) -> Now:
    """The moment so many seconds later, by a clock the network keeps right."""
    passed = timedelta(seconds=seconds)
    return replace(begun, time=begun.time + passed, clock="synced", uptime_ms=begun.uptime_ms + int(1000 * seconds))


def a_past(floor: StoreContext) -> None:
    """A morning's work that HQ has kept."""
    with writing(floor.db):
        for n in range(20):
            visit.check_in(floor.db, floor.box, CheckIn(), visitor(f"m{n}"), now(), DAY)
            tell(floor.db, floor.box, fact("product.scanned"), now())
        floor.db.conn.execute(
            """insert or replace into kept select epoch, lane, max(seq), max(ordinal), hash, '' from journal
               group by epoch, lane"""
        )


def counts(floor: StoreContext) -> dict[str, int]:
    return {
        table: int((first_row(floor.db, f"select count(*) from {table}") or (0,))[0]) for table in ("visits", "journal")
    }


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_restart_under_a_wrong_clock_throws_nothing_away(floor: StoreContext, wrong: datetime) -> None:
    a_past(floor)
    before = counts(floor)
    begun = replace(now(), time=wrong)
    for _ in range(3):  # restarts
        broom = RetentionSweep(floor)
        for second in range(0, 600, 3):
            broom.run_if_due(after(begun, second), float(second), ProcessLife())
    assert counts(floor) == before


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_clock_that_jumps_while_the_box_runs_is_steady_again_only_after_an_hour(
    floor: StoreContext, wrong: datetime
) -> None:
    a_past(floor)
    before, begun, broom = counts(floor), now(), RetentionSweep(floor)
    for second in range(0, 2 * HOUR, 60):
        broom.run_if_due(after(begun, second), float(second), ProcessLife())
    for second in range(2 * HOUR, 2 * HOUR + 600, 10):
        broom.run_if_due(replace(after(begun, second), time=wrong), float(second), ProcessLife())
    assert counts(floor) == before


def test_a_clock_that_stays_wrong_costs_a_day_an_hour_and_no_more(floor: StoreContext) -> None:
    begun = now()
    for days in range(5):
        with writing(floor.db):
            at = replace(begun, time=begun.time - timedelta(days=2 * days))
            member = visitor(f"m{days}")
            visit.check_in(floor.db, floor.box, CheckIn(), member, at, DAY)
    floor.db.conn.execute("create table sorted as select * from visits order by time")
    floor.db.conn.execute("delete from visits")
    floor.db.conn.execute(
        "insert into visits (member, rule, period, station, time) select member, rule, period, station, time from sorted"
    )
    assert sweep(floor, after(replace(begun, time=WRONG["2038"]), 0), ProcessLife())["visits"] == 1


def test_rows_of_a_time_that_cannot_be_are_as_old_as_those_around_them(floor: StoreContext) -> None:
    begun = now()
    times: list[float | datetime] = [-100, WRONG["1970"], WRONG["2038"], -99.5, WRONG["1970"], -1, WRONG["2038"], 0]
    for n, time in enumerate(times):
        at = time if isinstance(time, datetime) else begun.time + timedelta(days=time)
        with writing(floor.db):
            member = visitor(f"m{n}")
            visit.check_in(floor.db, floor.box, CheckIn(), member, replace(begun, time=at), DAY)
    assert sweep(floor, after(begun, 0), ProcessLife())["visits"] == 4
    left = [row["member"] for row in rows(floor.db, "select member from visits order by seq")]
    assert left == ["m4", "m5", "m6", "m7"]


def test_who_checked_in_this_morning_is_known_after_the_clock_was_wrong_for_a_while(floor: StoreContext) -> None:
    a_past(floor)
    wrong, broom = replace(now(), time=WRONG["100 days ahead"]), RetentionSweep(floor)
    for second in range(10):
        broom.run_if_due(after(wrong, second), float(second), ProcessLife())
    again = replace(now(), uptime_ms=now().uptime_ms + 60_000)
    with writing(floor.db):
        assert not visit.check_in(floor.db, floor.box, CheckIn(), visitor("m19"), again, DAY).first


def test_a_window_that_was_opened_by_a_clock_ahead_ends_in_time(floor: StoreContext) -> None:
    rule, ahead = CheckIn(window_hours=2), replace(now(), time=WRONG["100 days ahead"])
    last = visit.visit_day(rule, ahead, DAY, None)
    assert visit.visit_day(rule, now(), DAY, last) != last


def test_a_clock_is_steady_after_an_hour_and_any_doubt_begins_anew() -> None:
    clock, begun = SteadyClock(), now()
    assert not clock.is_steady_at(after(begun, 0))
    assert not clock.is_steady_at(after(begun, SYNCHRONISED_UPTIME_S - 1))
    assert clock.is_steady_at(after(begun, SYNCHRONISED_UPTIME_S))
    assert not clock.is_steady_at(replace(after(begun, SYNCHRONISED_UPTIME_S + 1), clock="holdover"))
    assert not clock.is_steady_at(after(begun, SYNCHRONISED_UPTIME_S + 2))
    assert clock.is_steady_at(after(begun, 2 * SYNCHRONISED_UPTIME_S + 2))
    assert not clock.is_steady_at(
        after(replace(begun, time=begun.time + timedelta(days=1)), 2 * SYNCHRONISED_UPTIME_S + 3)
    )


def test_a_shop_whose_clock_nobody_keeps_right_knows_how_long_nothing_was_swept(floor: StoreContext) -> None:
    """Counted in uptime over restarts, whatever its clock says meanwhile; forgotten once it was swept."""
    a_past(floor)
    begun, before = now(), counts(floor)
    for wrong in WRONG.values():  # each start with another time
        broom = RetentionSweep(floor)
        for hour in range(20):
            moment = replace(after(replace(begun, time=wrong), HOUR * hour), clock="holdover")
            broom.run_if_due(moment, float(HOUR * hour), ProcessLife())
    assert (unswept.days_unswept(floor.db), unswept.is_sweep_late(floor.db), counts(floor)) == (
        len(WRONG) * 19 // 24,
        True,
        before,
    )
    broom = RetentionSweep(floor)
    for second in range(0, 2 * HOUR, 600):
        broom.run_if_due(after(begun, second), broom._due + second, ProcessLife())
    assert (unswept.days_unswept(floor.db), unswept.is_sweep_late(floor.db)) == (None, False)


def test_a_weekend_without_a_time_server_is_told_to_nobody(floor: StoreContext) -> None:
    broom, begun = RetentionSweep(floor), now()
    for hour in range(24 * unswept.LATE_AFTER_DAYS):
        broom.run_if_due(replace(after(begun, HOUR * hour), clock="holdover"), float(HOUR * hour), ProcessLife())
    assert not unswept.is_sweep_late(floor.db)


def test_rows_of_the_hours_before_a_new_box_first_heard_the_time_do_not_count_as_old(floor: StoreContext) -> None:
    """A Pi has no battery: it begins with the time its system was built."""
    begun, built = now(), datetime(2025, 6, 17, tzinfo=UTC)
    for n, time in enumerate((built, built + timedelta(minutes=5), begun.time)):
        with writing(floor.db):
            visit.check_in(floor.db, floor.box, CheckIn(), visitor(f"m{n}"), replace(begun, time=time), DAY)
    assert sweep(floor, after(begun, 0), ProcessLife()).get("visits", 0) == 0
