"""A store key thief, a shoulder-surfer and another store: what proves that a member is there is good for one question."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from edge.codes.code_rules import CodeRules, TokenKey
from edge.codes.issued import member_token, totp
from edge.config.policy import Policy, ProofRules
from edge.features.member import Member
from edge.platform.clock import Now, now
from edge.platform.database import rows, writing
from sync.hq.feeds import feed
from sync.hq.ingest import batch_keeping
from sync.hq.queries import fresh_codes
from sync.hq.queries.answers import answer_question
from sync.hq.queries.unknown_members import QueryBudgets, RefusalReason
from sync.hq.schema import open_hq_store
from sync.protocol.messages import Ask
from tests.sync.hq.telling import Teller

PASS, OTHER_PASS, CARD = "group:459900000000000007", "group:459900000000000014", "app:2000000000008"
SECRET, OTHER = b"wallet secret of m-1", b"wallet secret of m-2"
KEY, THIEFS = (Ed25519PrivateKey.from_private_bytes(seed * 32) for seed in (b"k", b"t"))
LEAST = {"nickname": "サトウ", "stage": "gold", "segment": None, "coupons": 0, "wallet_secret": None}


def member(ref: str, secret: bytes | None, *codes: str) -> tuple[str, str]:
    text = base64.b32encode(secret).decode() if secret else None
    row = Member(member=ref, nickname="サトウ", stage="gold", codes=list(codes), coupons=2, wallet_secret=text)
    return ref, msgspec.json.encode(row).decode()


@pytest.fixture
def hq(hq: Database) -> Database:
    """Two members of yokohama; ginza knows nobody. Both stores live with a policy that has the chain's key."""
    rules = CodeRules(keys={"key-1": TokenKey(issuer="app", public=member_token.public_key_text(KEY))})
    policy = msgspec.json.encode(Policy(codes=rules, proofs=ProofRules(token_life_s=600, token_ahead_s=300))).decode()
    with writing(hq):
        feed.put_rows(hq, "members", "yokohama", [member("m-1", SECRET, PASS, CARD), member("m-2", OTHER, OTHER_PASS)])
        for store in ("ginza", "kichijoji"):
            feed.put_rows(hq, "config", store, [("policy", policy)])
    return hq


def ask(
    db: Database, store: str = "ginza", budgets: QueryBudgets | None = None, **args: str
) -> list[dict[str, object]]:
    found = answer_question(db, store, Ask(id="q", question="member", args=args), budgets or QueryBudgets(db))
    assert not isinstance(found, RefusalReason)
    return [msgspec.json.decode(row) for row in found]


def password(secret: bytes = SECRET, steps: int = 0) -> str:
    return totp.one_time_password(secret, int(now().time.timestamp()) // totp.TOTP_PERIOD_S + steps)


def signed(sub: str = "m-1", *, jti: str = "j1", age: float = 0, lasts: int = 60, key: object = KEY) -> str:
    made = int(now().time.timestamp() - age)
    assert isinstance(key, Ed25519PrivateKey)
    return member_token.mint_token(
        key, member_token.TokenClaims(iss="app", sub=sub, iat=made, exp=made + lasts, jti=jti), kid="key-1"
    )


def known(db: Database, store: str = "ginza") -> list[str]:
    sql = "select key from rows where feed = 'members' and scope = ? and body is not null order by key"
    return [row["key"] for row in rows(db, sql, (store,))]


def tell_met(db: Database, who: str, store: str = "ginza", epoch: str = "e1") -> None:
    teller = Teller(store=store, epoch=epoch)
    teller.tell("visit.checked_in", {}, member=who)
    batch_keeping.keep_batch(db, *teller.all())


def unproven(db: Database) -> int:
    return sum(row["times"] for row in rows(db, "select times from refusals where reason = 'member_unproven'"))


def test_a_pass_with_its_password_is_told_what_a_greeting_needs_and_comes_when_they_have_met(hq: Database) -> None:
    (told,) = ask(hq, card=PASS, totp=password())
    name = told.pop("member")
    assert told == {**LEAST, "codes": [PASS]}
    assert known(hq) == []
    tell_met(hq, f"card:{PASS}")
    assert known(hq) == [name]


def test_a_signed_code_is_told_what_a_greeting_needs_and_comes_when_they_have_met(hq: Database) -> None:
    (told,) = ask(hq, token=signed())
    assert told == {**LEAST, "member": "m-1", "codes": []}
    assert known(hq) == []
    tell_met(hq, "m-1")
    assert known(hq) == ["m-1"]


def test_the_fact_may_come_before_the_question(hq: Database) -> None:
    tell_met(hq, "m-1")
    tell_met(hq, f"card:{OTHER_PASS}", epoch="e2")
    assert known(hq) == []
    ask(hq, token=signed())
    (told,) = ask(hq, card=OTHER_PASS, totp=password(OTHER))
    assert known(hq) == sorted(["m-1", str(told["member"])])


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"totp": ""},
        {"totp": "000000000"},
        {"totp": lambda: password(OTHER)},
        {"totp": lambda: password(steps=-3)},
        {"totp": lambda: password(steps=3)},
        {"totp": "１２３４５６"},
    ],
    ids=["none", "empty", "too long", "another member's", "a minute ago", "a minute from now", "no digits"],
)
def test_a_store_key_thief_without_the_password_learns_nothing_and_gets_nobody(
    hq: Database, shown: dict[str, Any]
) -> None:
    """Not even by telling that they met, before and behind it."""
    tell_met(hq, f"card:{PASS}")
    made = {name: value() if callable(value) else value for name, value in shown.items()}
    assert ask(hq, card=PASS, **made) == []
    tell_met(hq, f"card:{PASS}", epoch="e2")
    assert known(hq) == []
    assert unproven(hq) == 1
    assert [row["card"][0] for row in rows(hq, "select card from meetings where asked is not null")] == ["?"]


