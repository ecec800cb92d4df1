"""An attacker with a stolen card, a printer of codes and patience: what can be guessed, replayed or made to last for ever."""

import base64
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from edge import registry
from edge.codes.check_digits import mod10_digit
from edge.codes.code_rules import CodeRules, IssuerRule, TokenKey
from edge.codes.issued import member_token, totp
from edge.codes.reject_reason import RejectReason
from edge.config.policy import CheckIn, Policy, ProofRules
from edge.features.check_in import CheckedIn, CodeRefused
from edge.features.member import Member
from edge.features.outcome import NotUnderstood, Outcome
from edge.features.pickup.arrival import PickupArrived, PickupRefused
from edge.platform.clock import RELEASE_TIME, Now, now
from edge.platform.database import rows, writing
from edge.platform.process import ProcessLife
from edge.registry import decode_outcome
from edge.scan.log import Reading, append_reading
from edge.scan_processor import answer_waiting_scans
from edge.store_context import StoreContext
from sync.transport.link_status import LinkStatus
from tests.edge.floor import SECRET, facts, last, member, order, send
from tests.support.kept_config import keep

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
RULES = CodeRules(
    issuers=(IssuerRule(issuer="group", prefix="4599", key="gsrn"),),
    keys={"key-1": TokenKey(issuer="app", public=member_token.public_key_text(KEY))},
)
WALLET = b"wallet secret of m-1"
LIMITS = ProofRules(wallet_tries=4, station_tries=6, pickup_tries=5)
YEAR = 365 * 86_400


def policy(floor: StoreContext, proofs: ProofRules = LIMITS) -> None:
    keep(floor.db, Policy(check_in=CheckIn(miles=10), codes=RULES, proofs=proofs))


def gsrn(number: int) -> str:
    body = f"4599{number:013d}"
    return f"{body}{mod10_digit(body)}"


def pass_of(floor: StoreContext, ref: str, *numbers: int) -> None:
    """A member with wallet passes under those numbers."""
    person = member(ref, codes=tuple(f"group:{gsrn(one)}" for one in numbers))
    send(floor, "members", ref, structs.replace(person, wallet_secret=base64.b32encode(WALLET).decode()))


@pytest.fixture(autouse=True)
def _people(floor: StoreContext) -> None:
    policy(floor)
    for ref, numbers in (("m-1", (1, 11)), ("m-2", (2,)), ("m-3", (3,))):
        pass_of(floor, ref, *numbers)


def at(seconds: float, *, boot: str | None = None, uptime_ms: int | None = None) -> Now:
    """So many seconds from now, by clock and uptime, or just after a power cut."""
    moment = now()
    uptime = moment.uptime_ms + round(seconds * 1000) if uptime_ms is None else uptime_ms
    return Now(moment.time + timedelta(seconds=seconds), moment.clock, boot or moment.boot, uptime)


def scan(floor: StoreContext, station: str, data: str, moment: Now) -> Outcome:
    with writing(floor.db):
        append_reading(floor.db, "scans", station, "scanner", Reading(data=data.encode()), moment)
    answer_waiting_scans(floor, registry.decide_outcome, lambda _seq: None, ProcessLife())
    return decode_outcome(last(floor))


def shown(number: int, moment: Now, *, steps: int = 0) -> str:
    """What a wallet pass shows, `steps` before or after the moment."""
    step = int(moment.time.timestamp()) // totp.TOTP_PERIOD_S + steps
    return f"]C18018{gsrn(number)}\x1d8019{totp.one_time_password(WALLET, step)}"


def wrong(number: int) -> str:
    return f"]C18018{gsrn(number)}\x1d801900000000"  # eight digits: no password of six is ever these


def test_a_wallets_password_is_guessed_so_many_times_and_no_more(floor: StoreContext) -> None:
    tried = [scan(floor, "k1", wrong(1), at(second)) for second in range(6)]
    assert tried == [CodeRefused(why="unproven")] * 4 + [CodeRefused(why="too_many")] * 2
    assert scan(floor, "k2", shown(1, at(7)), at(7)) == CodeRefused(why="too_many")  # nor at another scanner
    (told,) = facts(floor, "code.guessed")
    assert told["data"] == {"what": "wallet", "by": "member", "tries": 4, "minutes": 10}
    assert (told["member"], told["station"]) == ("m-1", "k1")
    assert isinstance(scan(floor, "k1", shown(2, at(8)), at(8)), CheckedIn)  # somebody else's pass is theirs
    assert isinstance(scan(floor, "k1", shown(1, at(601)), at(601)), CheckedIn)


