"""Coupons: the right member gets one, within its quota and time, and HQ gets a fact; a late offer is reported and never shown."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.codes.code_rules import CodeRules, IssuerRule
from edge.config.policy import CheckIn, Policy
from edge.config.policy import Offer as OfferPolicy
from edge.features.check_in import CheckedIn
from edge.features.offer import coupon
from edge.features.offer.coupon import coupons_of, note_offers
from edge.features.offer.row import Offer
from edge.platform.clock import now, utc_text
from edge.platform.database import rows
from edge.platform.process import ProcessLife
from edge.registry import watched_feeds
from edge.retention.sweep import sweep
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from tests.edge.floor import facts, member, scan, send, shop
from tests.support.kept_config import keep

CODES = CodeRules(issuers=(IssuerRule(issuer="own", prefix="M", lengths=(9,), characters="alphanumeric"),))
POLICY = Policy(codes=CODES)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def cards(floor: StoreContext) -> None:
    """The chain's own cards: M and eight digits."""
    keep(floor.db, POLICY)


def offer(name: str = "sale", *, begins: timedelta = -HOUR, ends: timedelta = HOUR, **more: Any) -> Offer:
    """An offer at check-in, by default one for all that counts for another hour."""
    here = datetime.now(UTC)
    title = LocalizedText(ja="17[時|じ]までの[割引|わりびき]", en="Until 5 pm")
    return Offer(offer=name, title=title, on=more.pop("on", "check_in"), begins=here + begins, ends=here + ends, **more)


def push(floor: StoreContext, *offers: Offer) -> None:
    for one in offers:
        send(floor, "offers", one.offer, one)


def come(floor: StoreContext, number: int = 1, station: str = "k1", **about: Any) -> CheckedIn:
    """A member of the store checks in with a card of their own."""
    known = msgspec.structs.replace(member(f"m-{number}", (f"own:M{number:08d}",)), **about)
    send(floor, "members", known.member, known)
    seen = scan(floor, station, f"M{number:08d}")
    assert isinstance(seen, CheckedIn)
    return seen


def coupons(floor: StoreContext) -> list[tuple[str, str]]:
    return [(row["offer"], row["member"]) for row in rows(floor.db, "select offer, member from coupons order by seq")]


def test_a_member_who_checks_in_is_given_one_and_hq_is_told_once(floor: StoreContext) -> None:
    sale = offer()
    push(floor, sale)
    seen = come(floor)
    assert coupons_of(floor, seen, now()) == [sale]
    assert [come(floor), come(floor, station="door")] == [
        msgspec.structs.replace(seen, first=False, miles=0),
        msgspec.structs.replace(seen, first=False, miles=0),
    ]
    (told,) = facts(floor, "coupon.shown")
    assert told["data"] == {"offer": "sale", "ends": utc_text(sale.ends), "unsure": False}
    assert (told["member"], told["station"], told["causation"]) == ("m-1", "k1", "scans/1")


def test_an_offer_that_begins_during_the_visit_is_given_at_the_next_scan(floor: StoreContext) -> None:
    come(floor)
    push(floor, offer())
    assert [one.offer for one in coupons_of(floor, come(floor), now())] == ["sale"]


@pytest.mark.parametrize(
    ("about", "given"),
    [
        ({"audience": "all"}, [1, 2]),
        ({"audience": "segment", "among": ["dormant", "ec_only"]}, [2]),
        ({"audience": "stage", "among": ["gold"]}, [1]),
        ({"audience": "member", "among": ["m-2", "m-9"]}, [2]),
        ({"audience": "segment", "among": ["both"]}, []),
    ],
)
def test_only_the_audience_is_given_one(floor: StoreContext, about: dict[str, Any], given: list[int]) -> None:
    push(floor, offer(**about))
    come(floor, 1, stage="gold")
    come(floor, 2, segment="ec_only")
    assert coupons(floor) == [("sale", f"m-{number}") for number in given]


def test_somebody_whom_this_store_does_not_know_is_given_none(floor: StoreContext) -> None:
    push(floor, offer())
    seen = scan(floor, "k1", "M00000077")
    assert isinstance(seen, CheckedIn)
    assert (seen.member, coupons(floor), coupons_of(floor, seen, now())) == (None, [], [])


