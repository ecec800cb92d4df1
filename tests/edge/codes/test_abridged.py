"""What is kept of a code: its kind, the end of what it names, and nothing of what it proves."""

from typing import Any

import pytest

from edge.codes.abridged_code import AbridgedCode, abridge_code
from edge.codes.parsed_code import (
    AddOn,
    Book,
    BookRow,
    Coupon,
    Gs1Key,
    Meaning,
    MemberCode,
    MemberToken,
    PickupCode,
    Place,
    PrintedCoupon,
    Product,
    StaffBadge,
    Unknown,
    WalletCode,
)
from edge.codes.reject_reason import RejectReason

SIGNED: dict[str, Any] = {"issuer": "app", "iat": 1, "exp": 2, "jti": "once", "kid": "key-1"}


@pytest.mark.parametrize(
    ("meaning", "kind", "last"),
    [
        (Product(gtin="04512345678906"), "Product", "8906"),
        (MemberCode(issuer="app", number="2000000000008"), "MemberCode", "0008"),
        (MemberToken(member="m-12345", **SIGNED), "MemberToken", "2345"),
        (WalletCode(gsrn="459900000000000018", totp="123456"), "WalletCode", "0018"),
        (PickupCode(order="o-4821", secret="never-kept"), "PickupCode", "4821"),
        (Coupon(ref="spring", member="m-1", **SIGNED), "Coupon", "ring"),
        (StaffBadge(issuer="chain", number="900017"), "StaffBadge", "0017"),
        (Place(kind="table", id="7"), "Place", "7"),
        (PrintedCoupon(number="9800000000007", kind="coupon"), "PrintedCoupon", "0007"),
        (Gs1Key(ai="00", value="106141411234567897"), "Gs1Key", "7897"),
        (Unknown(reason=RejectReason.CHECK_DIGIT, text="4512345678907"), "Unknown", "8907"),
        (Unknown(reason=RejectReason.BAD_HOUSE_CODE, text="noren:p:o-1 secret"), "Unknown", ""),
        (Unknown(reason=RejectReason.BAD_TOKEN, text="eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiJ4In0.signed"), "Unknown", ""),
        (Unknown(reason=RejectReason.NOT_TEXT), "Unknown", ""),
    ],
)
def test_a_code_is_known_by_its_kind_and_the_end_of_what_it_names(meaning: Meaning, kind: str, last: str) -> None:
    assert abridge_code(meaning, b"as it was read") == AbridgedCode(kind=kind, last=last)


@pytest.mark.parametrize(
    "meaning",
    [
        Product(gtin="09784101092058", book=Book(isbn="9784101092058", isbn10=None)),
        BookRow(c_code="0193", price_yen=480, price_includes_tax=False),
        AddOn(digits="00480"),
    ],
)
def test_a_books_own_codes_stay_for_the_row_that_is_read_next(meaning: Meaning) -> None:
    assert abridge_code(meaning, b"9784101092058").part == b"9784101092058"
