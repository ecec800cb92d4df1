"""GS1 Digital Links: any domain, every key, and the addresses that are none."""

import random
import string
from datetime import date
from typing import Any

import pytest

from edge.codes.code_rules import CodeRules
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Gs1Key, Product, Unknown, WalletCode
from edge.codes.reject_reason import RejectReason

RULES = CodeRules()
PRODUCT = Product(gtin="04901234567894")


def say(text: str) -> Any:
    return parse_code(text.encode(), aim="]Q1", rules=RULES)


@pytest.mark.parametrize(
    "link",
    [
        "https://id.gs1.org/01/04901234567894",
        "http://example.com/01/04901234567894",
        "https://shop.example.jp/some/stem/01/04901234567894",
        "HTTPS://EXAMPLE.COM/01/04901234567894",
        "https://example.com:8443/01/04901234567894",
        "https://[2001:db8::1]/01/04901234567894",
        "https://example.com/01/04901234567894?lang=ja&utm_source=shelf",
        "https://example.com/01/04901234567894#top",
        "https://example.com/01/4901234567894",
        "https://日本.jp/01/04901234567894",
    ],
)
def test_any_domain_and_stem_will_do(link: str) -> None:
    assert say(link) == PRODUCT


@pytest.mark.parametrize(
    ("gtin", "wanted"),
    [("49123456", "00000049123456"), ("036000291452", "00036000291452"), ("4901234567894", "04901234567894")],
)
def test_a_shorter_gtin_is_filled_up(gtin: str, wanted: str) -> None:
    assert say(f"https://example.com/01/{gtin}") == Product(gtin=wanted)


def test_qualifiers_and_attributes_are_element_strings() -> None:
    assert say("https://x.jp/01/04901234567894/22/2A/10/AB%2F1/21/S1?17=261231&3103=000195&lang=ja") == Product(
        gtin="04901234567894",
        ais={"22": "2A", "10": "AB/1", "21": "S1", "17": "261231", "3103": "000195"},
        lot="AB/1",
        serial="S1",
        expiry=date(2026, 12, 31),
        weight_g=195,
    )


def test_a_semicolon_may_separate_attributes() -> None:
    assert say("https://x.jp/01/04901234567894?17=261231;99=L").ais == {"17": "261231", "99": "L"}


def test_a_wallet_pass_may_be_a_link() -> None:
    got = say("https://x.jp/8018/490123450000000019/8019/123456")
    assert got == WalletCode(gsrn="490123450000000019", totp="123456")


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        ("00/349012345000000014", Gs1Key(ai="00", value="349012345000000014")),
        ("414/4901234000001/254/12", Gs1Key(ai="414", value="4901234000001", ais={"254": "12"})),
        ("8010/4901234-A/8011/7", Gs1Key(ai="8010", value="4901234-A", ais={"8011": "7"})),
        ("415/4901234000001/8020/R1", Gs1Key(ai="415", value="4901234000001", ais={"8020": "R1"})),
    ],
)
def test_other_primary_keys_are_read(path: str, meaning: Gs1Key) -> None:
    assert say(f"https://id.gs1.org/{path}") == meaning


@pytest.mark.parametrize(
    ("path", "reason", "about"),
    [
        ("01/04901234567890", RejectReason.CHECK_DIGIT, "01"),
        ("01/04901234567894/21/S/10/L", RejectReason.BAD_DIGITAL_LINK, "01"),
        ("01/04901234567894/22/A/235/T", RejectReason.BAD_DIGITAL_LINK, "01"),
        ("01/04901234567894/10/L/10/L", RejectReason.BAD_DIGITAL_LINK, "01"),
        ("01/04901234567894/17/261231", RejectReason.BAD_DIGITAL_LINK, "01"),
        ("00/349012345000000014/10/L", RejectReason.BAD_DIGITAL_LINK, "00"),
        ("01/04901234567894/", RejectReason.BAD_DIGITAL_LINK, "01"),
        ("a{b/01/04901234567894", RejectReason.BAD_DIGITAL_LINK, "01"),
        ("01/04901234567894?01=04901234567894", RejectReason.AI_REPEATED, "01"),
        ("01/04901234567894/10/%E6", RejectReason.BAD_DIGITAL_LINK, "10"),
    ],
)
def test_a_link_that_breaks_a_rule_says_which(path: str, reason: RejectReason, about: str) -> None:
    assert say(f"https://example.com/{path}") == Unknown(reason=reason, about=about)


