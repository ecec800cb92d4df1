"""Check digits against published examples and another implementation."""

from collections.abc import Callable
from typing import Any

import pytest
from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit
from hypothesis import given
from hypothesis import strategies as st

from edge.codes import check_digits

DIGITS = st.text("0123456789", min_size=1, max_size=30)


@given(DIGITS)
def test_modulus_10_agrees_with_another_implementation(body: str) -> None:
    assert check_digits.mod10_digit(body) == gs1_standard_check_digit(body)
    assert check_digits.mod10_holds(body + str(check_digits.mod10_digit(body)))


@given(DIGITS, st.integers(1, 9))
def test_modulus_10_finds_every_single_wrong_digit(body: str, by: int) -> None:
    digits = body + str(check_digits.mod10_digit(body))
    for at in range(len(digits)):
        wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
        assert not check_digits.mod10_holds(wrong)


@given(st.text("0123456789", min_size=4, max_size=4))
def test_the_four_digit_price_check_digit_agrees_with_another_implementation(price: str) -> None:
    assert check_digits.price4_digit(price) == gs1_price_weight_check_digit(price)


@given(st.text("0123456789", min_size=5, max_size=5))
def test_the_five_digit_price_check_digit_agrees_with_another_implementation(price: str) -> None:
    assert check_digits.price5_digit(price) == gs1_price_weight_check_digit(price)


@pytest.mark.parametrize(
    ("check", "good", "source"),
    [
        (check_digits.luhn_holds, "79927398713", "ISO/IEC 7812-1, the usual worked example"),
        (check_digits.luhn_holds, "4111111111111111", "test number of the card schemes"),
        (check_digits.mod11_holds, "123455", "5x2+4x3+3x4+2x5+1x6 = 50; 11 - 50 mod 11 = 5"),
        (check_digits.mod11_holds, "60", "6x2 = 12; 11 - 1 = 10 prints 0"),
        (check_digits.dr7_holds, "1234564", "123456 mod 7 = 4"),
        (check_digits.dsr7_holds, "1234563", "7 - 4"),
        (check_digits.nw7_mod16_holds, "A37859+B", "16+3+7+8+5+9+17 = 65; 80 - 65 = 15, which is +"),
        (check_digits.code39_mod43_holds, "CODE 39R", "12+24+13+14+38+3+9 = 113; 113 mod 43 = 27, which is R"),
        (check_digits.gmn_holds, "1987654Ad4X4bL5ttr2310c2K", "GS1 General Specifications 7.9.5, example"),
        (check_digits.iban_holds, "GB82WEST12345698765432", "ISO 13616, registry example"),
        (check_digits.iban_holds, "DE89370400440532013000", "ISO 13616, registry example"),
    ],
)
def test_a_published_example_holds_and_its_last_character_matters(
    check: Callable[..., Any], good: str, source: str
) -> None:
    assert check(good), source
    other = "2" if good[-1] != "2" else "3"
    assert not check(good[:-1] + other)


@pytest.mark.parametrize("text", ["", "DE", "DE8937", "de89370400440532013000", "DE89 3704"])
def test_what_is_no_iban_does_not_hold(text: str) -> None:
    assert not check_digits.iban_holds(text)


@pytest.mark.parametrize("text", ["", "2K", "x" * 26])
def test_what_is_no_gmn_does_not_hold(text: str) -> None:
    assert not check_digits.gmn_holds(text)


@pytest.mark.parametrize("check", [check_digits.nw7_mod16_holds, check_digits.code39_mod43_holds])
def test_characters_outside_the_symbology_never_hold(check: Callable[..., Any]) -> None:
    assert not check("あいう")


def test_the_price_examples_of_the_general_specifications_hold() -> None:
    assert check_digits.price4_digit("2875") == 9
    assert check_digits.price5_digit("14685") == 6


def test_isbn_10_and_issn_may_end_in_x() -> None:
    assert check_digits.isbn10_character("080442957") == "X"  # ISBN 0-8044-2957-X
    assert check_digits.issn_character("2434561") == "X"  # ISSN 2434-561X
    assert check_digits.issn_character("0317847") == "1"  # ISSN 0317-8471, the ISSN manual's example
