"""An offer and an entitlement end by themselves, and fields that contradict each other are no offer."""

from typing import Any

import msgspec
import pytest

from edge.features.entitlement import Entitlement
from edge.features.offer.row import Offer

OFFER = {
    "offer": "rain-1",
    "title": {"ja": "雨の日"},
    "on": "check_in",
    "begins": "2026-11-22T10:00:00+09:00",
    "ends": "2026-11-22T21:00:00+09:00",
}
ENTITLEMENT = {"entitlement": "cup-7", "title": {"ja": "2杯目"}, "begins": OFFER["begins"], "ends": OFFER["ends"]}


def test_an_offer_says_for_whom_when_on_what_and_how_often() -> None:
    about = {"audience": "stage", "among": ["gold"], "flag": "weather", "raised": False, "quota": 50}
    offer = msgspec.convert({**OFFER, **about}, Offer)
    assert msgspec.json.decode(msgspec.json.encode(offer), type=Offer) == offer
    assert msgspec.convert(OFFER, Offer).audience == "all"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"ends": OFFER["begins"]}, "ends: expected a moment after begins"),
        ({"ends": "2026-11-22T00:59:59Z"}, "ends: expected a moment after begins"),
        ({"begins": "2026-11-22T10:00:00"}, "timezone"),
        ({"audience": "segment"}, "among: expected one segment or more"),
        ({"among": ["gold"]}, "among: expected nobody for all"),
        ({"raised": False}, "raised: expected a flag"),
        ({"quota": 0}, ">= 1"),
        ({"on": "birthday"}, "birthday"),
        ({"offer": ""}, "length >= 1"),
    ],
)
def test_what_contradicts_itself_is_no_offer(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert({**OFFER, **wrong}, Offer)


def test_an_entitlement_is_a_members_or_whose_holds_the_token_and_has_an_end() -> None:
    assert msgspec.convert(ENTITLEMENT, Entitlement).member is None
    with pytest.raises(msgspec.ValidationError, match="ends: expected a moment after begins"):
        msgspec.convert({**ENTITLEMENT, "ends": ENTITLEMENT["begins"]}, Entitlement)