@pytest.mark.parametrize(
    "about",
    [
        {"begins": HOUR, "ends": 2 * HOUR},
        {"begins": -2 * HOUR, "ends": -HOUR},
        {"on": "scan"},
        {"on": "hand_over"},
        {"flag": "time_sale", "raised": False},
    ],
)
def test_an_offer_that_does_not_count_now_is_not_given(floor: StoreContext, about: dict[str, Any]) -> None:
    push(floor, offer(**about))
    come(floor)
    assert coupons(floor) == []


def test_an_offer_counts_only_while_hqs_flag_is_up(floor: StoreContext) -> None:
    push(floor, offer(flag="weather"))
    seen = come(floor)
    assert len(coupons_of(floor, seen, now())) == 1
    push(floor, offer(flag="weather", raised=False))
    assert coupons_of(floor, seen, now()) == []


def test_what_was_given_ends_with_its_offer_and_with_hqs_withdrawal(floor: StoreContext) -> None:
    push(floor, offer(ends=HOUR))
    seen, here = come(floor), now()
    later = replace(here, time=here.time + 2 * HOUR)
    assert coupons_of(floor, seen, later) == []
    send(floor, "offers", "sale", None, 2)
    assert coupons_of(floor, seen, here) == []


def test_a_single_use_is_given_once_and_others_once_a_visit(floor: StoreContext) -> None:
    keep(floor.db, Policy(codes=CODES, check_in=CheckIn(window_hours=1)))
    push(floor, offer("once", single_use=True, ends=9 * HOUR), offer("each", ends=9 * HOUR))
    come(floor)
    with time_machine.travel(datetime.now(UTC) + 2 * HOUR):
        come(floor)
    assert Counter(coupons(floor)) == {("once", "m-1"): 1, ("each", "m-1"): 2}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    quota=st.integers(1, 4),
    single=st.booleans(),
    comes=st.lists(st.tuples(st.integers(1, 6), st.sampled_from(("k1", "k2", "door"))), max_size=12),
)
def test_a_quota_is_never_exceeded_whoever_comes_where(
    tmp_path_factory: pytest.TempPathFactory, quota: int, single: bool, comes: list[tuple[int, str]]
) -> None:
    with shop(tmp_path_factory.mktemp("quota")) as floor:
        keep(floor.db, POLICY)
        push(floor, offer(quota=quota, single_use=single))
        for number, station in comes:
            come(floor, number, station)
        given = [member for _, member in coupons(floor)]
        first_to_come = list(dict.fromkeys(f"m-{number}" for number, _ in comes))
        assert given == first_to_come[:quota]
        assert [one["member"] for one in facts(floor, "coupon.shown")] == given


def test_an_offer_that_came_after_its_end_is_told_once_and_shown_to_nobody(floor: StoreContext) -> None:
    note_offers(floor)
    late = offer("late", begins=-3 * HOUR, ends=-HOUR)
    push(floor, late, offer())
    for _ in range(2):
        note_offers(floor)
    (told,) = facts(floor, "coupon.late")
    assert told["data"] == {"offer": "late", "ends": utc_text(late.ends)}
    assert [one.offer for one in coupons_of(floor, come(floor), now())] == ["sale"]


def test_an_offer_that_was_here_in_time_and_ended_is_not_late_when_hq_sends_it_again(floor: StoreContext) -> None:
    sale = offer()
    push(floor, sale)
    note_offers(floor)
    with time_machine.travel(datetime.now(UTC) + 2 * HOUR):
        send(floor, "offers", "sale", sale, 2)
        note_offers(floor)
        assert facts(floor, "coupon.late") == []
        send(floor, "offers", "sale", offer(begins=-HOUR / 2, ends=-HOUR / 4), 3)  # another run, which came too late
        note_offers(floor)
    assert len(facts(floor, "coupon.late")) == 1


def test_an_offer_that_begins_again_under_its_name_has_its_quota_and_single_use_anew(floor: StoreContext) -> None:
    keep(floor.db, Policy(codes=CODES, check_in=CheckIn(window_hours=1)))
    push(floor, offer(quota=1, single_use=True))
    come(floor, 1)
    come(floor, 2)
    with time_machine.travel(datetime.now(UTC) + 2 * HOUR):
        push(floor, offer(quota=1, single_use=True))
        come(floor, 2)
        come(floor, 1)
    assert coupons(floor) == [("sale", "m-1"), ("sale", "m-2")]