def test_a_power_cut_lifts_no_limit(floor: StoreContext) -> None:
    for second in range(4):
        scan(floor, "k1", wrong(1), at(second))
    soon, later = at(60, boot="another", uptime_ms=20_000), at(700, boot="another", uptime_ms=660_000)
    assert scan(floor, "k1", shown(1, soon), soon) == CodeRefused(why="too_many")
    assert isinstance(scan(floor, "k1", shown(1, later), later), CheckedIn)


def test_guessing_at_many_members_passes_is_limited_by_station(floor: StoreContext) -> None:
    tried = [scan(floor, "k1", wrong(number), at(second)) for second, number in enumerate((1, 2, 3, 1, 2, 3, 1))]
    assert tried == [CodeRefused(why="unproven")] * 6 + [CodeRefused(why="too_many")]
    assert facts(floor, "code.guessed")[0]["data"]["by"] == "station"
    assert isinstance(scan(floor, "k2", shown(2, at(8)), at(8)), CheckedIn)


def test_a_pass_nobody_here_knows_is_what_a_card_is_and_shuts_nobody_out(floor: StoreContext) -> None:
    first = scan(floor, "k1", wrong(77), at(0))
    assert isinstance(first, CheckedIn)
    assert (first.card, first.grade, first.first) == (f"group:{gsrn(77)}", "static", True)
    for second in range(1, 20):
        again = scan(floor, "k1", wrong(77), at(second))
        assert isinstance(again, CheckedIn)
        assert not again.first
    assert isinstance(scan(floor, "k1", shown(1, at(21)), at(21)), CheckedIn)


def asked(floor: StoreContext) -> list[dict[str, str]]:
    """What HQ is asked, in order."""
    return [msgspec.json.decode(row["args"]) for row in rows(floor.db, "select args from questions order by seq")]


def test_whoever_is_not_known_here_is_asked_after_with_what_they_show(floor: StoreContext) -> None:
    LinkStatus(floor.db).note_message(now(), 0.0, complete=True)
    pass_shown, code = shown(77, now()), signed(sub="m-9")
    by_pass, by_code = scan(floor, "k1", pass_shown, now()), scan(floor, "k2", code, now())
    assert isinstance(by_pass, CheckedIn)
    assert isinstance(by_code, CheckedIn)
    assert (by_pass.card, by_pass.ref, by_code.card, by_code.ref) == (f"group:{gsrn(77)}", None, None, "m-9")
    assert by_pass.asked is not None
    assert by_code.asked == by_pass.asked + 1
    assert asked(floor) == [{"card": f"group:{gsrn(77)}", "totp": pass_shown[-6:]}, {"token": code}]
    assert code not in str(rows(floor.db, "select * from outcomes"))


def test_who_is_known_here_or_was_scanned_long_ago_is_not_asked_after(floor: StoreContext) -> None:
    LinkStatus(floor.db).note_message(now(), 0.0, complete=True)
    for data, moment in (
        (shown(1, now()), now()),
        (signed(), now()),
        (shown(77, at(-60)), at(-60)),
        (signed(sub="m-9", jti="j2"), at(-60)),
        (signed(sub="m-9", jti="j3"), at(0, boot="another")),
        (signed(10 * YEAR, sub="m-9", jti="j4"), now()),  # no code of ours: it lives too long
    ):
        scan(floor, "k1", data, moment)
    assert asked(floor) == []


def test_with_the_line_down_nobody_is_asked_and_everybody_is_answered(floor: StoreContext) -> None:
    for data in (shown(77, now()), signed(sub="m-9")):
        seen = scan(floor, "k1", data, now())
        assert isinstance(seen, CheckedIn)
        assert seen.asked is None


def test_what_was_shown_is_gone_when_the_next_question_comes(floor: StoreContext) -> None:
    LinkStatus(floor.db).note_message(now(), 0.0, complete=True)
    scan(floor, "k1", signed(sub="m-9"), now())
    floor.db.conn.execute("update questions set until_ms = 0")
    scan(floor, "k1", signed(sub="m-8", jti="j2"), now())
    assert [set(one) for one in asked(floor)] == [set(), {"token"}]


@pytest.mark.parametrize(("first", "second", "counts"), [(0, -1, False), (0, 0, False), (1, 0, False), (-1, 0, True)])
def test_a_step_at_or_before_a_used_one_is_a_replay_and_one_behind_it_is_not(
    floor: StoreContext, first: int, second: int, counts: bool
) -> None:
    moment = at(0)
    assert isinstance(scan(floor, "k1", shown(1, moment, steps=first), moment), CheckedIn)
    again = scan(floor, "k2", shown(1, moment, steps=second), moment)
    assert isinstance(again, CheckedIn) if counts else again == CodeRefused(why="used")


def test_the_same_password_on_the_members_other_card_is_a_replay(floor: StoreContext) -> None:
    moment = at(0)
    assert isinstance(scan(floor, "k1", shown(1, moment), moment), CheckedIn)
    assert scan(floor, "k1", shown(11, moment), moment) == CodeRefused(why="used")


