"""What element strings mean to a store."""

from datetime import date
from typing import Any

import pytest

from edge.codes.code_rules import CodeRules, IssuerRule
from edge.codes.parse import parse_code
from edge.codes.parsed_code import (
    FieldFault,
    Gs1Key,
    MemberCode,
    PrintedCoupon,
    Product,
    StaffBadge,
    Unknown,
    WalletCode,
)
from edge.codes.reject_reason import RejectReason
from edge.codes.symbology import Symbology

RULES = CodeRules()
GS = "\x1d"
GTIN = "0104901234567894"
GSRN = "490123450000000019"
GS1_AIMS = ["]C1", "]e0", "]d2", "]Q3"]


def say(text: str, aim: str | None = "]C1", rules: CodeRules = RULES, symbology: Symbology | None = None) -> Any:
    return parse_code(text.encode(), aim=aim, symbology=symbology, rules=rules)


@pytest.mark.parametrize("aim", GS1_AIMS)
def test_a_product_comes_with_all_its_label_says(aim: str) -> None:
    assert say(GTIN + "17261231" + "15261130" + "11261001" + "308" + GS + "10LOT" + GS + "21SER", aim) == Product(
        gtin="04901234567894",
        ais={"17": "261231", "15": "261130", "11": "261001", "30": "8", "10": "LOT", "21": "SER"},
        expiry=date(2026, 12, 31),
        best_before=date(2026, 11, 30),
        production=date(2026, 10, 1),
        count=8,
        lot="LOT",
        serial="SER",
    )


def test_an_expiry_time_gives_its_day() -> None:
    assert say(GTIN + "7003" + "2611301830").expiry == date(2026, 11, 30)


def test_a_production_month_gives_no_production_day() -> None:
    got = say(GTIN + "11261000")
    assert got.production is None
    assert got.ais == {"11": "261000"}


@pytest.mark.parametrize(
    ("element", "grams"),
    [("3103000195", 195), ("3100000002", 2000), ("3102000195", 1950), ("3104001950", 195), ("3105000123", None)],
)
def test_a_net_weight_is_in_whole_grams_or_not_at_all(element: str, grams: int | None) -> None:
    assert say(GTIN + element).weight_g == grams


@pytest.mark.parametrize(
    ("element", "yen"),
    [
        ("3920598", 598),
        ("39220059800", 598),
        ("3921" + "5985", None),
        ("3930392598", 598),
        ("3930840598", None),
        ("3932392" + "59800", 598),
        ("39200", 0),
    ],
)
def test_a_price_is_in_whole_yen_or_not_at_all(element: str, yen: int | None) -> None:
    assert say(GTIN + "3103000195" + element).price_yen == yen


@pytest.mark.parametrize("symbology", [None, Symbology.CODE128, Symbology.DATAMATRIX, Symbology.QR])
def test_a_key_whose_check_digit_holds_tells_gs1_though_the_reader_did_not(symbology: Symbology | None) -> None:
    got = say(GTIN + "10LOT", aim=None, symbology=symbology)
    assert got == Product(gtin="04901234567894", ais={"10": "LOT"}, lot="LOT")


@pytest.mark.parametrize(
    "text",
    [
        "0104901234567894",
        "00349012345000000014",
        "4144901234000001",
        "2554901234000001",
        "8018" + GSRN,
        "8017" + GSRN,
    ],
)
def test_each_key_with_a_check_digit_tells_itself_and_none_with_a_wrong_one(text: str) -> None:
    assert say(text, aim=None) == say(text)
    end = {"0": 16 if text[1] != "0" else 20, "4": 16, "2": 16, "8": 22}[text[0]]
    wrong = text[: end - 1] + str((int(text[end - 1]) + 1) % 10) + text[end:]
    assert say(wrong, aim=None) == Unknown(reason=RejectReason.UNRECOGNISED, text=wrong)
    assert say(wrong).reason is RejectReason.CHECK_DIGIT


@pytest.mark.parametrize("aim", [None, "]Q1"])
def test_brackets_as_printed_under_a_code_are_understood(aim: str | None) -> None:
    text = "(01)04901234567894(17)261231(10)LOT(21)SER"
    assert say(text, aim=aim) == say(GTIN + "17261231" + "10LOT" + GS + "21SER")
    assert say(f"(8018){GSRN}(8019)123456", aim=aim) == WalletCode(gsrn=GSRN, totp="123456")


