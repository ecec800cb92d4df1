"""Static member cards and staff badges, each of its own issuer and never a product."""

from typing import Any

import pytest
from biip.checksums import gs1_standard_check_digit

from edge.codes.code_rules import CheckScheme, CodeRules, InStoreRule, IssuerRule
from edge.codes.parse import parse_code
from edge.codes.parsed_code import MemberCode, Product, StaffBadge, Unknown
from edge.codes.reject_reason import RejectReason
from edge.codes.symbology import Symbology

JAN = "4901234567894"


def say(text: str, *rules: IssuerRule, symbology: Symbology | None = None, aim: str | None = None, **more: Any) -> Any:
    return parse_code(text.encode(), aim=aim, symbology=symbology, rules=CodeRules(issuers=rules, **more))


def checked(body: str) -> str:
    return body + str(gs1_standard_check_digit(body))


def card(issuer: str = "noren", **rule: Any) -> IssuerRule:
    return IssuerRule(issuer=issuer, **rule)


@pytest.mark.parametrize(
    ("text", "symbology", "rule", "number", "source"),
    [
        ("280000001042", None, card(prefix="28", lengths=(12,)), "280000001042", "digits, no check"),
        (
            checked("280000001042"),
            Symbology.EAN13,
            card(prefix="28", lengths=(13,), check=CheckScheme.MOD10),
            checked("280000001042"),
            "JAN card",
        ),
        (
            "79927398713",
            Symbology.CODE128,
            card(check=CheckScheme.LUHN, lengths=(11,)),
            "79927398713",
            "ISO/IEC 7812-1",
        ),
        ("123455", Symbology.ITF, card(check=CheckScheme.MOD11, lengths=(6,)), "123455", "ITF card, modulus 11"),
        (
            "1234564",
            Symbology.CODABAR,
            card(check=CheckScheme.DR7, lengths=(7,)),
            "1234564",
            "NW-7 without letters, 7DR",
        ),
        (
            "1234563",
            Symbology.CODABAR,
            card(check=CheckScheme.DSR7, lengths=(7,)),
            "1234563",
            "NW-7 without letters, 7DSR",
        ),
        (
            "A1234564A",
            Symbology.CODABAR,
            card(check=CheckScheme.DR7, lengths=(7,)),
            "1234564",
            "letters are not the number",
        ),
        ("a1234564a", Symbology.CODABAR, card(start_stop="AA", lengths=(7,)), "1234564", "small letters, AIM BC3"),
        (
            "T1234564N",
            Symbology.CODABAR,
            card(start_stop="AB", lengths=(7,)),
            "1234564",
            "T and N for A and B, AIM BC3",
        ),
        ("A37859+B", Symbology.CODABAR, card(check=CheckScheme.NW7_MOD16, characters="any"), "37859+", "modulus 16"),
        (
            "CODE39W",
            Symbology.CODE39,
            card(check=CheckScheme.CODE39_MOD43, characters="alphanumeric"),
            "CODE39W",
            "modulus 43",
        ),
        ("M-1042", Symbology.QR, card(prefix="M-", characters="any"), "M-1042", "QR"),
        ("A1042B", None, card(prefix="A", characters="alphanumeric"), "A1042B", "letters of its own, reader silent"),
        ("A1234564B", None, card(start_stop="AB", lengths=(7,)), "1234564", "NW-7, reader silent"),
        ("A1042B", Symbology.CODE39, card(prefix="A", characters="alphanumeric"), "A1042B", "not NW-7"),
        ("*A1042B*", Symbology.CODE39, card(prefix="A", characters="alphanumeric"), "A1042B", "start and stop sent"),
        ("60", Symbology.ITF, card(check=CheckScheme.MOD11), "60", "the shortest number with a check digit"),
    ],
)
def test_a_card_is_read_by_its_issuers_rule(
    text: str, symbology: Symbology | None, rule: IssuerRule, number: str, source: str
) -> None:
    assert say(text, rule, symbology=symbology) == MemberCode(issuer="noren", number=number), source


