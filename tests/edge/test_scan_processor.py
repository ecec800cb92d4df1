"""The desk: what each code comes to at each station, in one transaction."""

import base64
import itertools
import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from edge import registry, scan_processor
from edge.codes.check_digits import mod10_digit
from edge.codes.code_rules import CheckScheme, CodeRules, InStoreRule, IssuerRule, PriceCheck, TokenKey
from edge.codes.issued import member_token, totp
from edge.codes.reject_reason import RejectReason
from edge.config.policy import CheckIn, Policy
from edge.features import catalog
from edge.features.check_in import CheckedIn, CodeRefused, Identified
from edge.features.outcome import Fault, NotHere, NotUnderstood, clear_screen, shown_on_station
from edge.features.pickup.arrival import OrderOpened, PickupArrived, PickupRefused
from edge.features.pickup.state_machine import State
from edge.features.product import ProductPast, ProductShown, ProductUnknown, SecondRow
from edge.features.product_label import ProductLabel
from edge.platform.clock import Now, now
from edge.platform.database import cursor, rows, writing
from edge.platform.process import ProcessLife
from edge.platform.sqlite import sqlite3
from edge.registry import decode_outcome
from edge.scan.log import Reading, append_reading
from edge.store_context import StoreContext
from tests.edge.floor import GTIN, SECRET, facts, last, member, order, product, scan, send
from tests.support.kept_config import keep

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
RULES = CodeRules(
    issuers=(
        IssuerRule(issuer="app", prefix="2000", lengths=(13,), check=CheckScheme.LUHN, over_products=True),
        IssuerRule(issuer="group", prefix="4599", key="gsrn"),
    ),
    keys={"key-1": TokenKey(issuer="app", public=member_token.public_key_text(KEY))},
)
CARD = "2000000000008"
TAG = "4512345678906"


@pytest.fixture(autouse=True)
def _policy(floor: StoreContext) -> None:
    keep(floor.db, Policy(check_in=CheckIn(miles=10), codes=RULES))
    send(floor, "catalog", GTIN, product())
    send(floor, "members", "m-1", member())


def _token(jti: str, age: int = 0, key: Ed25519PrivateKey = KEY) -> str:
    made = int(now().time.timestamp()) - age
    claims = member_token.TokenClaims(iss="app", sub="m-1", iat=made, exp=made + 60, jti=jti)
    return member_token.mint_token(key, claims, kid="key-1")


def test_a_member_is_greeted_once_a_day_over_all_stations(floor: StoreContext) -> None:
    first = scan(floor, "door", CARD)
    assert isinstance(first, CheckedIn)
    assert (first.member, first.first, first.miles, first.grade) == ("m-1", True, 10, "static")
    again = scan(floor, "k1", CARD)
    assert isinstance(again, CheckedIn)
    assert (again.first, again.miles, again.time) == (False, 0, first.time)
    assert len(facts(floor, "visit.checked_in")) == len(facts(floor, "visit.repeated")) == 1


def test_a_member_hq_has_not_sent_here_is_welcome_all_the_same(floor: StoreContext) -> None:
    send(floor, "members", "m-1", None, version=2)
    outcome = scan(floor, "k1", CARD)
    assert isinstance(outcome, CheckedIn)
    assert (outcome.member, outcome.first) == (None, True)
    assert facts(floor, "visit.checked_in")[0]["member"] == f"card:app:{CARD}"


def test_a_waiting_order_is_named_in_the_greeting(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order(member="m-1"))
    send(floor, "orders", "o-2", order("o-2", State.HANDED_OVER, member="m-1"))
    outcome = scan(floor, "k1", CARD)
    assert isinstance(outcome, CheckedIn)
    assert outcome.orders == ["o-1"]


def test_staff_reading_a_member_do_not_check_them_in(floor: StoreContext) -> None:
    assert scan(floor, "c1", CARD) == Identified(member="m-1", orders=[])
    assert facts(floor, "visit%") == []


def test_a_signed_code_is_fresh_and_serves_once_in_the_whole_store(floor: StoreContext) -> None:
    code = _token("j1")
    outcome = scan(floor, "k1", code)
    assert isinstance(outcome, CheckedIn)
    assert outcome.grade == "fresh"
    assert scan(floor, "k2", code) == CodeRefused(why="used")


def test_a_signed_code_a_little_late_is_stale_and_a_very_old_one_is_refused(floor: StoreContext) -> None:
    late = scan(floor, "k1", _token("j2", age=120))
    assert isinstance(late, CheckedIn)
    assert late.grade == "stale"
    assert scan(floor, "k1", _token("j3", age=3600)) == CodeRefused(why="expired")