@pytest.mark.parametrize(
    ("query", "ai", "reason"),
    [
        ("1234=5", "1234", RejectReason.UNKNOWN_AI),
        ("999=faux", "999", RejectReason.UNKNOWN_AI),
        ("99=", "99", RejectReason.AI_LENGTH),
        ("99=A+B", "99", RejectReason.AI_CHARACTERS),
        ("99=%E6", "99", RejectReason.AI_CHARACTERS),
        ("99=A%00B", "99", RejectReason.AI_CHARACTERS),
        ("99=A&99=A", "99", RejectReason.AI_REPEATED),
        ("17=261399", "17", RejectReason.AI_VALUE),
        ("37=5", "37", RejectReason.AI_PAIR_EXCLUDED),
        ("10=A", "10", RejectReason.BAD_DIGITAL_LINK),  # it has a place in the path
        ("8200=x", "8200", RejectReason.BAD_DIGITAL_LINK),  # no attribute of a link
    ],
)
def test_a_bad_attribute_is_named_and_the_product_shown(query: str, ai: str, reason: RejectReason) -> None:
    got = say(f"https://example.com/01/04901234567894?lang=ja&{query}")
    assert (got.gtin, {(bad.ai, bad.reason) for bad in got.faults}) == (PRODUCT.gtin, {(ai, reason)})


@pytest.mark.parametrize(
    "link",
    [
        "HtTp://a/01/04901234567894",
        "https://$a/01/04901234567894",
        "https://[fe80::1%25lo]/01/04901234567894",
        "http:///01/x",
    ],
)
def test_what_is_no_web_address_by_the_standard_is_no_link(link: str) -> None:
    assert say(link).reason is RejectReason.UNRECOGNISED


@pytest.mark.parametrize(
    "link",
    [
        # compressed from (00)998440410914660971 by GS1's own toolkit
        "https://id.gs1.org/AN2yxDhfaiaw",
        "https://example.com/stem/AN2yxDhfaiaw?lang=ja",
        "https://example.com/01/04901234567894/EEWqqq",
        # by GS1's toolkit, which rounds keys of 17 and 18 digits to a double, and orders a set's AIs by their digits
        "https://id.example.org/AAShFi0eN8kA",
        "https://id.example.org/gBhuO3X9rUK0CAGUhtA",
        "https://id.example.org/QCUyUZJapuyA",
        "https://id.example.org/nQNIEg_j33sM",
        "https://id.example.org/GqSNCzULModVR_gUk1VVVVVA",
    ],
)
def test_a_compressed_link_is_recognised_and_refused(link: str) -> None:
    assert say(link) == Unknown(reason=RejectReason.COMPRESSED_DIGITAL_LINK)


def packed(start: str, value: str, bits: int, rest: str = "") -> str:
    """A compressed segment as the compression standard builds it: the AI's digits as nibbles, the value as a number."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    stream = "".join(f"{int(c, 16):04b}" for c in start) + f"{int(value):0{bits}b}" + rest
    stream += "0" * (-len(stream) % 6)
    return "".join(alphabet[int(stream[i : i + 6], 2)] for i in range(0, len(stream), 6))


TEXT_12 = "000" + "00010" + "0001100"  # digits, two of them, 12
NUMBER_12 = "0010" + "0001100"  # two digits, 12


@pytest.mark.parametrize(
    ("start", "value", "bits", "rest"),
    [
        ("01", "04901234567894", 47, ""),
        ("0B", "04901234567894", 47, TEXT_12),
        ("A2", "04901234567894", 47, NUMBER_12),
        ("00", "349012345000000014", 60, ""),
        ("414", "4901234000001", 44, ""),
        ("417", "4901234000001", 44, ""),
        ("9D", "4901234000001", 44, TEXT_12),
        ("8018", "490123450000000019", 60, ""),
        ("9C", "490123450000000019", 60, NUMBER_12),
        ("01", "04901234567894", 47, "00010000" + TEXT_12),
        ("01", "04901234567894", 47, "1111" + "0000001" + "100010" + "000" + "0000010" + "0001100"),  # i=12
    ],
)
def test_every_key_a_compressed_link_may_begin_with_is_recognised(start: str, value: str, bits: int, rest: str) -> None:
    link = "https://id.gs1.org/"
    assert say(link + packed(start, value, bits, rest)) == Unknown(reason=RejectReason.COMPRESSED_DIGITAL_LINK)
    assert say(link + packed(start, str(int(value) + 1), bits, rest)).reason is RejectReason.UNRECOGNISED
    assert say(link + packed(start, value, bits, rest + "1" * 12)).reason is RejectReason.UNRECOGNISED


def test_short_links_are_not_taken_for_compressed_ones() -> None:
    dice = random.Random(5)
    alphabet = string.ascii_letters + string.digits + "-_"
    links = ["https://bit.ly/" + "".join(dice.choices(alphabet, k=dice.randrange(4, 30))) for _ in range(5_000)]
    assert sum(say(link).reason is not RejectReason.UNRECOGNISED for link in links) <= 1


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "https://example.com/",
        "https://example.com/2024/01/15",
        "https://example.com/products-list12",
        "https://example.com/01/04901234567894/reviews",
        "https://example.com/a/b/c?01=04901234567894",
        "https://example.com//01//",
        "https://example.com/04901234567894/a/01",
        "http:///01/04901234567894",
        "ftp://example.com/01/04901234567894",
        "https://ex ample.com/01/04901234567894",
    ],
)
def test_an_ordinary_address_is_not_a_product(address: str) -> None:
    assert say(address) == Unknown(reason=RejectReason.UNRECOGNISED, text=address)
