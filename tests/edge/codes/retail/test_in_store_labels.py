"""Japan's in-store codes: price and weight only if the retailer's own rule says so."""

from typing import Any

import pytest
from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit
from hypothesis import given
from hypothesis import strategies as st

from edge.codes.code_rules import CodeRules, InStoreRule, PriceCheck
from edge.codes.parse import parse_code
from edge.codes.parsed_code import InStore, Product, Unknown
from edge.codes.reject_reason import RejectReason
from edge.codes.symbology import Symbology

FRESH = InStoreRule(name="fresh", mask="02IIIIIVPPPPC", price_check=PriceCheck.GS1_4)
DELI = InStoreRule(name="deli", mask="21IIIIIPPPPPC")
BIG = InStoreRule(name="big", mask="22IIIIVPPPPPC", price_check=PriceCheck.GS1_5)
MEAT = InStoreRule(name="meat", mask="25IIIIIWWWWWC")
BULK = InStoreRule(name="bulk", mask="26IIIIIVWWWWC", price_check=PriceCheck.GS1_4, weight_step_g=10)
SCALE = InStoreRule(name="scale", mask="27IIIIIPPPPVC", price_check=PriceCheck.MOD10)
DATED = InStoreRule(name="dated", mask="24IIIIXXPPPPC")
PLU = InStoreRule(name="plu", mask="20IIIIIIIIIIC")
PLU8 = InStoreRule(name="plu8", mask="2IIIIIIC")
RULES = CodeRules(in_store=(FRESH, DELI, BIG, MEAT, BULK, SCALE, DATED, PLU, PLU8))


def checked(body: str) -> str:
    return body + str(gs1_standard_check_digit(body))


def say(digits: str, rules: CodeRules = RULES) -> Any:
    return parse_code(digits.encode(), rules=rules)


@pytest.mark.parametrize(
    ("body", "key", "price", "weight", "rule", "item", "source"),
    # Masks as retailers set them up; the price check digits are those of GS1 General Specifications 7.9.3 and 7.9.4,
    # the key is the code with price and weight zeroed, which is what a catalogue holds (GS1 Japan, NON-PLU).
    [
        ("021234592875", "021234500000", 2875, None, "fresh", "12345", "NON-PLU, price of 4 with check digit 9"),
        ("211200251500", "211200200000", 51500, None, "deli", "12002", "NON-PLU, price of 5 without check digit"),
        ("221234614685", "221234000000", 14685, None, "big", "1234", "NON-PLU, price of 5 with check digit 6"),
        ("251234500195", "251234500000", None, 195, "meat", "12345", "weight in grams"),
        ("261234592875", "261234500000", None, 28750, "bulk", "12345", "weight in tens of grams, with check digit"),
        ("271234505982", "271234500000", 598, None, "scale", "12345", "modulus 10 as the inner check: 0598 gives 2"),
        ("241234310598", "241234000000", 598, None, "dated", "1234", "digits the rule ignores vary from pack to pack"),
        ("201234567890", "201234567890", None, None, "plu", "1234567890", "PLU: looked up as it is"),
        ("2123456", "2123456", None, None, "plu8", "123456", "PLU in JAN-8"),
    ],
)
def test_an_in_store_code_is_read_by_its_rule(
    body: str, key: str, price: int | None, weight: int | None, rule: str, item: str, source: str
) -> None:
    assert say(checked(body)) == Product(
        gtin=checked(key).zfill(14),
        price_yen=price,
        weight_g=weight,
        in_store=InStore(rule=rule, item=item, scanned=checked(body)),
    ), source


@pytest.mark.parametrize(
    ("body", "rule"), [("021234582875", "fresh"), ("221234514685", "big"), ("271234505980", "scale")]
)
def test_a_wrong_inner_check_digit_gives_no_price(body: str, rule: str) -> None:
    assert say(checked(body)) == Unknown(reason=RejectReason.PRICE_CHECK_DIGIT, about=rule)


def test_a_wrong_outer_check_digit_is_told_first() -> None:
    right = checked("021234592875")
    assert say(right[:-1] + str((int(right[-1]) + 1) % 10)) == Unknown(reason=RejectReason.CHECK_DIGIT)


def test_the_same_digits_mean_what_each_chain_says() -> None:
    digits = checked("211200251500")
    grams = CodeRules(in_store=(InStoreRule(name="g", mask="21IIIIIWWWWWC"),))
    assert say(digits).price_yen == 51500
    assert say(digits, grams).weight_g == 51500
    assert say(digits, CodeRules()) == Unknown(reason=RejectReason.NO_IN_STORE_RULE)


def test_a_longer_prefix_is_chosen_by_standing_first() -> None:
    first = InStoreRule(name="tea", mask="2112IIIPPPPPC")
    got = say(checked("211200251500"), CodeRules(in_store=(first, DELI)))
    assert got.in_store.rule == "tea"


def test_a_upc_of_number_system_2_is_the_same_in_store_code() -> None:
    digits = checked("021234592875")
    assert parse_code(digits[1:].encode(), symbology=Symbology.UPCA, rules=RULES) == say(digits)


def test_a_rule_whose_check_does_not_fit_its_price_gives_no_price() -> None:
    rules = CodeRules(in_store=(InStoreRule(name="odd", mask="23IIIIVPPPPPC", price_check=PriceCheck.GS1_4),))
    assert say(checked("231234914685"), rules) == Unknown(reason=RejectReason.PRICE_CHECK_DIGIT, about="odd")


@given(st.integers(0, 99999), st.integers(0, 9999))
def test_every_price_comes_back_as_it_was_printed(item: int, price: int) -> None:
    inner = gs1_price_weight_check_digit(f"{price:04}")
    got = say(checked(f"02{item:05}{inner}{price:04}"))
    assert (got.price_yen, got.in_store.item) == (price, f"{item:05}")
    assert got.gtin == checked(f"02{item:05}00000").zfill(14)