def test_without_a_proof_it_costs_as_much_as_with_one(hq: Database) -> None:
    budgets = QueryBudgets(hq)
    told = [
        answer_question(hq, "ginza", Ask(id="q", question="member", args={"card": PASS}), budgets) for _ in range(5)
    ]
    assert told == [[]] * 4 + [RefusalReason.TOO_FAST]


def test_of_a_members_printed_card_a_thief_is_told_the_least_and_no_more(hq: Database) -> None:
    (told,) = ask(hq, card=CARD)
    assert told == {**LEAST, "member": told["member"], "codes": [CARD]}


@pytest.mark.parametrize("again", ["ginza", "kichijoji"])
def test_a_password_answers_one_question_of_one_store(hq: Database, again: str) -> None:
    shown = password()
    assert ask(hq, card=PASS, totp=shown)
    assert ask(hq, again, card=PASS, totp=shown) == []
    assert ask(hq, again, card=PASS, totp=password(steps=-1)) == []  # nor the one before it
    assert known(hq, again) == []


def test_the_password_behind_a_used_one_is_good(hq: Database) -> None:
    assert ask(hq, card=PASS, totp=password(steps=-1))
    assert ask(hq, "kichijoji", card=PASS, totp=password())


@pytest.mark.parametrize("again", ["ginza", "kichijoji"])
def test_a_signed_code_answers_one_question_of_one_store(hq: Database, again: str) -> None:
    shown = signed()
    assert ask(hq, token=shown)
    assert ask(hq, again, token=shown) == []
    assert unproven(hq) == 1


@pytest.mark.parametrize("kind", ["pass", "code"])
def test_of_two_stores_that_ask_at_the_same_time_one_is_answered(hq: Database, tmp_path: Path, kind: str) -> None:
    shown: dict[str, Any] = {"card": PASS, "totp": password()} if kind == "pass" else {"token": signed()}
    begin = Barrier(2)
    told: dict[str, list[dict[str, object]]] = {}

    def one(store: str) -> None:
        db = open_hq_store(tmp_path)
        begin.wait()
        told[store] = ask(db, store, **shown)
        db.conn.close()

    threads = [Thread(target=one, args=(store,)) for store in ("ginza", "kichijoji")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(found) for found in told.values()) == [0, 1]


@pytest.mark.parametrize(
    "shown",
    [
        lambda: signed(age=61),
        lambda: signed(age=-301),
        lambda: signed(lasts=601),
        lambda: signed(key=THIEFS),
        lambda: signed("m-9"),
        lambda: signed("card:group:459900000000000007"),
        lambda: signed()[:-4] + "AAAA",
        lambda: "eyJ.eyJ.x",
        lambda: "x" * 4_000,
        lambda: "\u3042",
    ],
    ids=[
        "over",
        "to be made",
        "too long a life",
        "a thief's key",
        "nobody",
        "a card",
        "forged",
        "broken",
        "x",
        "no code",
    ],
)
def test_a_code_that_proves_nothing_is_told_nothing(hq: Database, shown: Callable[[], str]) -> None:
    tell_met(hq, "m-1")
    assert ask(hq, token=shown()) == []
    tell_met(hq, "m-1", epoch="e2")
    assert known(hq) == []


