"""EAN, JAN, UPC and ITF numbers, their check digits and ranges."""

from typing import Literal

import pytest
from biip.checksums import gs1_standard_check_digit

from edge.codes.code_rules import CodeRules, InStoreRule
from edge.codes.parse import parse_code
from edge.codes.parsed_code import AddOn, PrintedCoupon, Product, Unknown
from edge.codes.reject_reason import RejectReason
from edge.codes.symbology import Symbology

RULES = CodeRules()


def checked(body: str) -> str:
    """The body with the check digit another implementation gives it."""
    return body + str(gs1_standard_check_digit(body))


@pytest.mark.parametrize(
    ("digits", "aim", "symbology", "gtin", "source"),
    [
        ("4901234567894", "]E0", Symbology.EAN13, "04901234567894", "JAN-13"),
        ("4569951116179", None, None, "04569951116179", "JAN-13 under 45"),
        ("6291041500213", None, None, "06291041500213", "GS1 check digit example"),
        ("49123456", "]E4", Symbology.EAN8, "00000049123456", "JAN-8"),
        ("49123456", None, None, "00000049123456", "JAN-8"),
        ("036000291452", "]E0", Symbology.UPCA, "00036000291452", "UPC-A as printed"),
        ("036000291452", "]E0", None, "00036000291452", "UPC-A under the AIM id of EAN-13"),
        ("036000291452", None, None, "00036000291452", "UPC-A, reader silent"),
        ("0036000291452", "]E0", None, "00036000291452", "UPC-A in the standard 13-digit packet"),
        ("14901234567891", "]I1", Symbology.ITF, "14901234567891", "ITF-14, indicator 1"),
        ("04901234567894", None, Symbology.ITF, "04901234567894", "ITF-14, indicator 0"),
        ("4901234567894", "]Q1", Symbology.QR, "04901234567894", "a bare JAN in a shelf QR"),
        ("04901234567894", None, Symbology.DATABAR, "04901234567894", "DataBar sent as GTIN-14"),
    ],
)
def test_a_product_number_becomes_its_gtin_14(
    digits: str, aim: str | None, symbology: Symbology | None, gtin: str, source: str
) -> None:
    assert parse_code(digits.encode(), aim=aim, symbology=symbology, rules=RULES) == Product(gtin=gtin), source


@pytest.mark.parametrize(
    ("upce", "upca"),
    # ISO/IEC 15420 table 5: the last of the six digits says which zeros were left out.
    [
        ("0127890", "01200000789"),
        ("0127891", "01210000789"),
        ("0127892", "01220000789"),
        ("0123453", "01230000045"),
        ("0123454", "01234000005"),
        ("0123455", "01234500005"),
        ("0123456", "01234500006"),
        ("0123459", "01234500009"),
        ("1234567", "12345600007"),
    ],
)
def test_upc_e_is_expanded(upce: str, upca: str) -> None:
    whole = checked(upca)
    for aim, symbology in (("]E0", Symbology.UPCE), (None, Symbology.UPCE), ("]E0", None)):
        printed = upce + whole[-1]
        assert parse_code(printed.encode(), aim=aim, symbology=symbology, rules=RULES) == Product(gtin="00" + whole)


def test_eight_digits_that_ean_8_and_upc_e_allow_are_ean_8_unless_upc_e_is_named() -> None:
    # 1 234567 0 is valid both ways; no UPC-E begins with 1 in the open market (General Specifications 1.4).
    assert parse_code(b"12345670", rules=RULES) == Product(gtin="00000012345670")
    assert parse_code(b"12345670", symbology=Symbology.UPCE, rules=RULES) == Product(gtin="00123456000070")


def test_eight_digits_that_are_upc_e_and_in_store_ean_8_alike_are_not_guessed() -> None:
    rules = CodeRules(in_store=(InStoreRule(name="plu", mask="0IIIIIIC"),))
    ean_8, upc_e = Symbology.EAN8, Symbology.UPCE
    both = next(
        code
        for code in (checked(f"0{i:06}").encode() for i in range(1000, 9999))
        if isinstance(parse_code(code, symbology=upc_e, rules=rules), Product)
    )
    assert parse_code(both, rules=rules) == Unknown(reason=RejectReason.AMBIGUOUS)
    assert parse_code(both, rules=RULES) == parse_code(both, symbology=upc_e, rules=rules)
    meaning = parse_code(both, symbology=ean_8, rules=rules)
    assert isinstance(meaning, Product)
    assert meaning.gtin == "000000" + both.decode()


def test_eight_digits_that_only_upc_e_allows_are_upc_e_even_from_a_silent_reader() -> None:
    assert parse_code(b"01234565", rules=RULES) == Product(gtin="00012345000065")


@pytest.mark.parametrize("digits", ["4901234567890", "49123450", "036000291450", "14901234567890"])
def test_a_wrong_check_digit_is_told(digits: str) -> None:
    assert parse_code(digits.encode(), rules=RULES) == Unknown(reason=RejectReason.CHECK_DIGIT)


@pytest.mark.parametrize("cut", range(13))
def test_a_jan_that_lost_a_byte_on_the_line_is_never_another_product_under_its_symbology(cut: int) -> None:
    digits = "4901234567894"
    lost = digits[:cut] + digits[cut + 1 :]
    got = parse_code(lost.encode(), symbology=Symbology.EAN13, rules=RULES)
    assert got == Unknown(reason=RejectReason.WRONG_LENGTH)


