"""Bytes to text: what a QR may hold, and what is not text."""

import pytest

from edge.codes.code_rules import CodeRules, IssuerRule
from edge.codes.parse import parse_code
from edge.codes.parsed_code import MemberCode, Product, Unknown
from edge.codes.reject_reason import RejectReason

RULES = CodeRules()
JAPANESE = CodeRules(issuers=(IssuerRule(issuer="cafe", prefix="会員", characters="any"),))


def test_utf_8_text_in_a_qr_is_read() -> None:
    assert parse_code("会員1042".encode(), aim="]Q1", rules=JAPANESE) == MemberCode(issuer="cafe", number="会員1042")


def test_shift_jis_text_in_a_qr_is_read() -> None:
    assert parse_code("会員1042".encode("shift_jis"), aim="]Q1", rules=JAPANESE) == MemberCode(
        issuer="cafe", number="会員1042"
    )


def test_the_circled_numbers_of_windows_shift_jis_are_read() -> None:
    assert parse_code("会員①".encode("cp932"), rules=JAPANESE) == MemberCode(issuer="cafe", number="会員①")


def test_a_chain_without_shift_jis_calls_those_bytes_not_text() -> None:
    rules = CodeRules(charsets=("utf-8",))
    assert parse_code("会員1042".encode("shift_jis"), rules=rules) == Unknown(reason=RejectReason.NOT_TEXT)


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)), b"\xff\xfe\x00\x01", b"PK\x03\x04\x14\x00", b"\x00", b"49012\x0034567894", b"\x80\xa0"],
)
def test_binary_is_not_text(data: bytes) -> None:
    assert parse_code(data, aim="]Q1", rules=RULES) == Unknown(reason=RejectReason.NOT_TEXT)


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (b"\\000020" + "会員7".encode("shift_jis"), "会員7"),
        (b"\\000026" + "会員7".encode(), "会員7"),
        (b"\\000025" + "会員7".encode("utf-16-be"), "会員7"),
        (b"\\000020" + "会員".encode("shift_jis") + b"\\000026" + "七".encode(), "会員七"),
        (b"\\000026" + "会員".encode() + b"a\\\\b", "会員a\\b"),
        (b"\\000026" + "会員".encode() + b"\\0000277", "会員7"),
        (b"\\000033" + "会員7".encode("utf-16-le"), "会員7"),
    ],
)
def test_eci_escapes_choose_the_character_set(data: bytes, number: str) -> None:
    assert parse_code(data, aim="]Q2", rules=JAPANESE) == MemberCode(issuer="cafe", number=number)


@pytest.mark.parametrize("data", [b"\\000899\x01\x02", b"\\000003abc\\999999def", b"\\000027\xe4"])
def test_an_eci_that_is_no_text_or_does_not_fit_is_not_text(data: bytes) -> None:
    assert parse_code(data, aim="]Q2", rules=RULES) == Unknown(reason=RejectReason.NOT_TEXT)


def test_before_the_first_eci_the_chains_rule_decides() -> None:
    assert parse_code("会員1042".encode(), aim="]Q2", rules=JAPANESE) == MemberCode(issuer="cafe", number="会員1042")
    both = "会員".encode("shift_jis") + b"\\000026" + "七".encode()
    assert parse_code(both, aim="]Q2", rules=JAPANESE) == MemberCode(issuer="cafe", number="会員七")


def test_latin_1_is_read_where_its_eci_says_so() -> None:
    assert parse_code(b"\\000003caf\xe9", aim="]Q2", rules=RULES) == Unknown(
        reason=RejectReason.UNRECOGNISED, text="café"
    )


def test_a_backslash_means_itself_without_the_eci_protocol() -> None:
    assert parse_code(b"\\000026abc", aim="]Q1", rules=RULES) == Unknown(
        reason=RejectReason.UNRECOGNISED, text="\\000026abc"
    )


@pytest.mark.parametrize("data", [b"", b"  ", b"\r\n", b"]E0", b"\x1d", b"]C1\x1d\x1d"])
def test_nothing_is_empty(data: bytes) -> None:
    assert parse_code(data, rules=RULES) == Unknown(reason=RejectReason.EMPTY)


def test_four_kibibytes_are_looked_at_and_one_byte_more_is_too_long() -> None:
    assert parse_code(b"x" * 4096, rules=RULES) == Unknown(reason=RejectReason.UNRECOGNISED, text="x" * 4096)
    assert parse_code(b"x" * 4097, rules=RULES) == Unknown(reason=RejectReason.TOO_LONG)


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b" "])
def test_line_ends_the_reader_left_do_not_matter(ending: bytes) -> None:
    assert parse_code(b"4901234567894" + ending, rules=RULES) == Product(gtin="04901234567894")


def test_an_aim_identifier_still_in_the_data_routes_like_one_told_apart() -> None:
    assert parse_code(b"]E04901234567894", rules=RULES) == parse_code(b"4901234567894", aim="]E0", rules=RULES)
    assert parse_code(b"]C10104901234567894", rules=RULES) == Product(gtin="04901234567894")


def test_a_text_that_merely_begins_with_a_bracket_stays_whole() -> None:
    assert parse_code(b"]-top", rules=RULES) == Unknown(reason=RejectReason.UNRECOGNISED, text="]-top")


@pytest.mark.parametrize("digits", ["".join(chr(0xFF10 + int(d)) for d in "4901234567894"), "٤٩٠١٢٣٤٥٦٧٨٩٤"])
def test_digits_that_are_not_ascii_are_no_product(digits: str) -> None:
    assert parse_code(digits.encode(), rules=RULES) == Unknown(reason=RejectReason.UNRECOGNISED, text=digits)