@pytest.mark.parametrize(
    ("text", "symbology", "rule"),
    [
        ("290000001042", None, card(prefix="28", lengths=(12,))),
        ("28000000104", None, card(prefix="28", lengths=(12,))),
        ("28000000104X", None, card(prefix="28", lengths=(12,))),
        ("79927398714", Symbology.CODE128, card(check=CheckScheme.LUHN)),
        ("79927398713", Symbology.QR, card(check=CheckScheme.LUHN, symbologies=(Symbology.CODE128,))),
        ("79927398713", None, card(check=CheckScheme.LUHN, symbologies=(Symbology.CODE128,))),
        ("B1234564B", Symbology.CODABAR, card(start_stop="AA")),
        ("1234564", Symbology.CODABAR, card(start_stop="AA")),
        ("A1042B", Symbology.CODE39, card(lengths=(4,))),
        ("AXB", None, card(lengths=(1,))),
        ("AB", Symbology.CODABAR, card(lengths=(0,), characters="any")),
        ("37859+", Symbology.CODABAR, card(check=CheckScheme.NW7_MOD16, characters="any")),
        ("7", Symbology.CODE128, card(check=CheckScheme.DR7)),
        ("CODE39X", Symbology.CODE39, card(check=CheckScheme.CODE39_MOD43, characters="alphanumeric")),
        ("0", Symbology.CODE39, card(check=CheckScheme.CODE39_MOD43)),
        ("A37859-B", Symbology.CODABAR, card(check=CheckScheme.NW7_MOD16, characters="any")),
        ("12345A", Symbology.CODE128, card(check=CheckScheme.LUHN, characters="any")),
        ("M-1042", Symbology.QR, card(prefix="M-", characters="alphanumeric")),
    ],
)
def test_what_breaks_the_rule_is_no_card(text: str, symbology: Symbology | None, rule: IssuerRule) -> None:
    assert isinstance(say(text, rule, symbology=symbology), Unknown)


def test_the_first_rule_that_fits_wins_and_no_issuer_takes_anothers_code() -> None:
    near, far = card("near", prefix="281", lengths=(12,)), card("far", prefix="28", lengths=(12,))
    assert say("281000001042", near, far) == MemberCode(issuer="near", number="281000001042")
    assert say("280000001042", near, far) == MemberCode(issuer="far", number="280000001042")
    assert say("281000001042", far, near) == MemberCode(issuer="far", number="281000001042")
    assert say("281000001042", near) != say("281000001042", far)


@pytest.mark.parametrize("aim", [None, "]E0"])
@pytest.mark.parametrize("rule", [card(lengths=(13,)), card(prefix="49"), card(check=CheckScheme.MOD10)])
def test_a_product_number_stays_a_product(rule: IssuerRule, aim: str | None) -> None:
    assert say(JAN, rule, aim=aim) == Product(gtin="04901234567894")


def test_naming_the_jan_symbology_does_not_make_a_product_a_member() -> None:
    rule = card(lengths=(13,), symbologies=(Symbology.EAN13,))
    assert say(JAN, rule, symbology=Symbology.EAN13) == Product(gtin="04901234567894")


def test_a_rule_that_says_so_may_take_a_product_number() -> None:
    rule = card(prefix="49", lengths=(13,), over_products=True)
    assert say(JAN, rule) == MemberCode(issuer="noren", number=JAN)


@pytest.mark.parametrize("symbology", [Symbology.CODABAR, Symbology.CODE39, Symbology.CODE128, Symbology.QR])
def test_a_rule_that_names_where_no_product_is_printed_takes_numbers_that_look_like_one(symbology: Symbology) -> None:
    assert say(JAN, card(lengths=(13,), symbologies=(symbology,)), symbology=symbology) == MemberCode(
        issuer="noren", number=JAN
    )


def test_an_itf_14_carton_stays_a_product() -> None:
    rule = card(lengths=(14,), symbologies=(Symbology.ITF,))
    assert say("14901234567891", rule, symbology=Symbology.ITF) == Product(gtin="14901234567891")


def test_a_gs1_label_stays_a_product() -> None:
    rule = card(prefix="01", characters="any", symbologies=(Symbology.CODE128,))
    assert isinstance(say("0104901234567894", rule, aim="]C1"), Product)
    assert isinstance(say("0104901234567894", card(prefix="01"), symbology=Symbology.CODE128), Product)


def test_an_in_store_product_stays_one_where_the_chain_has_a_mask_for_it() -> None:
    digits = checked("280000001042")
    rule, mask = card(prefix="28", lengths=(13,)), InStoreRule(name="plu", mask="280IIIIIIIIIC")
    assert say(digits, rule) == MemberCode(issuer="noren", number=digits)
    assert isinstance(say(digits, rule, in_store=(mask,)), Product)


def test_a_badge_goes_before_a_member_card() -> None:
    rule = card(prefix="99", lengths=(8,))
    assert say("99001042", rule, badges=(card("staff", prefix="99", lengths=(8,)),)) == StaffBadge(
        issuer="staff", number="99001042"
    )


def test_a_card_of_no_issuer_is_unrecognised() -> None:
    assert say("A999A", card(prefix="1"), symbology=Symbology.CODABAR) == Unknown(
        reason=RejectReason.UNRECOGNISED, text="A999A"
    )
