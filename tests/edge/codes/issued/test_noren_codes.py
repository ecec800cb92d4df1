"""The chain's own codes: pickup orders and places."""

import pytest

from edge.codes.code_rules import CodeRules, IssuerRule
from edge.codes.parse import parse_code
from edge.codes.parsed_code import PickupCode, Place, Unknown
from edge.codes.reject_reason import RejectReason

RULES = CodeRules()


def test_a_pickup_code_has_order_and_secret() -> None:
    assert parse_code(b"noren:p:1042:s3cr-et_", aim="]Q1", rules=RULES) == PickupCode(order="1042", secret="s3cr-et_")


@pytest.mark.parametrize("kind", ["table", "parking", "fitting_room", "bin"])
def test_a_place_has_kind_and_id(kind: str) -> None:
    assert parse_code(f"noren:at:{kind}:B-7".encode(), rules=RULES) == Place(kind=kind, id="B-7")


@pytest.mark.parametrize(
    "text",
    [
        "noren:",
        "noren:p:1042",
        "noren:p::secret",
        "noren:p:1042:",
        "noren:p:1042:a:b",
        "noren:p:1042:a b",
        "noren:p:10\n42:abc",
        "noren:p:" + "9" * 65 + ":abc",
        "noren:at:table:",
        "noren:at:Table:7",
        "noren:q:1:2",
        "noren:p:１０:abc",
    ],
)
def test_anything_else_under_our_name_is_refused(text: str) -> None:
    assert parse_code(text.encode(), rules=RULES) == Unknown(reason=RejectReason.BAD_HOUSE_CODE)


def test_the_house_goes_before_every_issuer() -> None:
    rules = CodeRules(issuers=(IssuerRule(issuer="greedy", prefix="noren", characters="any", over_products=True),))
    assert parse_code(b"noren:p:1042:abc", rules=rules) == PickupCode(order="1042", secret="abc")
    assert parse_code(b"noren:x", rules=rules) == Unknown(reason=RejectReason.BAD_HOUSE_CODE)
