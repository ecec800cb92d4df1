"""A whole code is known by its structure if it has one; a substitute for GS only if the code is GS1."""

import random

import pytest

from edge.codes import aim_identifiers
from edge.codes.check_digits import mod10_digit
from edge.codes.code_rules import CodeRules
from edge.codes.completeness import is_end_of_code, is_probably_complete
from edge.codes.parse import parse_code
from edge.codes.separators import with_separators
from edge.codes.symbology import from_aim

GS1_128 = b"01049012345678941" + b"0AB"


@pytest.mark.parametrize(
    "code",
    [
        b"4901234567894",
        b"49123456",
        b"14901234567891",
        b"]E04901234567894",
        b"noren:p:o-1:abc",
        b"010490123456789417271231",
        b"A1234567B",
        b"c38-123d",
    ],
)
def test_a_code_with_a_check_digit_or_a_scheme_looks_whole(code: bytes) -> None:
    assert is_probably_complete(code)


@pytest.mark.parametrize(
    "code",
    [
        b"490123456789",
        b"4901234567890",
        b"4567894",
        b"M1234567",
        b"noren:p:o",
        b"",
        b"]E0",
        b"A12345",
        b"A123B",
        b"12345B",
    ],
)
def test_a_piece_of_one_does_not(code: bytes) -> None:
    assert not is_probably_complete(code)


def test_the_rest_of_a_cut_jan_is_a_tail_wherever_it_was_cut_and_a_second_code_is_none() -> None:
    chance = random.Random(17)
    for _ in range(300):
        body = chance.choice(["45", "49", "20"]) + "".join(chance.choices("0123456789", k=10))
        code = f"{body}{mod10_digit(body)}".encode()
        other = b"49" + "".join(chance.choices("0123456789", k=11)).encode()
        for cut in range(1, 13):
            assert is_end_of_code(code[:cut], code[cut:])
            assert not is_end_of_code(code[:cut], code)
        assert not is_end_of_code(code, code)
        assert not is_end_of_code(code, other)


def test_an_identifier_is_three_characters_and_a_text_in_brackets_none() -> None:
    assert [
        aim_identifiers.leading_identifier(data) for data in (b"]E049", b"]zA01", b"]Q", b"]nothing", b"]-1", b"x]E0")
    ] == [
        "]E0",
        "]zA",
        None,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize("said", sorted(aim_identifiers.GS1_IDENTIFIERS))
def test_every_identifier_that_carries_gs1_has_its_stand_in_and_its_meaning(said: str) -> None:
    data = with_separators(b"0104901234567894" + b"10AB|17271231", said, "|")
    assert data == b"0104901234567894" + b"10AB\x1d17271231"
    meaning = parse_code(data, aim=said, symbology=from_aim(said), rules=CodeRules())
    assert getattr(meaning, "gtin", None) == "04901234567894"


@pytest.mark.parametrize(
    ("data", "said", "means"),
    [
        (b"https://shop.example/a|b", None, b"https://shop.example/a|b"),
        (b"https://shop.example/a|b", "]Q1", b"https://shop.example/a|b"),
        (b"0104901234567894" + b"10AB|21X", None, b"0104901234567894" + b"10AB\x1d21X"),
        (b"0104901234567894" + b"10AB|21X", "]C0", b"0104901234567894" + b"10AB\x1d21X"),
        (b"|0104901234567894" + b"10AB|21X", None, b"\x1d0104901234567894" + b"10AB\x1d21X"),
        (b"10 kg|20 pieces", None, b"10 kg|20 pieces"),
        (b"M123|456", None, b"M123|456"),
        (b"no stand-in", None, b"no stand-in"),
    ],
)
def test_a_bar_is_a_separator_only_where_the_identifier_or_the_structure_says_gs1(
    data: bytes, said: str | None, means: bytes
) -> None:
    assert with_separators(data, said, "|") == means
