"""What HQ answers while a shopper waits: stock of other stores, and who carries a card this store does not know."""

from typing import Any

import msgspec
import pytest
from sqlite_utils import Database

from edge.codes.code_rules import CodeRules, HouseRule
from edge.config.policy import Policy
from edge.features.member import Member
from edge.platform.database import rows, writing
from sync.hq.feeds import feed
from sync.hq.queries.answers import answer_question
from sync.hq.queries.unknown_members import QueryBudgets, RefusalReason
from sync.protocol.messages import Ask

CARD = "app:2000000000008"
GOODS = "04901234567894"


def put(hq: Database, scope: str, member: Member | None, key: str = "m-1") -> None:
    body = msgspec.json.encode(member).decode() if member else None
    with writing(hq):
        feed.put_rows(hq, "members", scope, [(key, body)])


def sato(*codes: str) -> Member:
    return Member(member="m-1", nickname="サトウ", stage="silver", codes=list(codes or (CARD, "old:77")), coupons=2)


def said(hq: Database, store: str, question: Ask) -> list[Any]:
    found = answer_question(hq, store, question, QueryBudgets(hq))
    assert not isinstance(found, RefusalReason)
    return [msgspec.json.decode(row) for row in found]


def ask(hq: Database, store: str, card: str = CARD) -> list[dict[str, Any]]:
    return said(hq, store, Ask(id="q", question="member", args={"card": card}))


def test_of_a_member_another_store_knows_a_store_is_told_what_a_greeting_needs_and_nothing_else(hq: Database) -> None:
    put(hq, "yokohama", msgspec.structs.replace(sato(), wallet_secret="JBSWY3DPEHPK3PXP", segment="both"))
    (told,) = ask(hq, "ginza")
    own = told.pop("member")
    assert own not in ("m-1", "")
    assert told == {
        "nickname": "サトウ",
        "stage": "silver",
        "codes": [CARD],
        "segment": None,
        "coupons": 0,
        "wallet_secret": None,
    }
    assert ask(hq, "ginza")[0]["member"] == own
    assert ask(hq, "yokohama")[0]["member"] == "m-1"
    assert rows(hq, "select key from rows where feed = 'members' and scope = 'ginza'") == []


@pytest.mark.parametrize("card", ["app:999", "", "app:"])
def test_a_card_nobody_carries_is_answered_with_nothing_and_changes_nothing(hq: Database, card: str) -> None:
    put(hq, "yokohama", sato())
    before = rows(hq, "select * from heads")
    assert ask(hq, "ginza", card) == []
    assert rows(hq, "select * from heads") == before


def test_a_card_that_was_taken_back_or_whose_member_left_is_nobodys(hq: Database) -> None:
    put(hq, "yokohama", sato())
    put(hq, "yokohama", sato("old:77"))
    assert ask(hq, "ginza") == []
    assert len(ask(hq, "ginza", "old:77")) == 1
    put(hq, "kichijoji", sato("app:5"))
    put(hq, "kichijoji", None)
    assert ask(hq, "ginza", "app:5") == []


def test_the_pieces_on_hand_elsewhere_are_those_that_can_be_sold(hq: Database) -> None:
    for store, on_hand, reserved in (("ginza", 9, 0), ("yokohama", 5, 2), ("kichijoji", 1, 3)):
        row = {"gtin": GOODS, "on_hand": on_hand, "reserved": reserved, "as_of": "2026-11-22T00:00:00.000Z"}
        with writing(hq):
            feed.put_rows(hq, "stock", store, [(GOODS, msgspec.json.encode(row).decode())])
    assert said(hq, "ginza", Ask(id="q", question="stock", args={"gtin": GOODS})) == [
        {"store": "kichijoji", "on_hand": 0, "as_of": "2026-11-22T00:00:00Z"},
        {"store": "yokohama", "on_hand": 3, "as_of": "2026-11-22T00:00:00Z"},
    ]
    assert said(hq, "ginza", Ask(id="q", question="weather")) == []


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("4901234567894", "04901234567894"),
        ("01234565", "00012345000065"),  # UPC-E
        ("12345678", "00400123456782"),  # the house's own number
        ("00400123456782", "00400123456782"),
    ],
)
def test_a_product_is_asked_after_by_any_of_its_numbers(hq: Database, asked: str, key: str) -> None:
    policy = Policy(codes=CodeRules(house=(HouseRule(name="own", lengths=(8,)),)))
    row = {"gtin": key, "on_hand": 4, "as_of": "2026-11-22T00:00:00.000Z"}
    with writing(hq):
        feed.put_rows(hq, "config", "ginza", [("policy", msgspec.json.encode(policy).decode())])
        feed.put_rows(hq, "stock", "yokohama", [(key, msgspec.json.encode(row).decode())])
    (found,) = said(hq, "ginza", Ask(id="q", question="stock", args={"gtin": asked}))
    assert found["on_hand"] == 4
    assert said(hq, "ginza", Ask(id="q", question="stock", args={"gtin": "12345679"})) == []