def test_a_pass_used_by_a_clock_that_is_set_back_serves_again(floor: StoreContext) -> None:
    ahead, moment = at(86_400), at(0)
    assert isinstance(scan(floor, "k1", shown(1, ahead), ahead), CheckedIn)
    assert isinstance(scan(floor, "k1", shown(1, moment), moment), CheckedIn)


def signed(lasts: int = 60, *, age: float = 0, jti: str = "j1", sub: str = "m-1", moment: Now | None = None) -> str:
    made = int((moment or now()).time.timestamp() - age)
    return member_token.mint_token(
        KEY, member_token.TokenClaims(iss="app", sub=sub, iat=made, exp=made + lasts, jti=jti), kid="key-1"
    )


@pytest.mark.parametrize(
    ("lasts", "age", "why"),
    [
        (600, 0, None),
        (601, 0, "unproven"),
        (10 * YEAR, 0, "unproven"),
        (10 * YEAR, 9 * YEAR, "unproven"),
    ],
)
def test_a_signed_code_lives_no_longer_than_the_policy_allows(
    floor: StoreContext, lasts: int, age: float, why: Any
) -> None:
    outcome = scan(floor, "k1", signed(lasts, age=age), at(0))
    assert isinstance(outcome, CheckedIn) if why is None else outcome == CodeRefused(why=why)


@pytest.mark.parametrize(("age", "grade"), [(-290, "fresh"), (-310, "stale"), (-YEAR, "stale")])
def test_a_signed_code_still_to_be_made_is_not_fresh(floor: StoreContext, age: float, grade: str) -> None:
    outcome = scan(floor, "k1", signed(60, age=age), at(0))
    assert isinstance(outcome, CheckedIn)
    assert outcome.grade == grade


def test_what_a_signed_code_may_be_is_the_policys(floor: StoreContext) -> None:
    policy(floor, ProofRules(token_life_s=3600, token_ahead_s=0))
    assert isinstance(scan(floor, "k1", signed(3600, age=60), at(0)), CheckedIn)
    early = scan(floor, "k1", signed(60, age=-30, jti="j2"), at(0))
    assert isinstance(early, CheckedIn)
    assert early.grade == "stale"


def test_with_the_clock_unset_no_code_is_fresh_and_a_long_life_is_none(floor: StoreContext) -> None:
    moment = Now(RELEASE_TIME - timedelta(days=300), "unset", now().boot, now().uptime_ms)
    outcome = scan(floor, "k1", signed(60), moment)
    assert isinstance(outcome, CheckedIn)
    assert outcome.grade == "stale"
    assert scan(floor, "k1", signed(10 * YEAR, jti="j2"), moment) == CodeRefused(why="unproven")


def test_a_signed_code_cannot_be_the_name_of_a_card_and_check_in_twice_a_day(floor: StoreContext) -> None:
    send(floor, "members", "m-1", None, version=2)
    forged = signed(sub=f"card:group:{gsrn(1)}")
    assert scan(floor, "k1", forged, at(0)) == NotUnderstood(reason=RejectReason.BAD_TOKEN)
    assert facts(floor, "visit%") == []
    with pytest.raises(msgspec.ValidationError, match="another beginning than card:"):
        msgspec.json.decode(b'{"member":"card:a:1","nickname":"a","stage":"x","codes":[]}', type=Member)


def test_pickup_codes_are_guessed_so_many_times_at_a_station_and_no_more(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    right = f"noren:p:o-1:{SECRET}"
    guesses = ["noren:p:o-1:wrongSecret1", "noren:p:o-2:wrongSecret1"] * 3
    tried = [scan(floor, "k1", one, at(second)) for second, one in enumerate(guesses)]
    assert [one.why for one in tried if isinstance(one, PickupRefused)] == [
        *("wrong_secret", "unknown", "wrong_secret", "unknown", "wrong_secret"),
        "too_many",
    ]
    assert scan(floor, "k1", right, at(7)) == PickupRefused(why="too_many")
    assert facts(floor, "code.guessed")[0]["data"] == {"what": "pickup", "by": "station", "tries": 5, "minutes": 10}
    assert isinstance(scan(floor, "k2", right, at(8)), PickupArrived)
    assert isinstance(scan(floor, "k1", right, at(610)), PickupArrived)


def test_the_clock_may_jump_and_the_ten_minutes_stay_ten(floor: StoreContext) -> None:
    for second in range(4):
        scan(floor, "k1", wrong(1), at(second))
    jumped = Now(at(86_400).time, "synced", now().boot, at(5).uptime_ms)
    assert scan(floor, "k1", shown(1, jumped), jumped) == CodeRefused(why="too_many")