def test_a_code_signed_by_a_stranger_opens_nothing(floor: StoreContext) -> None:
    forged = _token("x", key=Ed25519PrivateKey.generate())
    assert scan(floor, "k1", forged) == NotUnderstood(reason=RejectReason.BAD_SIGNATURE)
    assert facts(floor, "visit%") == []


WALLET = b"wallet secret of m-1"


def _wallet(floor: StoreContext, secret: bytes = WALLET, age: int = 0) -> object:
    gsrn = f"45990000000000001{mod10_digit('45990000000000001')}"
    person = structs.replace(member(codes=(f"group:{gsrn}",)), wallet_secret=base64.b32encode(WALLET).decode().lower())
    send(floor, "members", "m-1", person, version=2)
    shown = totp.one_time_password(secret, int(now().time.timestamp() - age) // totp.TOTP_PERIOD_S)
    return scan(floor, "k1", f"]C18018{gsrn}\x1d8019{shown}")


def test_a_wallet_pass_is_fresh_and_serves_once(floor: StoreContext) -> None:
    outcome = _wallet(floor)
    assert isinstance(outcome, CheckedIn)
    assert (outcome.member, outcome.grade) == ("m-1", "fresh")
    assert _wallet(floor) == CodeRefused(why="used")


@pytest.mark.parametrize(("secret", "age"), [(b"somebody else's", 0), (WALLET, 300)])
def test_a_wallet_pass_with_a_wrong_or_old_password_opens_nothing(floor: StoreContext, secret: bytes, age: int) -> None:
    assert _wallet(floor, secret, age) == CodeRefused(why="unproven")
    assert facts(floor, "visit%") == facts(floor, "member%") == []


def test_a_price_tag_opens_the_product(floor: StoreContext) -> None:
    assert scan(floor, "k1", TAG) == ProductShown(gtin=GTIN)
    assert facts(floor, "product.scanned")[0]["data"] == {"gtin": GTIN, "known": True}


ISBN, SECOND_ROW = "9784101010014", "1920193010008"


BOOK = f"0{ISBN}"
PRICED = ProductShown(gtin=BOOK, label=ProductLabel(price=1000, price_includes_tax=False, c_code="0193"))


def test_the_second_row_of_a_book_completes_the_book_on_the_screen(floor: StoreContext) -> None:
    send(floor, "catalog", BOOK, product(BOOK))
    assert scan(floor, "k1", ISBN) == ProductShown(gtin=BOOK)
    assert scan(floor, "k1", SECOND_ROW) == PRICED
    assert [fact["data"].get("completes") for fact in facts(floor, "product.scanned")] == [None, True]


def test_the_second_row_may_be_read_first(floor: StoreContext) -> None:
    send(floor, "catalog", BOOK, product(BOOK))
    assert scan(floor, "k1", SECOND_ROW) == SecondRow()
    assert scan(floor, "k1", ISBN) == PRICED
    (fact,) = facts(floor, "product.scanned")
    assert fact["data"]["label"] == {"price": 1000, "price_includes_tax": False, "c_code": "0193"}


@pytest.mark.parametrize("order", list(itertools.permutations([ISBN, SECOND_ROW, "12345"])))
def test_a_books_rows_and_its_add_on_are_one_in_any_order(floor: StoreContext, order: tuple[str, ...]) -> None:
    send(floor, "catalog", BOOK, product(BOOK))
    for data in order:
        aim = "]E2" if len(data) == 5 else "]E0"
        outcome = scan(floor, "k1", data, aim=aim)
    label = ProductLabel(price=1000, price_includes_tax=False, c_code="0193", add_on="12345")
    assert outcome == ProductShown(gtin=BOOK, label=label)


def test_rows_read_too_far_apart_are_not_joined(floor: StoreContext) -> None:
    send(floor, "catalog", BOOK, product(BOOK))
    with time_machine.travel(now().time - timedelta(seconds=11), tick=True):
        scan(floor, "k1", SECOND_ROW)
    assert scan(floor, "k1", ISBN) == ProductShown(gtin=BOOK)


@pytest.mark.parametrize("days", [1, 100, 4000])
def test_a_row_read_by_a_clock_that_has_been_set_back_since_is_no_part_of_this_book(
    floor: StoreContext, days: int
) -> None:
    send(floor, "catalog", BOOK, product(BOOK))
    with time_machine.travel(now().time + timedelta(days=days), tick=True):
        scan(floor, "k1", SECOND_ROW)
    assert scan(floor, "k1", ISBN) == ProductShown(gtin=BOOK)


def test_the_second_row_alone_asks_for_the_first(floor: StoreContext) -> None:
    assert scan(floor, "k1", SECOND_ROW) == SecondRow()
    scan(floor, "k2", ISBN)
    assert scan(floor, "k1", SECOND_ROW) == SecondRow()
    scan(floor, "k1", TAG)
    assert scan(floor, "k1", SECOND_ROW) == SecondRow()


FRESH = CodeRules(in_store=(InStoreRule(name="fresh", mask="02IIIIIVPPPPC", price_check=PriceCheck.GS1_4),))


def test_the_price_on_a_fresh_label_is_told_and_shown(floor: StoreContext) -> None:
    keep(floor.db, Policy(codes=FRESH))
    send(floor, "catalog", "00200042000000", product("00200042000000"))
    assert scan(floor, "k1", "0200042102988") == ProductShown(gtin="00200042000000", label=ProductLabel(price=298))
    assert facts(floor, "product.scanned")[0]["data"]["label"] == {"price": 298}


def _pack(**days: int) -> str:
    """A label whose dates are so many days from today."""
    ais = {"use_by": "17", "best_before": "15", "sell_by": "16"}
    today = now().time.astimezone(ZoneInfo("Asia/Tokyo")).date()
    return "01" + GTIN + "".join(f"{ais[name]}{today + timedelta(days=away):%y%m%d}" for name, away in days.items())


def test_what_a_label_says_reaches_the_screen_and_hq(floor: StoreContext) -> None:
    outcome = scan(floor, "k1", _pack(best_before=3) + "3103000195" + "10LOT\x1d" + "21S1", aim="]C1")
    assert isinstance(outcome, ProductShown)
    assert (outcome.label.weight_g, outcome.label.lot, outcome.label.serial) == (195, "LOT", "S1")
    told = facts(floor, "product.scanned")[0]["data"]["label"]
    assert told == {"weight_g": 195, "lot": "LOT", "serial": "S1", "best_before": str(outcome.label.best_before)}


@pytest.mark.parametrize("name", ["use_by", "best_before", "sell_by"])
def test_a_pack_past_its_date_is_no_ordinary_page(floor: StoreContext, name: str) -> None:
    assert isinstance(scan(floor, "k1", _pack(**{name: 0}), aim="]C1"), ProductShown)
    outcome = scan(floor, "k1", _pack(**{name: -1}), aim="]C1")
    assert isinstance(outcome, ProductPast)
    assert (outcome.gtin, outcome.past, outcome.known) == (GTIN, name, True)
    assert facts(floor, "product.scanned")[1]["data"]["past"] == name


def test_a_clock_that_was_never_set_sends_nobody_away(floor: StoreContext) -> None:
    with time_machine.travel(datetime(2026, 10, 1, tzinfo=UTC), tick=True):
        outcome = scan(floor, "k1", "01" + GTIN + "17260901", aim="]C1")
    assert isinstance(outcome, ProductShown)
    assert facts(floor, "product.scanned")[0]["data"]["unsure"] is True


def test_a_bad_field_is_named_to_hq_and_the_product_shown(floor: StoreContext) -> None:
    outcome = scan(floor, "k1", "01" + GTIN + "15000000" + "10LOT", aim="]C1")
    assert isinstance(outcome, ProductShown)
    assert facts(floor, "product.scanned")[0]["data"]["label"] == {
        "lot": "LOT",
        "bad": [{"field": "15", "why": "ai_value"}],
    }


def test_an_outer_pack_is_shown_as_its_item(floor: StoreContext) -> None:
    case = "14512345678903"
    send(floor, "catalog", case, product(case, contains=GTIN, pieces=24))
    assert scan(floor, "k1", case, aim="]I1") == ProductShown(gtin=GTIN, case_of=24)
    assert facts(floor, "product.scanned")[0]["data"]["case"] == {"gtin": case, "pieces": 24}
    assert [one.gtin for one in catalog.products_of_style(floor.hq, "41-2208")] == [GTIN]
    send(floor, "catalog", GTIN, None)
    assert scan(floor, "k1", case, aim="]I1") == ProductUnknown(gtin=case)


def test_a_sound_tag_of_no_product_of_ours_is_said_to_be_unknown(floor: StoreContext) -> None:
    assert scan(floor, "k1", "4901234567894") == ProductUnknown(gtin="04901234567894")


def test_a_wrong_check_digit_is_told_and_never_guessed(floor: StoreContext) -> None:
    assert scan(floor, "k1", "4512345678907") == NotUnderstood(reason=RejectReason.CHECK_DIGIT)
    assert facts(floor, "product%") == []


def _pickup(floor: StoreContext, station: str, order_id: str = "o-1", secret: str = SECRET) -> object:
    return scan(floor, station, f"noren:p:{order_id}:{secret}")


def test_a_pickup_code_at_a_kiosk_says_i_am_here_once(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    here = PickupArrived(order="o-1", number="4821", ready=True)
    assert _pickup(floor, "k1") == here
    assert _pickup(floor, "k2") == here
    assert len(facts(floor, "pickup.arrived")) == 1


def test_a_shopper_who_comes_early_is_told_that_the_goods_are_being_prepared(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order(state=State.PICKING))
    assert _pickup(floor, "k1") == PickupArrived(order="o-1", number="4821", ready=False)


def test_the_same_code_at_the_counter_is_the_proof_for_a_hand_over(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    assert _pickup(floor, "c1") == OrderOpened(order="o-1", number="4821")
    assert facts(floor, "pickup%") == []


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (State.HANDED_OVER, "handed_over"),
        (State.CANCELLED, "cancelled"),
        (State.REJECTED, "rejected"),
        (State.RESTOCKED, "gone"),
    ],
)
def test_an_order_that_cannot_be_handed_over_says_why(floor: StoreContext, state: State, why: str) -> None:
    send(floor, "orders", "o-1", order(state=state))
    assert _pickup(floor, "k1") == PickupRefused(why=why, order="o-1", number="4821")  # type: ignore[arg-type]


def test_somebody_elses_secret_tells_nothing_about_the_order(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    assert _pickup(floor, "k1", secret="guess") == PickupRefused(why="wrong_secret")


def test_an_order_of_another_store_names_the_store(floor: StoreContext) -> None:
    send(floor, "orders", "o-9", order("o-9", store="yokohama"))
    assert _pickup(floor, "k1", "o-9") == PickupRefused(why="other_store", store="yokohama")
    assert _pickup(floor, "k1", "nobody") == PickupRefused(why="unknown")


def test_a_gate_has_no_use_for_a_price_tag(floor: StoreContext) -> None:
    assert scan(floor, "g1", TAG) == NotHere(what="Product")


def test_a_scan_for_a_station_that_was_taken_away_is_still_answered(floor: StoreContext) -> None:
    assert scan(floor, "attic", TAG) == NotHere(what="Product")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", RejectReason.EMPTY),
        (b"x" * 5000, RejectReason.TOO_LONG),
        (b"\x00\xff\xfe\x01", RejectReason.NOT_TEXT),
        (b"noren:p:", RejectReason.BAD_HOUSE_CODE),
        (b"hello", RejectReason.UNRECOGNISED),
    ],
)
def test_what_is_no_code_of_ours_is_kept_with_its_reason(
    floor: StoreContext, data: bytes, reason: RejectReason
) -> None:
    assert scan(floor, "k1", data) == NotUnderstood(reason=reason)
    assert rows(floor.db, "select data from scans")[0]["data"] == data


