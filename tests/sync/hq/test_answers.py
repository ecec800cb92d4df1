"""What HQ answers while a shopper waits: stock of other stores, and who carries a card this store does not know."""

from typing import Any

import msgspec
import pytest
from sqlite_utils import Database

from edge.member import Member
from edge.store import rows, writing
from sync.headers import Ask
from sync.hq import feed
from sync.hq.answers import answer

CARD = "app:2000000000008"


def put(hq: Database, scope: str, member: Member | None, key: str = "m-1") -> None:
    body = msgspec.json.encode(member).decode() if member else None
    with writing(hq):
        feed.put(hq, "members", scope, [(key, body)])


def sato(*codes: str) -> Member:
    return Member(member="m-1", nickname="サトウ", stage="silver", codes=list(codes or (CARD, "old:77")), coupons=2)


def ask(hq: Database, store: str, card: str = CARD) -> list[dict[str, Any]]:
    found = answer(hq, store, Ask(id="q", question="member", args={"card": card}))
    return [msgspec.json.decode(row) for row in found]


def test_a_member_another_store_knows_is_sent_here_once_under_a_name_of_this_stores_own(hq: Database) -> None:
    put(hq, "yokohama", sato())
    (told,) = ask(hq, "ginza")
    assert (told["nickname"], told["codes"], told["coupons"]) == ("サトウ", [CARD, "old:77"], 2)
    assert told["member"] not in ("m-1", "")
    assert ask(hq, "ginza") == ask(hq, "ginza", "old:77") == [told]
    assert ask(hq, "yokohama")[0]["member"] == "m-1"
    here = rows(hq, "select key from rows where feed = 'members' and scope = 'ginza'")
    assert here == [{"key": told["member"]}]


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
        row = {"gtin": "1", "on_hand": on_hand, "reserved": reserved, "as_of": "2026-11-22T00:00:00.000Z"}
        with writing(hq):
            feed.put(hq, "stock", store, [("1", msgspec.json.encode(row).decode())])
    found = answer(hq, "ginza", Ask(id="q", question="stock", args={"gtin": "1"}))
    assert [msgspec.json.decode(row) for row in found] == [
        {"store": "kichijoji", "on_hand": 0},
        {"store": "yokohama", "on_hand": 3},
    ]
    assert answer(hq, "ginza", Ask(id="q", question="weather")) == []