@pytest.mark.parametrize(
    ("digits", "symbology"),
    [
        ("490123456789", Symbology.EAN13),
        ("4901234567894", Symbology.EAN8),
        ("49123456", Symbology.UPCA),
        ("123", Symbology.EAN13),
        ("21234565", Symbology.UPCE),
    ],
)
def test_a_length_the_symbology_does_not_have_is_told(digits: str, symbology: Symbology) -> None:
    assert parse_code(digits.encode(), symbology=symbology, rules=RULES) == Unknown(reason=RejectReason.WRONG_LENGTH)


def test_letters_in_an_ean_are_no_product() -> None:
    assert parse_code(b"49O1234567894", symbology=Symbology.EAN13, rules=RULES) == Unknown(
        reason=RejectReason.UNRECOGNISED
    )


@pytest.mark.parametrize("zeros", ["0" * 8, "0" * 12, "0" * 13, "0" * 14])
def test_all_zeros_are_no_product_though_their_check_digit_holds(zeros: str) -> None:
    assert parse_code(zeros.encode(), rules=RULES) == Unknown(reason=RejectReason.UNRECOGNISED)


@pytest.mark.parametrize("symbology", [Symbology.CODE39, Symbology.CODABAR, Symbology.CODE93])
def test_symbologies_product_numbers_are_not_printed_in_give_no_product(symbology: Symbology) -> None:
    got = parse_code(b"4901234567894", symbology=symbology, rules=RULES)
    assert got == Unknown(reason=RejectReason.UNRECOGNISED, text="4901234567894")


@pytest.mark.parametrize(
    ("text", "aim", "symbology", "gtin", "add_on"),
    # ISO/IEC 15424: ]E3 is a symbol with its add-on in one message; engines put a space between, scanners nothing.
    [
        ("978020137962452999", "]E3", None, "09780201379624", "52999"),
        ("9780201379624 52999", None, Symbology.EAN13, "09780201379624", "52999"),
        ("978020137962452999", None, Symbology.EAN13, "09780201379624", "52999"),
        ("490123456789412", "]E3", None, "04901234567894", "12"),
        ("036000291452 12", None, Symbology.UPCA, "00036000291452", "12"),
        ("03600029145212", None, Symbology.UPCA, "00036000291452", "12"),
    ],
)
def test_an_add_on_is_kept_beside_its_product(
    text: str, aim: str | None, symbology: Symbology | None, gtin: str, add_on: str
) -> None:
    got = parse_code(text.encode(), aim=aim, symbology=symbology, rules=RULES)
    assert isinstance(got, Product)
    assert (got.gtin, got.add_on) == (gtin, add_on)


@pytest.mark.parametrize("symbology", [None, Symbology.QR, Symbology.ITF])
def test_fifteen_digits_elsewhere_are_not_a_product_with_an_add_on(symbology: Symbology | None) -> None:
    got = parse_code(b"490123456789412", symbology=symbology, rules=RULES)
    assert got == Unknown(reason=RejectReason.UNRECOGNISED, text="490123456789412")


@pytest.mark.parametrize(
    ("text", "aim", "symbology", "meaning"),
    [
        ("12", "]E1", None, AddOn(digits="12")),
        ("51999", "]E2", None, AddOn(digits="51999")),
        ("51999", None, Symbology.EAN5, AddOn(digits="51999")),
        ("5199", None, Symbology.EAN5, Unknown(reason=RejectReason.WRONG_LENGTH)),
        ("5A", None, Symbology.EAN2, Unknown(reason=RejectReason.WRONG_LENGTH)),
    ],
)
def test_an_add_on_read_alone_is_an_add_on(
    text: str, aim: str | None, symbology: Symbology | None, meaning: AddOn | Unknown
) -> None:
    assert parse_code(text.encode(), aim=aim, symbology=symbology, rules=RULES) == meaning


@pytest.mark.parametrize(
    ("body", "kind"),
    # GS1 General Specifications 1.4: 980 refund receipts, 981-984 coupons for currency areas, 99 coupons.
    [("980123456789", "refund"), ("981123456789", "coupon"), ("984123456789", "coupon"), ("991234567890", "coupon")],
)
def test_coupons_and_refund_receipts_are_no_products(body: str, kind: Literal["coupon", "refund"]) -> None:
    assert parse_code(checked(body).encode(), rules=RULES) == PrintedCoupon(number=checked(body), kind=kind)


@pytest.mark.parametrize("body", ["040123456789", "201234567890", "291234567890", "021234567890"])
def test_restricted_numbers_without_a_rule_are_not_guessed(body: str) -> None:
    assert parse_code(checked(body).encode(), rules=RULES) == Unknown(reason=RejectReason.NO_IN_STORE_RULE)


@pytest.mark.parametrize("body", ["2012345", "0912345"])
def test_eight_digit_in_store_numbers_without_a_rule_are_not_guessed(body: str) -> None:
    got = parse_code(checked(body).encode(), symbology=Symbology.EAN8, rules=RULES)
    assert got == Unknown(reason=RejectReason.NO_IN_STORE_RULE)