def test_the_screen_of_a_station_shows_its_own_outcome_alone_and_nothing_after_the_end(floor: StoreContext) -> None:
    scan(floor, "k1", CARD)
    scan(floor, "k2", TAG)
    on_k1 = shown_on_station(floor.db, "k1")
    assert on_k1 is not None
    assert on_k1.kind == "checked_in"
    with writing(floor.db):
        clear_screen(floor.db, "k1", now())
    assert shown_on_station(floor.db, "k1") is None
    assert shown_on_station(floor.db, "k2") is not None


def _read_earlier(floor: StoreContext, data: str, boot: str | None = None, **ago: float) -> scan_processor.AnsweredScan:
    moment, age = now(), timedelta(**ago)
    ms = round(age.total_seconds() * 1000)
    then = Now(moment.time - age, moment.clock, boot or moment.boot, moment.uptime_ms - ms)
    with writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", Reading(data=data.encode()), then)
    told: list[scan_processor.AnsweredScan] = []
    scan_processor.answer_waiting_scans(floor, registry.decide_outcome, told.append, ProcessLife())
    return told[-1]


def test_a_scan_the_desk_comes_to_late_counts_but_is_shown_to_nobody(floor: StoreContext) -> None:
    assert not _read_earlier(floor, CARD, minutes=5).fresh
    assert shown_on_station(floor.db, "k1") is None
    assert len(facts(floor, "visit.checked_in")) == 1
    assert _read_earlier(floor, TAG, seconds=1).fresh
    assert not _read_earlier(floor, TAG, boot="another boot").fresh