def test_a_store_without_the_chains_key_in_its_config_proves_nothing_by_it(hq: Database) -> None:
    assert ask(hq, "sapporo", token=signed()) == []


@pytest.mark.parametrize("card", ["@m-1", "?0", "", "@"])
def test_no_card_is_named_as_hq_names_what_it_remembers(hq: Database, card: str) -> None:
    """Else a question without any proof would stand for one by a signed code."""
    assert ask(hq, card=card) == []
    tell_met(hq, "m-1")
    tell_met(hq, f"card:{card}", epoch="e2")
    assert known(hq) == []


def test_wrong_passwords_are_counted_by_store_and_then_not_even_the_right_one_counts(hq: Database) -> None:
    moment = now()
    for second in range(fresh_codes.MAX_WRONG_PASSWORDS):
        assert not guess(hq, "ginza", "00000000", later(moment, second))
    assert not guess(hq, "ginza", password(), later(moment, 11))
    assert guess(hq, "kichijoji", password(), later(moment, 12))
    after = later(moment, 601)
    assert guess(hq, "ginza", totp.one_time_password(SECRET, int(after.time.timestamp()) // totp.TOTP_PERIOD_S), after)


def later(moment: Now, seconds: float) -> Now:
    return replace(moment, time=moment.time + timedelta(seconds=seconds))


def guess(hq: Database, store: str, text: str, moment: Now) -> bool:
    person = msgspec.json.decode(member("m-1", SECRET, PASS)[1], type=Member)
    with writing(hq):
        return fresh_codes.verify_password(hq, store, person, text, moment)


def test_a_password_used_by_a_clock_that_is_set_back_holds_nobody_up(hq: Database) -> None:
    ahead = later(now(), 86_400)
    assert guess(hq, "ginza", totp.one_time_password(SECRET, int(ahead.time.timestamp()) // totp.TOTP_PERIOD_S), ahead)
    assert guess(hq, "ginza", password(), now())


def test_what_was_used_is_forgotten_when_no_clock_can_bring_it_back(hq: Database) -> None:
    ask(hq, token=signed())
    guess(hq, "ginza", password(), now())
    assert len(rows(hq, "select * from shown_codes")) == 2
    far = later(now(), 3 * 86_400)
    guess(hq, "ginza", totp.one_time_password(SECRET, int(far.time.timestamp()) // totp.TOTP_PERIOD_S), far)
    assert len(rows(hq, "select * from shown_codes")) == 1


def test_hq_keeps_no_secret_and_no_code_of_what_was_shown(hq: Database) -> None:
    code, shown = signed(jti="a-name-of-its-own"), password(OTHER)
    ask(hq, token=code)
    ask(hq, card=OTHER_PASS, totp=shown)
    kept = str([rows(hq, f"select * from {table}") for table in ("shown_codes", "wrong_codes", "meetings")])
    for text in (code, "a-name-of-its-own", base64.b32encode(OTHER).decode(), OTHER.hex()):
        assert text not in kept


def test_a_store_that_knows_them_by_another_name_is_told_that_one_and_gets_no_second_row(hq: Database) -> None:
    with writing(hq):
        feed.put_rows(hq, "members", "ginza", [member("g-77", None, CARD)])
    (told,) = ask(hq, token=signed())
    assert told["member"] == "g-77"
    tell_met(hq, "m-1")
    assert known(hq) == ["g-77"]


def test_the_secret_of_a_pass_is_found_in_whichever_store_has_it(hq: Database) -> None:
    with writing(hq):
        feed.put_rows(hq, "members", "akasaka", [member("a-1", None, PASS)])  # a store that was sent no secrets
    assert ask(hq, card=PASS) == []
    assert ask(hq, card=PASS, totp=password())


def test_a_known_members_fact_costs_the_meetings_nothing(hq: Database) -> None:
    tell_met(hq, "m-1", store="yokohama")
    tell_met(hq, "m-nobody", epoch="e2")
    assert rows(hq, "select * from meetings") == []