@pytest.mark.parametrize("text", ["(03)1234-5678", "(090)12345678", "(01)04901234567890", "(01)04901234567894(10)A(B)"])
def test_other_brackets_are_not_element_strings(text: str) -> None:
    assert say(text, aim=None) == Unknown(reason=RejectReason.UNRECOGNISED, text=text)


def test_databar_is_gs1_by_nature() -> None:
    got = say("01049012345678943103000195", aim=None, symbology=Symbology.DATABAR_EXPANDED)
    assert got.weight_g == 195


@pytest.mark.parametrize("symbology", [Symbology.CODE39, Symbology.ITF, Symbology.EAN13])
def test_symbologies_that_never_carry_element_strings_are_not_read_as_such(symbology: Symbology) -> None:
    assert isinstance(say(GTIN + "17261231", aim=None, symbology=symbology), Unknown)


def test_a_first_gs_tells_gs1() -> None:
    assert say(GS + "10LOT", aim=None) == Unknown(reason=RejectReason.AI_PAIR_MISSING, about="10")


def test_a_configured_stand_in_is_read_as_gs() -> None:
    rules = CodeRules(gs_stand_in="|")
    assert say(GTIN + "10LOT|21SER", rules=rules) == say(GTIN + "10LOT" + GS + "21SER")
    assert say(GTIN + "10LOT|21SER").faults == (FieldFault(ai="10", reason=RejectReason.AI_CHARACTERS),)


@pytest.mark.parametrize("aim", [None, "]C1"])
@pytest.mark.parametrize(
    ("rest", "ai", "reason"),
    [
        ("15000000", "15", RejectReason.AI_VALUE),
        ("17261399", "17", RejectReason.AI_VALUE),
        ("1726", "17", RejectReason.AI_LENGTH),
        ("10" + "X" * 30, "10", RejectReason.AI_LENGTH),
        ("05123", "0512", RejectReason.UNKNOWN_AI),
        ("ABC", "", RejectReason.UNKNOWN_AI),
        ("3712", "37", RejectReason.AI_PAIR_EXCLUDED),
        ("3922598", "3922", RejectReason.AI_PAIR_MISSING),
    ],
)
def test_a_bad_side_field_is_named_and_the_product_shown(
    aim: str | None, rest: str, ai: str, reason: RejectReason
) -> None:
    assert say(GTIN + rest, aim) == Product(gtin=GTIN[2:], faults=(FieldFault(ai=ai, reason=reason),))


@pytest.mark.parametrize("rest", ["", "15000000", "10LOT"])
def test_what_identifies_must_be_right(rest: str) -> None:
    assert say("0104901234567890" + rest) == Unknown(reason=RejectReason.CHECK_DIGIT, about="01")
    assert say("01049012345678" + GS + rest) == Unknown(reason=RejectReason.AI_LENGTH, about="01")
    assert say(GTIN + rest + GS + "0149012347") != say(GTIN + rest)


@pytest.mark.parametrize(
    "other", ["02" + GTIN[2:] + "3712", "2554901234000001", "8006" + GTIN[2:] + "0102", "03" + GTIN[2:]]
)
def test_two_keys_that_cannot_both_be_meant_are_refused(other: str) -> None:
    assert say(GTIN + other).reason is RejectReason.AI_PAIR_EXCLUDED


def test_another_key_keeps_its_bad_side_fields_apart_as_well() -> None:
    bad = (FieldFault(ai="403", reason=RejectReason.AI_LENGTH),)
    assert say("00349012345000000014" + "403" + "R" * 31) == Gs1Key(ai="00", value="349012345000000014", faults=bad)
    bad = (FieldFault(ai="17", reason=RejectReason.AI_VALUE),)
    assert say("2554901234000001" + GS + "17261399") == PrintedCoupon(number="4901234000001", kind="coupon", faults=bad)