def test_a_late_answered_visit_counts_for_the_day_it_was_read(floor: StoreContext) -> None:
    _read_earlier(floor, CARD, days=1)
    outcome = scan(floor, "k1", CARD)
    assert isinstance(outcome, CheckedIn)
    assert outcome.first


def test_a_bug_costs_its_own_scan_alone(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(catalog, "product", broken)
    outcome = scan(floor, "k1", TAG)
    assert isinstance(outcome, Fault)
    assert outcome.trace in caplog.text
    assert facts(floor, "product%") == []
    assert isinstance(scan(floor, "k1", CARD), CheckedIn)


def test_a_database_in_trouble_is_not_blamed_on_the_scan(floor: StoreContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(catalog, "product", full)
    with pytest.raises(sqlite3.OperationalError):
        scan(floor, "k1", TAG)
    assert cursor(floor.db, "desk:scans") == 0
    monkeypatch.undo()
    scan_processor.answer_waiting_scans(floor, registry.decide_outcome, lambda _seq: None, ProcessLife())
    assert decode_outcome(last(floor)) == ProductShown(gtin=GTIN)


def test_a_broken_constraint_is_a_fault_of_its_scan_and_the_next_one_is_answered(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(*_: object) -> None:
        raise sqlite3.IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(catalog, "product", twice)
    assert isinstance(scan(floor, "k1", TAG), Fault)
    monkeypatch.undo()
    assert scan(floor, "k1", TAG) == ProductShown(gtin=GTIN)


def test_a_long_backlog_is_left_where_it_stands_when_the_life_ends(floor: StoreContext) -> None:
    with writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", Reading(data=TAG.encode()), now())
    over = ProcessLife()
    over.end()
    scan_processor.answer_waiting_scans(floor, registry.decide_outcome, lambda _answered: None, over)
    assert rows(floor.db, "select * from outcomes") == []
    scan_processor.answer_waiting_scans(floor, registry.decide_outcome, lambda _answered: None, ProcessLife())
    assert len(rows(floor.db, "select * from outcomes")) == 1


def test_a_policy_of_a_restored_hq_is_read_even_under_the_same_number(floor: StoreContext) -> None:
    assert floor.policy.check_in.miles == 10
    keep(floor.db, Policy(check_in=CheckIn(miles=99), codes=RULES), epoch="another")
    assert floor.policy.check_in.miles == 10, "what goes on under one config ends under it"
    floor.renew()
    assert floor.policy.check_in.miles == 99


def test_a_scan_is_answered_once_even_when_the_desk_starts_anew(floor: StoreContext) -> None:
    scan(floor, "k1", TAG)
    scan_processor.answer_waiting_scans(floor, registry.decide_outcome, lambda _seq: None, ProcessLife())
    assert len(rows(floor.db, "select * from outcomes")) == 1


def test_a_page_is_answered_like_a_scanner(floor: StoreContext) -> None:
    with writing(floor.db):
        append_reading(floor.db, "page_scans", "k1", "wedge", Reading(data=TAG.encode()), now())
    told: list[scan_processor.AnsweredScan] = []
    scan_processor.answer_waiting_scans(floor, registry.decide_outcome, told.append, ProcessLife())
    assert (last(floor).log, decode_outcome(last(floor))) == ("page_scans", ProductShown(gtin=GTIN))
    assert told == [scan_processor.AnsweredScan(seq=last(floor).seq, station="k1", fresh=True)]


def test_no_outcome_or_log_line_of_a_member_holds_their_name(
    floor: StoreContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    send(floor, "orders", "o-1", order(member="m-1"))
    scan(floor, "k1", CARD)
    _pickup(floor, "k1")
    kept = "".join(row["data"] for row in rows(floor.db, "select data from outcomes"))
    told = "".join(row["event"] for row in rows(floor.db, "select event from journal"))
    for text in (kept, told, caplog.text):
        assert "サトウ" not in text
        assert SECRET not in text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=200), st.sampled_from(["k1", "door", "c1", "g1", "attic"]))
def test_no_bytes_at_any_station_are_a_fault(floor: StoreContext, data: bytes, station: str) -> None:
    assert not isinstance(scan(floor, station, data), Fault)
