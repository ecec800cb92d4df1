"""A check that breaks is one finding: it takes no other with it, and tells nothing of what it was looking at."""

from collections.abc import Iterator

import pytest

from edge.platform.clock import now
from edge.platform.sqlite_file import Damaged
from tests.ui.shop_floor import Floor
from ui.health.box_health import PagesState
from ui.health.check import OK, CheckResult, CheckState, HealthCheck, run_checks
from ui.health.context import CheckContext
from ui.health.finding import Finding, HealthLevel, NotKnown, worst_level


def well(_context: CheckContext) -> Iterator[CheckResult]:
    yield CheckResult("ok", "a", {"count": 1})
    yield CheckResult("bad", "b")


def names_somebody(_context: CheckContext) -> Iterator[CheckResult]:
    yield CheckResult("ok")
    raise ValueError("サトウミサキ is no number")


def meets_the_machine(_context: CheckContext) -> Iterator[CheckResult]:
    raise PermissionError(13, "Permission denied", "/etc/noren/keys")


def cannot_know(_context: CheckContext) -> Iterator[CheckResult]:
    raise NotKnown("no_sensor")


def meets_damage(context: CheckContext) -> Iterator[CheckResult]:
    raise Damaged(context.data / "store.db", None, "page 7")


def check(look: object) -> HealthCheck:
    return HealthCheck(id="a.check", look=look, states={"ok": OK, "bad": CheckState(HealthLevel.ERROR, "support")})  # type: ignore[arg-type]


@pytest.fixture
def context(floor: Floor) -> CheckContext:
    return CheckContext(moment=now(), config=floor.config, shop=floor.shop)


def test_each_result_is_a_finding_with_its_messages(context: CheckContext) -> None:
    why = "health.a.check.why"
    assert run_checks([check(well)], context) == [
        Finding(
            id="a.check",
            state="ok",
            level=HealthLevel.OK,
            subject="a",
            args={"count": 1},
            what="health.a.check.ok",
            why=why,
        ),
        Finding(
            id="a.check",
            state="bad",
            level=HealthLevel.ERROR,
            subject="b",
            what="health.a.check.bad",
            why=why,
            do="health.do.support",
        ),
    ]


def test_a_check_that_breaks_is_one_finding_and_the_others_are_told(context: CheckContext) -> None:
    found = run_checks([check(names_somebody), check(well)], context)
    assert [one.state for one in found] == ["unchecked", "ok", "bad"]
    assert (found[0].level, found[0].what) == (HealthLevel.UNKNOWN, "health.unchecked")


def test_the_text_of_an_error_of_ours_is_not_told_because_it_may_quote_a_row(context: CheckContext) -> None:
    told = str(run_checks([check(names_somebody)], context)[0].args["error"])
    assert told.startswith("ValueError (test_check.py:")
    assert "サトウ" not in told


def test_the_machines_own_words_are_told(context: CheckContext) -> None:
    (found,) = run_checks([check(meets_the_machine)], context)
    assert found.args == {"error": "PermissionError: [Errno 13] Permission denied: '/etc/noren/keys'"}


def test_what_cannot_be_known_says_why(context: CheckContext) -> None:
    (found,) = run_checks([check(cannot_know)], context)
    assert (found.level, found.state, found.what) == (HealthLevel.UNKNOWN, "no_sensor", "health.unknown.no_sensor")


def test_the_web_process_still_asks_for_the_repair_of_a_damaged_database(floor: Floor, context: CheckContext) -> None:
    assert run_checks([check(meets_damage)], context)[0].state == "unchecked"
    pages = PagesState(screens={}, failing=0, cut=False)
    with pytest.raises(Damaged):
        run_checks([check(meets_damage)], CheckContext(moment=now(), config=floor.config, shop=floor.shop, pages=pages))


def test_the_gravest_level_counts(context: CheckContext) -> None:
    assert worst_level([]) is HealthLevel.OK
    assert worst_level(run_checks([check(well), check(cannot_know)], context)) is HealthLevel.ERROR