def test_a_bad_one_time_password_leaves_no_static_card() -> None:
    mine = IssuerRule(issuer="noren", prefix="4901234", key="gsrn")
    assert say("8018" + GSRN + GS + "8019ABC", rules=CodeRules(issuers=(mine,))).about == "8019"


def test_a_plain_sixteen_digit_number_is_not_gs1() -> None:
    got = say("0104901234567890", aim=None, symbology=Symbology.CODE128)
    assert got == Unknown(reason=RejectReason.UNRECOGNISED, text="0104901234567890")


@pytest.mark.parametrize(
    ("text", "ai", "value", "beside"),
    [
        ("00349012345000000014", "00", "349012345000000014", {}),
        (
            "00349012345000000014" + "0204901234567894" + "3712",
            "00",
            "349012345000000014",
            {"02": GTIN[2:], "37": "12"},
        ),
        ("4144901234000001" + "25412", "414", "4901234000001", {"254": "12"}),
        ("8003" + "04901234000001A1", "8003", "04901234000001A1", {}),
        ("8004" + "4901234A1", "8004", "4901234A1", {}),
        ("2534901234000001X", "253", "4901234000001X", {}),
        ("4154901234000001" + "8020R1", "415", "4901234000001", {"8020": "R1"}),
        ("8006" + GTIN[2:] + "0102", "8006", GTIN[2:] + "0102", {}),
    ],
)
def test_other_keys_keep_their_name(text: str, ai: str, value: str, beside: dict[str, Any]) -> None:
    assert say(text) == Gs1Key(ai=ai, value=value, ais=beside)


def test_a_global_coupon_number_is_a_coupon() -> None:
    assert say("2554901234000001" + "000123") == PrintedCoupon(number="4901234000001", kind="coupon", serial="000123")


def test_a_coupon_keeps_its_amount_and_expiry() -> None:
    assert say("2554901234000001" + GS + "3900100" + GS + "17261231").ais == {"3900": "100", "17": "261231"}


@pytest.mark.parametrize("ai", ["8110", "8112"])
def test_a_north_american_coupon_is_kept_whole(ai: str) -> None:
    assert say(ai + "106141416543213150110120") == PrintedCoupon(number="106141416543213150110120", kind="coupon")


def test_internal_element_strings_alone_identify_nothing() -> None:
    assert say("91ABC") == Unknown(reason=RejectReason.NO_KEY)


@pytest.mark.parametrize("totp", ["123456", "1234567", "12345678"])
def test_a_gsrn_with_a_one_time_password_is_a_wallet_pass(totp: str) -> None:
    assert say("8018" + GSRN + GS + "8019" + totp) == WalletCode(gsrn=GSRN, totp=totp)
    assert say("8018" + GSRN + GS + "8019" + totp, aim=None) == WalletCode(gsrn=GSRN, totp=totp)


@pytest.mark.parametrize("srin", ["1", "12345", "123456789"])
def test_an_srin_of_another_length_is_no_password(srin: str) -> None:
    assert say("8018" + GSRN + GS + "8019" + srin) == Unknown(reason=RejectReason.AI_LENGTH, about="8019")


def test_a_gsrn_alone_is_a_static_member_code_of_the_issuer_that_claims_it() -> None:
    mine = IssuerRule(issuer="noren", prefix="4901234", key="gsrn")
    other = IssuerRule(issuer="other", prefix="4569951", key="gsrn")
    assert say("8018" + GSRN, rules=CodeRules(issuers=(other, mine))) == MemberCode(issuer="noren", number=GSRN)
    assert say("8018" + GSRN, rules=CodeRules(issuers=(other,))) == Unknown(reason=RejectReason.UNKNOWN_ISSUER)


def test_a_provider_gsrn_is_staff_and_never_a_member() -> None:
    rule = IssuerRule(issuer="noren", prefix="4901234", key="gsrn")
    assert say("8017" + GSRN, rules=CodeRules(badges=(rule,))) == StaffBadge(issuer="noren", number=GSRN)
    assert say("8017" + GSRN, rules=CodeRules(issuers=(rule,))) == Unknown(reason=RejectReason.UNKNOWN_ISSUER)
    assert say("8018" + GSRN, rules=CodeRules(badges=(rule,))) == Unknown(reason=RejectReason.UNKNOWN_ISSUER)
