"""Codes, stock, locks and sessions under a clock that is wrong: nobody is taken for proven who is not, nobody out for good."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from edge import registry
from edge.codes.check_digits import mod10_digit
from edge.codes.code_rules import CodeRules, IssuerRule, TokenKey
from edge.codes.issued import member_token, totp
from edge.config.policy import CheckIn, Policy
from edge.features import stock
from edge.features.check_in import CheckedIn, CodeRefused
from edge.features.offer.row import Offer
from edge.features.outcome import NotHere, Outcome
from edge.features.pickup.order import find_order
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import Actor, apply_transition
from edge.features.staff import sessions
from edge.features.staff.pin_check import hash_pin
from edge.features.staff.pin_locks import MAX_WRONG_PINS, PinAttempt, PinLocked, WrongPin
from edge.features.staff.sessions import OpenedSession
from edge.platform.clock import RELEASE_TIME, Now, Quality, now
from edge.platform.database import rows, writing
from edge.platform.process import ProcessLife
from edge.registry import decode_outcome
from edge.replica.hq_replica import replica_row
from edge.retention.sweep import sweep
from edge.scan.log import Reading, append_reading
from edge.scan_processor import answer_waiting_scans
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from tests.edge.floor import GTIN, facts, last, member, order, send
from tests.edge.floor import stock as counted
from tests.support.kept_config import keep
from tests.support.pickup_steps import step

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
RULES = CodeRules(
    issuers=(IssuerRule(issuer="group", prefix="4599", key="gsrn"),),
    keys={"key-1": TokenKey(issuer="app", public=member_token.public_key_text(KEY))},
)
GSRN = f"45990000000000001{mod10_digit('45990000000000001')}"
WALLET = b"wallet secret of m-1"
DAY = timedelta(days=1)
FAR = {"1970": datetime(1970, 1, 1, tzinfo=UTC), "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)}
# How far the box's clock is from the truth, and what the box thinks of it.
WRONG: dict[str, tuple[timedelta, Quality]] = {
    "1970": (FAR["1970"] - now().time, "unset"),
    "2038": (FAR["2038"] - now().time, "synced"),
    "a day behind": (-DAY, "holdover"),
    "a day behind, and believed": (-DAY, "synced"),
    "100 days behind": (-100 * DAY, "holdover" if now().time - 100 * DAY > RELEASE_TIME else "unset"),
    "a day ahead": (DAY, "holdover"),
}
ALL = pytest.mark.parametrize(("off", "clock"), WRONG.values(), ids=WRONG)


@pytest.fixture(autouse=True)
def _policy(floor: StoreContext) -> None:
    keep(floor.db, Policy(check_in=CheckIn(miles=10), codes=RULES))
    wallet = base64.b32encode(WALLET).decode().lower()
    send(floor, "members", "m-1", structs.replace(member(codes=(f"group:{GSRN}",)), wallet_secret=wallet))


def wrong(off: timedelta, clock: Quality) -> Now:
    true = now()
    return replace(true, time=true.time + off, clock=clock)


def signed(jti: str, age: float = 0, **more: str) -> str:
    """A code made by a clock that is right, `age` seconds ago; it is good for a minute."""
    made = int(now().time.timestamp() - age)
    claims = member_token.TokenClaims(iss="app", sub="m-1", iat=made, exp=made + 60, jti=jti)
    return member_token.mint_token(KEY, structs.replace(claims, **more), kid="key-1")


def wallet_pass(moment: datetime) -> str:
    return f"]C18018{GSRN}\x1d8019{totp.one_time_password(WALLET, int(moment.timestamp()) // totp.TOTP_PERIOD_S)}"


def scan(floor: StoreContext, data: str, moment: Now) -> Outcome:
    with writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", Reading(data=data.encode()), moment)
    answer_waiting_scans(floor, registry.decide_outcome, lambda _seq: None, ProcessLife())
    return decode_outcome(last(floor))


def grade(outcome: Outcome) -> str:
    assert isinstance(outcome, CheckedIn | CodeRefused)
    return outcome.grade if isinstance(outcome, CheckedIn) else outcome.why


@ALL
def test_a_signed_code_of_now_is_never_called_fresh_by_a_clock_that_cannot_know(
    floor: StoreContext, off: timedelta, clock: Quality
) -> None:
    """Behind: its age is not known. Ahead: it looks old, and nobody can tell that from one that is."""
    found = grade(scan(floor, signed("j"), wrong(off, clock)))
    assert found == ("expired" if off > timedelta() else "stale")
    assert grade(scan(floor, signed("j2"), now())) == "fresh"


def test_yesterdays_screenshot_is_not_fresh_to_a_clock_a_day_behind(floor: StoreContext) -> None:
    behind = wrong(-DAY, "holdover")
    assert grade(scan(floor, signed("j", age=20 * 3600), behind)) == "stale"
    assert grade(scan(floor, signed("j", age=20 * 3600), behind)) == "used"
    assert grade(scan(floor, signed("k", age=20 * 3600), now())) == "expired"


def test_a_phone_and_a_box_a_little_apart_are_no_reason_for_doubt(floor: StoreContext) -> None:
    for seconds in (-240, -30, 30, 50):
        moment = wrong(timedelta(seconds=seconds), "synced")
        assert grade(scan(floor, signed(f"j{seconds}"), moment)) == "fresh"


@ALL
def test_a_code_that_was_used_stays_used_while_it_lives_whatever_is_swept(
    floor: StoreContext, off: timedelta, clock: Quality
) -> None:
    code = signed("j")
    assert grade(scan(floor, code, now())) == "fresh"
    sweep(floor, wrong(min(off, DAY), clock), ProcessLife())
    assert grade(scan(floor, code, now())) == "used"


@ALL
def test_a_wallet_pass_is_a_card_to_a_clock_that_was_never_set_and_unproven_to_one_that_is_wrong(
    floor: StoreContext, off: timedelta, clock: Quality
) -> None:
    found = grade(scan(floor, wallet_pass(now().time), wrong(off, clock)))
    assert found == ("static" if clock == "unset" else "unproven")
    unsure = [fact["data"]["unsure"] for fact in facts(floor, "visit.checked_in")]
    assert unsure == ([True] if clock == "unset" else [])


def test_a_wallet_pass_of_nobody_here_proves_nothing_to_any_clock(floor: StoreContext) -> None:
    send(floor, "members", "m-1", member(codes=(f"group:{GSRN}",)), version=2)
    assert grade(scan(floor, wallet_pass(now().time), wrong(*WRONG["1970"]))) == "unproven"


@ALL
def test_a_coupon_and_its_offer_are_answered_alike_by_every_clock(
    floor: StoreContext, off: timedelta, clock: Quality
) -> None:
    """An offer's times are HQ's business: the box keeps the row as it came, and takes no coupon at all yet."""
    moment = now().time
    offer = Offer(offer="f-1", title=LocalizedText(ja="傘"), on="scan", begins=moment - DAY, ends=moment + DAY)
    send(floor, "offers", "f-1", offer)
    for age in (0, 10 * 86_400):
        assert scan(floor, signed(f"c{age}", age, typ="coupon", ref="f-1"), wrong(off, clock)) == NotHere(what="Coupon")
    assert replica_row(floor.hq, "offers", "f-1", Offer) == offer
    assert rows(floor.db, "select * from used_tokens") == []


@ALL
def test_a_stock_number_told_in_our_future_is_not_live(floor: StoreContext, off: timedelta, clock: Quality) -> None:
    send(floor, "stock", GTIN, counted(12, as_of=now().time))
    seen = stock.stock_here(floor.db, floor.hq, floor.box, GTIN, wrong(off, clock).time, 3)
    assert (seen.freshness, seen.number, seen.level) == ("old", None, "ask")
    assert (
        stock.stock_here(floor.db, floor.hq, floor.box, GTIN, now().time - timedelta(minutes=9), 3).freshness == "live"
    )


def clerk(floor: StoreContext) -> sessions.Staff:
    person = sessions.Staff(staff="s-1", name="タナカ", role="clerk", mark="タ", pin=hash_pin("4826"))
    send(floor, "staff", "s-1", person)
    return person


def sign_in(floor: StoreContext, person: sessions.Staff, pin: str, moment: Now) -> OpenedSession | WrongPin | PinLocked:
    at = PinAttempt(staff=person.staff, device="c1", station="c1")
    return sessions.sign_in(floor.db, floor.box, person, pin, at, moment, "c1")


def later(moment: Now, seconds: float) -> Now:
    return replace(moment, time=moment.time + timedelta(seconds=seconds))


@ALL
def test_a_lock_lasts_a_minute_by_whatever_clock_and_not_much_longer_when_that_is_set_right(
    floor: StoreContext, off: timedelta, clock: Quality
) -> None:
    person, moment = clerk(floor), wrong(off, clock)
    for _ in range(MAX_WRONG_PINS):
        refused = sign_in(floor, person, "0000", moment)
    assert refused == PinLocked(seconds=60)
    assert isinstance(sign_in(floor, person, "4826", later(moment, 59)), PinLocked)
    if off > timedelta():  # its end lies in the future of the right clock
        right = now()
        assert sign_in(floor, person, "4826", right) == PinLocked(seconds=60)
        assert isinstance(sign_in(floor, person, "4826", later(right, 61)), OpenedSession)
    else:
        assert isinstance(sign_in(floor, person, "4826", later(moment, 61)), OpenedSession)


@ALL
def test_a_session_ends_where_the_clock_is_set_and_lives_as_long_as_any_before_and_after(
    floor: StoreContext, off: timedelta, clock: Quality
) -> None:
    person, moment = clerk(floor), wrong(off, clock)
    opened = sign_in(floor, person, "4826", moment)
    assert isinstance(opened, OpenedSession)
    assert sessions.live_session(floor.db, floor.hq, opened.secret, "c1", later(moment, 170))
    assert sessions.live_session(floor.db, floor.hq, opened.secret, "c1", now()) is None
    again = sign_in(floor, person, "4826", now())
    assert isinstance(again, OpenedSession)
    assert sessions.live_session(floor.db, floor.hq, again.secret, "c1", now())


@ALL
def test_goods_that_are_held_for_somebody_are_handed_over_by_every_clock(
    floor: StoreContext, off: timedelta, clock: Quality
) -> None:
    """A hold that is over is a reason to look, and no reason to refuse: only HQ and staff end it."""
    send(floor, "orders", "o-1", order(promise_at=now().time, hold_until=now().time + DAY))
    moment, who = wrong(off, clock), Actor(station="c1", causation="scans/1", staff="s-1")
    asked = step(Action.HAND_OVER, who=who)
    with writing(floor.db):
        apply_transition(floor.db, floor.hq, floor.box, asked, moment)
    found = find_order(floor.db, floor.hq, floor.box, "o-1")
    assert found
    assert found.state is State.HANDED_OVER
