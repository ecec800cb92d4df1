"""What holds for every byte string: a meaning, never an exception, and nothing invented."""

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge.codes.check_digits import mod10_digit, mod10_holds
from edge.codes.code_rules import CheckScheme, CodeRules, InStoreRule, IssuerRule, PriceCheck, TokenKey
from edge.codes.gs1.application_identifiers import AIS
from edge.codes.parse import parse_code
from edge.codes.parsed_code import (
    AddOn,
    BookRow,
    Coupon,
    Entitlement,
    Gs1Key,
    Invite,
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
from edge.codes.symbology import Symbology

MEANINGS = (
    AddOn | BookRow | Coupon | Entitlement | Gs1Key | Invite | MemberCode | MemberToken
    | PickupCode | Place | PrintedCoupon | Product | StaffBadge | Unknown | WalletCode
)  # fmt: skip

# Every scheme and every kind of mask at once, good and ill-made ones alike.
BUSY = CodeRules(
    issuers=(
        *(IssuerRule(issuer=f"i-{check}", check=check, lengths=(7, 11)) for check in CheckScheme),
        IssuerRule(issuer="nw7", start_stop="AB", characters="any", symbologies=(Symbology.CODABAR,)),
        IssuerRule(issuer="any", prefix="Z", characters="any", check=CheckScheme.CODE39_MOD43),
        IssuerRule(issuer="gsrn", prefix="49", key="gsrn"),
    ),
    badges=(IssuerRule(issuer="staff", prefix="S", characters="alphanumeric", check=CheckScheme.LUHN),),
    keys={
        "k1": TokenKey(issuer="noren", public="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
        "bad": TokenKey(issuer="noren", public="?"),
    },
    in_store=(
        InStoreRule(name="a", mask="02IIIIIVPPPPC", price_check=PriceCheck.GS1_4),
        InStoreRule(name="b", mask="21IIIIIWWWWWC"),
        InStoreRule(name="ill", mask="22IIIIVVVPPPC", price_check=PriceCheck.GS1_5),
        InStoreRule(name="c", mask="2IIIIIIC"),
    ),
    gs_stand_in="|",
)
AIMS = st.none() | st.sampled_from(
    ["]E0", "]E1", "]E2", "]E3", "]E4", "]C0", "]C1", "]e0", "]d1", "]d2", "]d4", "]Q1", "]Q2", "]Q3", "]Q4", "]A0",
     "]F0", "]I1", "]L1", "]z1", "]", "", "nonsense"]
)  # fmt: skip
SYMBOLOGIES = st.none() | st.sampled_from(Symbology)
CODE_LIKE = st.text("0123456789ABCDabcd-$:/.+|()% \x1d\\\n", max_size=80).map(str.encode)
GS1_LIKE = st.lists(
    st.tuples(st.sampled_from(sorted(AIS)), st.text("0123456789Aa%-/\x1d", max_size=22)).map("".join), max_size=6
).map(lambda parts: "\x1d".join(parts).encode())
LINK_LIKE = st.lists(
    st.sampled_from(
        ["01", "00", "8018", "10", "21", "04901234567894", "AN2yxDhfaiaw", "%E6", "%", "", "?17=", "&", "#"]
    ),
    max_size=8,
).map(lambda parts: ("https://x.jp/" + "/".join(parts)).encode())
TOKEN_LIKE = st.text("eyJhbGciOi.-_A0", max_size=120).map(lambda text: ("ey" + text).encode())
HOUSE_LIKE = st.text("pat:0a-_. ", max_size=40).map(lambda text: ("noren:" + text).encode())
ANYTHING = st.one_of(st.binary(max_size=5000), CODE_LIKE, GS1_LIKE, LINK_LIKE, TOKEN_LIKE, HOUSE_LIKE)


@settings(max_examples=1500)
@given(ANYTHING, AIMS, SYMBOLOGIES, st.sampled_from([CodeRules(), BUSY]))
@example(b"9" * 4096, None, None, BUSY)
@example(b"\x1d" * 4096, "]C1", None, BUSY)
@example(b"20" * 2048, "]C1", None, BUSY)
@example(b"https://x/" + b"01/" * 1300, None, None, BUSY)
@example(b"\\" * 4096, "]Q2", None, BUSY)
@example(b"\\000026" * 585, "]Q4", None, BUSY)
@example(b"ey" + b"A" * 4000, None, None, BUSY)
def test_every_byte_string_has_a_meaning(
    data: bytes, aim: str | None, symbology: Symbology | None, rules: CodeRules
) -> None:
    got = parse_code(data, aim=aim, symbology=symbology, rules=rules)
    assert isinstance(got, MEANINGS)
    if isinstance(got, Unknown):
        assert got.reason in RejectReason
    assert parse_code(data, aim=aim, symbology=symbology, rules=rules) == got


@settings(max_examples=600)
@given(GS1_LIKE | CODE_LIKE | LINK_LIKE, AIMS)
def test_nothing_is_negative_and_no_date_is_invented(data: bytes, aim: str | None) -> None:
    match parse_code(data, aim=aim, rules=BUSY):
        case Product() as product:
            assert len(product.gtin) == 14
            assert mod10_holds(product.gtin)
            assert all(n is None or n >= 0 for n in (product.price_yen, product.weight_g, product.count))
            assert product.expiry is None or {"17", "7003"} & set(product.ais)
            assert product.best_before is None or "15" in product.ais
            assert product.production is None or "11" in product.ais
        case BookRow(price_yen=price):
            assert price is None or price > 0


@given(st.integers(0, 10**13 - 1), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_an_expiry_is_the_printed_day_or_the_end_of_the_printed_month(
    body: int, year: int, month: int, day: int
) -> None:
    gtin = f"9{body % 10**12:012}"
    text = f"01{gtin}{mod10_digit(gtin)}17{year:02}{month:02}{day:02}"
    match parse_code(text.encode(), aim="]C1", rules=CodeRules()):
        case Product(expiry=date() as expiry):
            assert (expiry.year % 100, expiry.month) == (year, month)
            assert day in (0, expiry.day)
        case Unknown(reason=reason):
            assert reason is RejectReason.AI_VALUE
            assert not 1 <= month <= 12 or day > 28


@given(st.text("0123456789", min_size=12, max_size=12).filter(lambda t: t[:2] not in ("02", "04") and t[0] != "2"))
def test_no_issuer_takes_a_product_number_it_did_not_ask_for(body: str) -> None:
    digits = body + str(mod10_digit(body))
    greedy = CodeRules(issuers=(IssuerRule(issuer="greedy", lengths=(13,)),))
    assert not isinstance(parse_code(digits.encode(), aim="]E0", rules=greedy), MemberCode) or not digits.strip("0")


@given(st.text("0123456789", min_size=10, max_size=10), st.text("0123456789", min_size=10, max_size=10))
def test_no_code_of_one_issuer_is_accepted_for_another(one: str, two: str) -> None:
    rules = CodeRules(
        issuers=(IssuerRule(issuer="a", prefix="A", characters="alphanumeric"),
                 IssuerRule(issuer="b", prefix="B", characters="alphanumeric"))
    )  # fmt: skip
    assert parse_code(f"A{one}".encode(), rules=rules) == MemberCode(issuer="a", number=f"A{one}")
    assert parse_code(f"B{two}".encode(), rules=rules) == MemberCode(issuer="b", number=f"B{two}")
    assert isinstance(parse_code(f"C{two}".encode(), rules=rules), Unknown)
