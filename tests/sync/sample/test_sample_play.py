"""Every card of the play page, held before the real desk, gets the answer it is there to show."""

import base64
from typing import Any

import pytest

from edge.codes.issued.member_token import TokenClaims, mint_token, public_key_text
from edge.features.check_in import CheckedIn
from edge.features.member import member_by_reference
from edge.features.outcome import NotUnderstood, Outcome
from edge.features.pickup.arrival import PickupArrived, PickupRefused
from edge.features.product import ProductShown, ProductUnknown
from edge.features.stock import StockLevel, stock_here
from edge.platform.clock import now
from edge.store_context import StoreContext
from sync.hq.sample.keys import SAMPLE_ISSUER, SAMPLE_KEY_ID, issuer_key, issuer_seed
from sync.hq.sample.play import play_page_data
from sync.hq.sample.tables import SAMPLE_STORES
from tests.edge.floor import scan
from tests.sync.sample.conftest import Row

TOO_LONG = 5000  # bytes; a code holds at most 4,096
GROUPS = {"member", "product", "pickup", "odd"}


def card_bytes(card: dict[str, Any]) -> bytes:
    """What a scanner sends for a card, without its end of line."""
    text: str = card["data"]
    data = base64.b64decode(text) if card.get("encoding") == "base64" else text.encode()
    length: int = card.get("length", len(data))
    return (data * (length // len(data) + 1))[:length]


def _hold(floor: StoreContext, card: dict[str, Any]) -> Outcome:
    return scan(floor, "k1", card_bytes(card))


def _cards(group: str, store: str = "ginza") -> dict[str, dict[str, Any]]:
    return {card["title"]["en"]: card for card in play_page_data(store)["cards"] if card["group"] == group}


def _level(floor: StoreContext, outcome: Outcome) -> StockLevel:
    assert isinstance(outcome, ProductShown)
    return stock_here(floor.db, floor.hq, floor.box, outcome.gtin, now().time, floor.policy.stock.low).level


def test_members_are_greeted_and_the_second_visit_is_known(ginza: StoreContext) -> None:
    cards = _cards("member")
    first, second = _hold(ginza, cards["App member code"]), _hold(ginza, cards["The same as QR"])
    assert isinstance(first, CheckedIn)
    assert isinstance(second, CheckedIn)
    assert (first.first, first.miles, second.first, second.miles) == (True, 10, False, 0)
    assert first.member == second.member is not None


@pytest.mark.parametrize("title", ["Old plastic card", "Group card"])
def test_other_cards_are_greeted_by_name_too(ginza: StoreContext, title: str) -> None:
    outcome = _hold(ginza, _cards("member")[title])
    assert isinstance(outcome, CheckedIn)
    assert outcome.member


def test_who_has_an_order_ready_is_told(ginza: StoreContext) -> None:
    outcome = _hold(ginza, _cards("member")["An order is ready"])
    assert isinstance(outcome, CheckedIn)
    assert outcome.orders


def test_another_stores_member_is_welcome_without_a_name(ginza: StoreContext) -> None:
    outcome = _hold(ginza, _cards("member")["Member of another store"])
    assert isinstance(outcome, CheckedIn)
    assert (outcome.first, outcome.member) == (True, None)


def test_tags_show_products_with_plenty_few_and_none(ginza: StoreContext) -> None:
    notes = {card["note"]["en"].partition(",")[0]: _hold(ginza, card) for card in _cards("product").values()}
    assert _level(ginza, notes["In stock"]) is StockLevel.IN_STOCK
    assert _level(ginza, notes["Few left"]) is StockLevel.FEW
    assert _level(ginza, notes["None left"]) is StockLevel.NONE
    assert isinstance(notes["Online only"], ProductShown)
    assert isinstance(notes["Printed in the shop"], ProductShown)
    assert isinstance(notes["Somebody else's"], ProductUnknown)


PICKUPS = {
    "Ready to pick up": ("pickup_arrived", True),
    "Still being picked": ("pickup_arrived", False),
    "Handed over already": ("pickup_refused", "handed_over"),
    "A cancelled order": ("pickup_refused", "cancelled"),
    "An order of another store": ("pickup_refused", "other_store"),
    "Wrong secret": ("pickup_refused", "wrong_secret"),
}


@pytest.mark.parametrize("title", PICKUPS)
def test_pickup_codes_get_the_answer_they_are_there_for(ginza: StoreContext, title: str) -> None:
    outcome = _hold(ginza, _cards("pickup")[title])
    match outcome:
        case PickupArrived(ready=ready):
            assert ("pickup_arrived", ready) == PICKUPS[title]
        case PickupRefused(why=why):
            assert ("pickup_refused", why) == PICKUPS[title]
        case _:
            pytest.fail(f"{title}: {outcome}")


ODD = {
    "Wrong check digit": "check_digit",
    "Mistyped member number": "unrecognised",
    "A QR from a poster": "unrecognised",
    "Binary data": "not_text",
    "Far too long": "too_long",
}


@pytest.mark.parametrize("title", ODD)
def test_odd_codes_are_not_understood_for_a_reason(ginza: StoreContext, title: str) -> None:
    outcome = _hold(ginza, _cards("odd")[title])
    assert isinstance(outcome, NotUnderstood)
    assert outcome.reason == ODD[title]


@pytest.mark.parametrize("store", SAMPLE_STORES)
def test_every_store_has_cards_of_every_group_in_both_languages(store: str) -> None:
    cards = play_page_data(store)["cards"]
    assert {card["group"] for card in cards} == GROUPS
    assert all(card[part][language] for card in cards for part in ("title", "note") for language in ("ja", "en"))


def test_only_the_oversized_card_is_longer_than_a_code_can_be() -> None:
    sizes = [len(card_bytes(card)) for group in GROUPS for card in _cards(group).values()]
    assert [size for size in sizes if size > 4096] == [TOO_LONG]


def test_a_serial_scanner_can_send_every_card_as_one_line() -> None:
    for group in GROUPS:
        for card in _cards(group).values():
            assert not set(card_bytes(card)) & set(b"\r\n\x02\x03")


def test_a_rotating_code_can_be_minted_and_is_fresh(ginza: StoreContext) -> None:
    issuer = play_page_data("ginza")["issuer"]
    moment = int(now().time.timestamp())
    claims = TokenClaims(iss=issuer["issuer"], iat=moment, exp=moment + 60, jti="one", sub=issuer["member"])
    outcome = scan(ginza, "k1", mint_token(issuer_key(), claims, kid=issuer["kid"]))
    assert isinstance(outcome, CheckedIn)
    assert (outcome.member, outcome.grade) == (issuer["member"], "fresh")
    assert member_by_reference(ginza.hq, issuer["member"])


def test_the_box_holds_only_the_public_half_of_the_issuers_key(rows: list[Row]) -> None:
    told = str(rows)
    assert public_key_text(issuer_key()) in told
    assert play_page_data("ginza")["issuer"]["private"] not in told
    assert tuple(play_page_data("ginza")["issuer"][name] for name in ("issuer", "kid")) == (
        SAMPLE_ISSUER,
        SAMPLE_KEY_ID,
    )
    assert len(issuer_seed()) == 32