def test_an_offer_that_begins_again_during_a_visit_is_not_given_twice_on_it(floor: StoreContext) -> None:
    push(floor, offer())
    come(floor)
    push(floor, offer(begins=timedelta(0)))
    come(floor)
    assert coupons(floor) == [("sale", "m-1")]


@pytest.mark.parametrize("form", [str, lambda text: text[:-3] + text[-2:]], ids=["+09:00", "+0900"])
@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-11))])
def test_an_offer_ends_at_its_moment_in_whatever_zone_and_form_it_is_written(
    floor: StoreContext, zone: timezone, form: Callable[[str], str]
) -> None:
    here = now()
    push(floor, *(offer(str(n), ends=timedelta(seconds=n)) for n in (-3, 60)))
    for name in ("-3", "60"):
        body = rows(floor.hq, "select body from offers where key = ?", (name,))[0]["body"]
        row = msgspec.json.decode(body)
        row["ends"] = form(datetime.fromisoformat(row["ends"]).astimezone(zone).isoformat())
        send(floor, "offers", name, row, 2)
    assert [one.offer for one in coupons_of(floor, come(floor), here)] == ["60"]


def test_a_new_box_does_not_call_hqs_past_offers_late(floor: StoreContext) -> None:
    push(floor, offer(begins=timedelta(days=-9), ends=timedelta(days=-2)))
    note_offers(floor)
    assert facts(floor, "coupon.late") == []


def test_what_was_given_is_kept_until_the_offer_has_ended(floor: StoreContext) -> None:
    """Else its quota and its single use would begin anew."""
    days = timedelta(days=1)
    push(floor, offer("short", quota=9), offer("long", ends=200 * days), offer("once", ends=20 * days, single_use=True))
    come(floor)
    push(floor, offer("once", ends=200 * days, single_use=True))  # HQ lets it go on
    here = now()
    after = [replace(here, time=here.time + number * days) for number in (89, 91, 300)]
    assert [sweep(floor, moment, ProcessLife()).get("coupons", 0) for moment in after] == [0, 2, 1]


def test_an_offer_that_hq_ends_early_is_not_late(floor: StoreContext) -> None:
    push(floor, offer())
    note_offers(floor)
    come(floor)
    push(floor, offer(ends=-timedelta(seconds=1)))
    note_offers(floor)
    assert facts(floor, "coupon.late") == []


def test_a_coupon_of_an_earlier_run_is_none_of_this_one(floor: StoreContext) -> None:
    keep(floor.db, Policy(codes=CODES, check_in=CheckIn(window_hours=1)))
    push(floor, offer(quota=1))
    come(floor, 1)
    with time_machine.travel(datetime.now(UTC) + 2 * HOUR):
        push(floor, offer(quota=1))
        come(floor, 2)
        assert coupons_of(floor, come(floor, 1), now()) == []


def test_with_the_clock_unset_nothing_is_late_and_nothing_is_forgotten(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(floor, offer("late", begins=-3 * HOUR, ends=-HOUR))
    monkeypatch.setattr(coupon, "now", lambda: replace(now(), clock="unset"))
    note_offers(floor)
    assert facts(floor, "coupon.late") == []
    monkeypatch.undo()
    note_offers(floor)
    assert len(facts(floor, "coupon.late")) == 1


def test_a_row_that_is_none_costs_itself(floor: StoreContext) -> None:
    send(floor, "offers", "bad", {"offer": "bad", "on": "check_in"})
    push(floor, offer())
    note_offers(floor)
    assert [one.offer for one in coupons_of(floor, come(floor), now())] == ["sale"]


def test_a_chain_that_has_offers_off_gives_none(floor: StoreContext) -> None:
    keep(floor.db, Policy(codes=CODES, offer=OfferPolicy(on=False)))
    push(floor, offer())
    come(floor)
    assert coupons(floor) == []
    assert "offers" not in watched_feeds(floor.policy)
