"""GS1 Digital Links: any domain, every key, and the addresses that are none."""

from datetime import date

import pytest

from edge.codes.meaning import Gs1Key, Product, Unknown, WalletCode
from edge.codes.read import read
from edge.codes.reason import Reason
from edge.codes.rules import CodeRules

RULES = CodeRules()
PRODUCT = Product(gtin="04901234567894")


def say(text: str):
    return read(text.encode(), aim="]Q1", rules=RULES)


@pytest.mark.parametrize(
    "link",
    [
        "https://id.gs1.org/01/04901234567894",
        "http://example.com/01/04901234567894",
        "https://shop.example.jp/some/stem/01/04901234567894",
        "HTTPS://EXAMPLE.COM/01/04901234567894",
        "https://example.com:8443/01/04901234567894/",
        "https://example.com/01/04901234567894?lang=ja&utm_source=shelf",
        "https://example.com/01/04901234567894#top",
        "https://example.com/01/4901234567894",
        "https://日本.jp/01/04901234567894",
    ],
)
def test_any_domain_and_stem_will_do(link):
    assert say(link) == PRODUCT


@pytest.mark.parametrize(
    ("gtin", "wanted"),
    [("49123456", "00000049123456"), ("036000291452", "00036000291452"), ("4901234567894", "04901234567894")],
)
def test_a_shorter_gtin_is_filled_up(gtin, wanted):
    assert say(f"https://example.com/01/{gtin}") == Product(gtin=wanted)


def test_qualifiers_and_attributes_are_element_strings():
    assert say("https://x.jp/01/04901234567894/22/2A/10/AB%2F1/21/S1?17=261231&3103=000195&lang=ja") == Product(
        gtin="04901234567894",
        ais={"22": "2A", "10": "AB/1", "21": "S1", "17": "261231", "3103": "000195"},
        lot="AB/1",
        serial="S1",
        expiry=date(2026, 12, 31),
        weight_g=195,
    )


def test_a_semicolon_may_separate_attributes():
    assert say("https://x.jp/01/04901234567894?17=261231;10=L").lot == "L"


def test_a_wallet_pass_may_be_a_link():
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
def test_other_primary_keys_are_read(path, meaning):
    assert say(f"https://id.gs1.org/{path}") == meaning


@pytest.mark.parametrize(
    ("path", "reason", "about"),
    [
        ("01/04901234567890", Reason.CHECK_DIGIT, "01"),
        ("01/04901234567894/21/S/10/L", Reason.BAD_DIGITAL_LINK, "01"),
        ("01/04901234567894/22/A/235/T", Reason.BAD_DIGITAL_LINK, "01"),
        ("01/04901234567894/10/L/10/L", Reason.BAD_DIGITAL_LINK, "01"),
        ("01/04901234567894/17/261231", Reason.BAD_DIGITAL_LINK, "01"),
        ("00/349012345000000014/10/L", Reason.BAD_DIGITAL_LINK, "00"),
        ("01/04901234567894?1234=5", Reason.BAD_DIGITAL_LINK, "1234"),
        ("01/04901234567894/10/%E6", Reason.BAD_DIGITAL_LINK, "10"),
        ("01/04901234567894?17=261399", Reason.AI_VALUE, "17"),
        ("01/04901234567894?37=5", Reason.AI_PAIR_EXCLUDED, "01"),
        ("01/04901234567894?10=A&10=B", Reason.AI_REPEATED, "10"),
    ],
)
def test_a_link_that_breaks_a_rule_says_which(path, reason, about):
    assert say(f"https://example.com/{path}") == Unknown(reason=reason, about=about)


@pytest.mark.parametrize(
    "link",
    [
        # compressed from (00)998440410914660971 by GS1's own toolkit
        "https://id.gs1.org/AN2yxDhfaiaw",
        "https://example.com/stem/AN2yxDhfaiaw?lang=ja",
        "https://example.com/01/04901234567894/EBCDEF",
    ],
)
def test_a_compressed_link_is_recognised_and_refused(link):
    assert say(link) == Unknown(reason=Reason.COMPRESSED_DIGITAL_LINK)


def packed(start: str, value: str, bits: int) -> str:
    """A compressed segment as the compression standard builds it: the AI's digits as nibbles, the value as a number."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    stream = "".join(f"{int(c, 16):04b}" for c in start) + f"{int(value):0{bits}b}" + "0" * 12
    stream += "0" * (-len(stream) % 6)
    return "".join(alphabet[int(stream[i : i + 6], 2)] for i in range(0, len(stream), 6))


@pytest.mark.parametrize(
    ("start", "value", "bits"),
    [
        ("01", "04901234567894", 47),
        ("0B", "04901234567894", 47),
        ("A2", "04901234567894", 47),
        ("00", "349012345000000014", 60),
        ("414", "4901234000001", 44),
        ("9D", "4901234000001", 44),
        ("8018", "490123450000000019", 60),
        ("9C", "490123450000000019", 60),
    ],
)
def test_every_key_a_compressed_link_may_begin_with_is_recognised(start, value, bits):
    assert say(f"https://id.gs1.org/{packed(start, value, bits)}") == Unknown(reason=Reason.COMPRESSED_DIGITAL_LINK)
    wrong = str(int(value) + 1)
    assert say(f"https://id.gs1.org/{packed(start, wrong, bits)}").reason is Reason.UNRECOGNISED


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
def test_an_ordinary_address_is_not_a_product(address):
    assert say(address) == Unknown(reason=Reason.UNRECOGNISED, text=address)
