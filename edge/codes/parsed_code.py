"""What a code can mean to a store: one frozen value per kind, for `match`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from edge.codes.reject_reason import RejectReason


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFault:
    """A part of a code that cannot be used, and why; what the code identifies is valid without it."""

    ai: str  # the AI, or the digits found in its place
    reason: RejectReason


@dataclass(frozen=True, slots=True, kw_only=True)
class InStore:
    """What the retailer's own rule found inside an in-store code (JAN 02, 20-29 and the similar 8-digit ones)."""

    rule: str
    item: str  # the item digits alone
    scanned: str  # the digits as printed, price and check digits included


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """ISBN of the first row, and what the second row adds once `isbn_jp.join_rows` has both."""

    isbn: str  # 13 digits; the form since 2007
    isbn10: str | None  # only numbers under 978 have one
    c_code: str | None = None  # Japan's classification, 4 digits
    price_includes_tax: bool | None = None  # row 191 included it, row 192 does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodical:
    """A magazine: Japan's 491 code, or an ISSN under 977."""

    title: str  # Japan: the 5-digit magazine code; else the ISSN as 8 characters
    issue: str | None  # Japan: month and week digits; else the two variant digits
    year_digit: str | None  # Japan: last digit of the year of issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A trade item by its GTIN-14.

    If the code holds a price or weight of its own, `gtin` is the catalogue's key: with zeros for that part. `weight_g` and
    `price_yen` are None unless the code states a whole number of them; the raw AIs stay in `ais`.
    """

    gtin: str
    ais: Mapping[str, str] = field(default_factory=dict)  # every element string but the key, by AI
    lot: str | None = None
    serial: str | None = None
    expiry: date | None = None  # AI 17, else 7003's day
    best_before: date | None = None  # AI 15
    sell_by: date | None = None  # AI 16
    production: date | None = None
    weight_g: int | None = None
    price_yen: int | None = None
    count: int | None = None
    in_store: InStore | None = None
    book: Book | None = None
    periodical: Periodical | None = None
    add_on: str | None = None  # the EAN-2 or EAN-5 printed beside it
    faults: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCode:
    """A static member card, graded "static": anybody who photographs it can show it."""

    issuer: str
    number: str


CARD_ALIAS = "card:"
"""Prefix of the name that a store gives a member whom HQ has not sent (`card:<issuer>:<number>`); no member may be called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberToken:
    """A rotating member code whose signature held. `iat` and `exp` are Unix seconds; the caller compares them with its clock.

    `signed` is the code itself, so that HQ can check it as well; it must not be logged.
    """

    issuer: str
    member: str
    iat: int
    exp: int
    jti: str
    kid: str
    signed: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What the three single-use tokens share: issuer, what it is for, for whom, and the id that is used up."""

    issuer: str
    ref: str  # the offer, entitlement or invitation
    member: str | None
    iat: int
    exp: int
    jti: str
    kid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon(Grant):
    """A signed coupon (`typ` coupon)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement(Grant):
    """A signed right to something (`typ` entitlement)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Grant):
    """A signed invitation (`typ` invite)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletCode:
    """(8018)GSRN(8019)TOTP; `totp.verify` decides with the member's secret."""

    gsrn: str  # 18 digits, check digit verified
    totp: str  # 6 to 8 digits


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupCode:
    """`noren:p:<order>:<secret>`; the scan processor compares the secret in constant time."""

    order: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLabel:
    """`noren:o:<order>`: the label on a package, for staff. It has no secret, so it proves nothing of a shopper."""

    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`noren:at:<kind>:<id>`: a table, parking bay, fitting room, bin."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffBadge:
    """A badge by the chain's badge rule; it says who, and the PIN proves it."""

    issuer: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """The second row of a Japanese book: class and price, no title; `isbn_jp.join_rows` combines it with the first row."""

    c_code: str
    price_yen: int | None  # None if the row says 00000: no price, or 100,000 yen and above
    price_includes_tax: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOn:
    """An EAN-2 or EAN-5 read by itself."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCoupon:
    """An unsigned coupon or refund receipt: EAN-13 05, 99, 980-984, or a GS1 GCN (255)."""

    number: str
    kind: Literal["coupon", "refund"]
    serial: str | None = None
    ais: Mapping[str, str] = field(default_factory=dict)  # amount, expiry and the other AIs beside a GCN
    faults: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gs1Key:
    """Any other GS1 key: SSCC (00), carton content (02), location (414), asset (8003, 8004), document (253) …"""

    ai: str
    value: str
    ais: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """No meaning, and why; `about` names the AI or part with the fault, `text` is what could be read (never log it)."""

    reason: RejectReason
    about: str = ""
    text: str | None = None


Meaning = (
    Product
    | MemberCode
    | MemberToken
    | WalletCode
    | PickupCode
    | OrderLabel
    | Coupon
    | Entitlement
    | Invite
    | Place
    | StaffBadge
    | BookRow
    | AddOn
    | PrintedCoupon
    | Gs1Key
    | Unknown
)
