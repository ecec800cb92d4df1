"""The chain's own item numbers, and one key for one product at every door."""

from typing import Any

import pytest

from edge.codes.check_digits import mod10_holds
from edge.codes.code_rules import CheckScheme, CodeRules, HouseRule, InStoreRule, IssuerRule
from edge.codes.code_rules_check import code_rule_faults
from edge.codes.issued.item_numbers import catalogue_key, catalogue_key_of_house_number, printed_number
from edge.codes.parse import parse_code
from edge.codes.parsed_code import InStore, MemberCode, Product, Unknown
from edge.codes.reject_reason import RejectReason
from edge.codes.symbology import Symbology

PLAIN = HouseRule(name="plain", lengths=(8,), symbologies=(Symbology.CODE128,))
NW7 = HouseRule(name="nw7", lengths=(7,), check=CheckScheme.DR7, check_optional=True, symbologies=(Symbology.CODABAR,))
LETTERS = HouseRule(name="letters", prefix="AB", drop_prefix=True, lengths=(8,))


def say(text: str, *rules: HouseRule, symbology: Symbology | None = None, aim: str | None = None) -> Any:
    return parse_code(text.encode(), aim=aim, symbology=symbology, rules=CodeRules(house=rules))


def test_a_plain_number_of_the_house_is_its_product() -> None:
    inner = InStore(rule="plain", item="12345678", scanned="12345678")
    assert say("12345678", PLAIN, symbology=Symbology.CODE128) == Product(
        gtin=catalogue_key_of_house_number("12345678"), in_store=inner
    )
    assert say("12345678", PLAIN, symbology=Symbology.CODE39).reason is RejectReason.UNRECOGNISED
    assert say("123456789", PLAIN, symbology=Symbology.CODE128).reason is RejectReason.UNRECOGNISED


@pytest.mark.parametrize("text", ["1234567", "A1234567A", "A12345675A", "12345675", "t12345675t"])
def test_an_nw7_number_is_the_same_with_and_without_letters_and_check_digit(text: str) -> None:
    assert 1234567 % 7 == 5
    assert say(text, NW7, symbology=Symbology.CODABAR).gtin == catalogue_key_of_house_number("1234567")


def test_a_wrong_check_digit_or_a_missing_one_that_is_not_optional_is_no_house_number() -> None:
    assert isinstance(say("A12345674A", NW7, symbology=Symbology.CODABAR), Unknown)
    strict = HouseRule(name="nw7", lengths=(7,), check=CheckScheme.DR7, symbologies=(Symbology.CODABAR,))
    assert isinstance(say("A1234567A", strict, symbology=Symbology.CODABAR), Unknown)
    named = HouseRule(name="nw7", lengths=(7,), start_stop="AB", symbologies=(Symbology.CODABAR,))
    assert isinstance(say("A1234567A", named, symbology=Symbology.CODABAR), Unknown)
    assert say("A1234567B", named, symbology=Symbology.CODABAR).gtin == catalogue_key_of_house_number("1234567")


def test_letters_before_a_number_are_no_part_of_it() -> None:
    assert say("AB123456", LETTERS).gtin == catalogue_key_of_house_number("123456")
    assert isinstance(say("AB12345X", LETTERS), Unknown)


def test_a_true_gtin_stays_one_unless_the_rule_claims_it() -> None:
    eight = HouseRule(name="eight", lengths=(8,))
    assert say("49123456", eight) == Product(gtin="00000049123456")
    assert say("49123457", eight).in_store.rule == "eight"
    claims = HouseRule(name="eight", lengths=(8,), over_products=True)
    assert say("49123456", claims).in_store.rule == "eight"
    assert say("4901234567894", eight) == Product(gtin="04901234567894")


def test_a_members_number_is_not_taken_for_an_item() -> None:
    rules = CodeRules(issuers=(IssuerRule(issuer="club", prefix="12", lengths=(8,)),), house=(PLAIN,))
    got = parse_code(b"12345678", symbology=Symbology.CODE128, rules=rules)
    assert got == MemberCode(issuer="club", number="12345678")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("4901234567894", "04901234567894"),
        ("04901234567894", "04901234567894"),
        ("036000291452", "00036000291452"),
        ("49123456", "00000049123456"),
        ("01234565", "00012345000065"),  # UPC-E
        ("12345678", "00400123456782"),  # no GTIN: the house's own
        ("AB123456", catalogue_key_of_house_number("123456")),
        ("123456", catalogue_key_of_house_number("123456")),
        ("1234567", catalogue_key_of_house_number("1234567")),
        ("12345675", catalogue_key_of_house_number("1234567")),
        ("123", "00000000000123"),  # by no rule: whoever checks keys refuses it
        ("4901234567890", "04901234567890"),
    ],
)
def test_a_product_has_one_key_however_its_number_is_written(written: str, key: str) -> None:
    assert catalogue_key(written, (LETTERS, NW7, PLAIN)) == key


@pytest.mark.parametrize("text", ["4901234567894", "036000291452", "49123456", "01234565", "14901234567891"])
def test_what_a_file_says_and_what_is_scanned_are_the_same_product(text: str) -> None:
    assert parse_code(text.encode(), rules=CodeRules()) == Product(gtin=catalogue_key(text, ()))


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        (HouseRule(name="", lengths=(8,)), "name"),
        (HouseRule(name="x", lengths=()), "lengths"),
        (HouseRule(name="x", lengths=(11,)), "lengths"),
        (HouseRule(name="x", lengths=(2,), prefix="AB", drop_prefix=True), "lengths"),
        (HouseRule(name="x", lengths=(8,), prefix="A"), "drop_prefix"),
        (HouseRule(name="x", lengths=(8,), start_stop="AE"), "start_stop"),
        (HouseRule(name="x", lengths=(8,), check_optional=True), "check_optional"),
        (HouseRule(name="x", lengths=(8,), check=CheckScheme.NW7_MOD16, symbologies=(Symbology.ITF,)), "codabar"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_told_in_words(rule: HouseRule, word: str) -> None:
    (told,) = code_rule_faults(CodeRules(house=(rule,)))
    assert word in told


def test_good_rules_have_no_faults() -> None:
    assert code_rule_faults(CodeRules(house=(PLAIN, NW7, LETTERS))) == ()


@pytest.mark.parametrize("number", ["1", "12345678", "1234567890", "49123456"])
def test_a_house_numbers_key_is_a_sound_gtin_and_says_its_number(number: str) -> None:
    key = catalogue_key_of_house_number(number)
    assert (len(key), mod10_holds(key), printed_number(key)) == (14, True, number)


def test_other_keys_are_shown_without_their_zeros() -> None:
    assert printed_number("04901234567894") == "4901234567894"
    assert printed_number("00400000000000") == "400000000000"


def test_house_numbers_and_masks_do_not_share_a_prefix() -> None:
    mask = InStoreRule(name="a", mask="04IIIIIIIIIIC")
    assert "04" in code_rule_faults(CodeRules(house=(PLAIN,), in_store=(mask,)))[0]
