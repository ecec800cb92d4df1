"""What is kept of a code once it is answered: the kind of code, and the last characters of what it names."""

from dataclasses import dataclass

from edge.codes.parsed_code import (
    AddOn,
    BookRow,
    Coupon,
    Entitlement,
    Gs1Key,
    Invite,
    Meaning,
    MemberCode,
    MemberToken,
    OrderLabel,
    PickupCode,
    Place,
    PrintedCoupon,
    Product,
    StaffBadge,
    Unknown,
    WalletCode,
)

CHARACTERS_KEPT = 4  # characters: enough to tell two numbers apart, too few to find a person


@dataclass(frozen=True, slots=True, kw_only=True)
class AbridgedCode:
    """`last`: the end of the number, name or order that the code names, never of its secret.

    `part`: the code itself, if it is a book's, a magazine's, or a row beside one: the next reading may belong to it.
    """

    kind: str  # the meaning's type, `MemberCode`
    last: str
    part: bytes | None = None


def abridge_code(meaning: Meaning, data: bytes) -> AbridgedCode:
    """What is kept of the code `data` with this meaning."""
    part = data if _is_part(meaning) else None
    return AbridgedCode(kind=type(meaning).__name__, last=_names(meaning)[-CHARACTERS_KEPT:], part=part)


def _is_part(meaning: Meaning) -> bool:
    if isinstance(meaning, Product):
        return meaning.book is not None or meaning.periodical is not None
    return isinstance(meaning, BookRow | AddOn)


def _names(meaning: Meaning) -> str:
    """The number, name or order that the code names."""
    match meaning:
        case Product(gtin=name) | WalletCode(gsrn=name) | PickupCode(order=name) | MemberToken(member=name):
            return name
        case MemberCode(number=name) | StaffBadge(number=name) | PrintedCoupon(number=name):
            return name
        case OrderLabel(order=name):
            return name
        case Coupon(ref=name) | Entitlement(ref=name) | Invite(ref=name) | Place(id=name) | Gs1Key(value=name):
            return name
        case BookRow(c_code=name) | AddOn(digits=name):
            return name
        case Unknown(text=str(text)) if text.isascii() and text.isalnum():
            return text
        case Unknown():
            return ""  # a broken code of several parts: its end may be part of a secret
