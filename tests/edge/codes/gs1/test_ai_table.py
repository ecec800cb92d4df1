"""Every GS1 Application Identifier: a value it takes, one it refuses and why, and what must be beside it."""

import hashlib
import re
from typing import Any

import pytest
from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS as BIIP

from edge.codes.gs1.application_identifiers import AIS, PREDEFINED_LENGTHS, parse_parts
from edge.codes.gs1.dictionary import DICTIONARY_ENTRIES, DICTIONARY_RELEASE
from edge.codes.gs1.element_strings import Elements, check_elements, parse_elements
from edge.codes.parsed_code import FieldFault
from edge.codes.reject_reason import RejectReason
from tests import gs1_dictionary

GTIN = "04901234567894"
DIGEST = "99dc276862a896ff7d056e3863b32e831df498b5bf9db411fac8eb7d43c56401"
WORD = re.compile(r"[*?]+|\[?[NXYZ](\.\.)?[0-9]+\]?(,[a-z0-9]+)*|(req|ex)=[0-9n,+]+|dlpkey(=[0-9,|]+)?")
LENGTH, LETTERS, CHECK, VALUE = (
    RejectReason.AI_LENGTH,
    RejectReason.AI_CHARACTERS,
    RejectReason.CHECK_DIGIT,
    RejectReason.AI_VALUE,
)
WITH_GTIN = {"01": GTIN}
WITH_SSCC = {"00": "349012345000000014"}
WITH_GLN = {"415": "4901234000001", "8020": "REF1"}
WITH_COUPON = {"255": "4901234000001"}
WITH_MEMBER = {"8018": "490123450000000019"}
WITH_SERIAL = {"01": GTIN, "21": "S1"}
WITH_PHONE = {**WITH_SERIAL, "8040": "490154203237518"}
WITH_WEIGHT = {"01": GTIN, "3103": "000195"}

# AIs; a good value; a bad one and what is wrong with it; what stands beside; source: chapter of the GS1 General
# Specifications that gives the format (3.3 AIs 0, 3.4 AIs 1, 3.5 AIs 2, 3.6 AIs 3, 3.7 AIs 4, 3.8 AIs 7, 3.9 AIs 8,
# 3.10 AIs 9), and 4.13 for what must stand beside.
TABLE = [
    ("00", "349012345000000014", "349012345000000015", CHECK, {}, "3.3"),
    ("01", GTIN, "04901234567890", CHECK, {}, "3.3"),
    ("02", GTIN, "04901234567890", CHECK, {**WITH_SSCC, "37": "12"}, "3.3"),
    ("03", GTIN, "04901234567890", CHECK, {}, "3.3"),
    ("10", "LOT-1/a", "x" * 21, LENGTH, WITH_GTIN, "3.4"),
    ("11", "261100", "261301", VALUE, WITH_GTIN, "3.4"),
    ("12", "261130", "261131", VALUE, WITH_GLN, "3.4"),
    ("13", "261130", "260000", VALUE, WITH_GTIN, "3.4"),
    ("15", "280229", "270229", VALUE, WITH_GTIN, "3.4"),
    ("16", "261130", "26113", LENGTH, WITH_GTIN, "3.4"),
    ("17", "261100", "261199", VALUE, WITH_GTIN, "3.4"),
    ("20", "01", "0A", LETTERS, WITH_GTIN, "3.5"),
    ("21", "S" * 20, "S" * 21, LENGTH, WITH_GTIN, "3.5"),
    ("22", "2A", "日本", LETTERS, WITH_GTIN, "3.5"),
    ("235", "T" * 28, "T" * 29, LENGTH, WITH_GTIN, "3.5"),
    ("240-241", "A/1", "A 1", LETTERS, WITH_GTIN, "3.5"),
    ("242", "123456", "1234567", LENGTH, WITH_GTIN, "3.5"),
    ("243", "P" * 20, "P" * 21, LENGTH, WITH_GTIN, "3.5"),
    ("250", "B" * 30, "B" * 31, LENGTH, {**WITH_GTIN, "21": "S1"}, "3.5"),
    ("251", "B" * 30, "B" * 31, LENGTH, WITH_GTIN, "3.5"),
    ("253", "4901234000001X1", "4901234000008X1", CHECK, {}, "3.5"),
    ("254", "12", "x" * 21, LENGTH, {"414": "4901234000001"}, "3.5"),
    ("255", "4901234000001000123", "4901234000001X", LETTERS, {}, "3.5"),
    ("30", "8", "123456789", LENGTH, WITH_GTIN, "3.6"),
    (
        "3100-3105 3110-3115 3120-3125 3130-3135 3140-3145 3150-3155 3160-3165",
        "000195",
        "00019",
        LENGTH,
        WITH_GTIN,
        "3.6",
    ),
    ("3200-3205 3210-3215 3220-3225 3230-3235 3240-3245 3250-3255", "000195", "00A195", LETTERS, WITH_GTIN, "3.6"),
    ("3260-3265 3270-3275 3280-3285 3290-3295 3370-3375", "000195", "0001951", LENGTH, WITH_GTIN, "3.6"),
    (
        "3300-3305 3310-3315 3320-3325 3330-3335 3340-3345 3350-3355 3360-3365",
        "000195",
        "00019",
        LENGTH,
        WITH_SSCC,
        "3.6",
    ),
    (
        "3400-3405 3410-3415 3420-3425 3430-3435 3440-3445 3450-3455 3460-3465",
        "000195",
        "00019",
        LENGTH,
        WITH_SSCC,
        "3.6",
    ),
    ("3470-3475 3480-3485 3490-3495 3530-3535 3540-3545 3550-3555", "000195", "00019", LENGTH, WITH_SSCC, "3.6"),
    (
        "3500-3505 3510-3515 3520-3525 3560-3565 3570-3575 3600-3605 3610-3615",
        "000195",
        "00019",
        LENGTH,
        WITH_GTIN,
        "3.6",
    ),
    ("3640-3645 3650-3655 3660-3665", "000195", "00019", LENGTH, WITH_GTIN, "3.6"),
    ("3620-3625 3630-3635 3670-3675 3680-3685 3690-3695", "000195", "00019", LENGTH, WITH_SSCC, "3.6"),
    ("37", "12", "123456789", LENGTH, {**WITH_SSCC, "02": GTIN}, "3.6"),
    ("3900-3909", "598", "5" * 16, LENGTH, WITH_COUPON, "3.6"),
    ("3910-3919", "392598", "000598", VALUE, WITH_GLN, "3.6"),
    ("3920-3929", "598", "-598", LETTERS, WITH_WEIGHT, "3.6"),
    ("3930-3939", "392598", "998598", VALUE, WITH_WEIGHT, "3.6"),
    ("3940-3943", "0010", "010", LENGTH, WITH_COUPON, "3.6"),
    ("3950-3955", "000598", "00598", LENGTH, WITH_WEIGHT, "3.6"),
    ("400", "PO-1", "x" * 31, LENGTH, {}, "3.7"),
    ("401", "4901234A1", "A4901234", VALUE, {}, "3.7"),
    ("402", "49012340000000018", "49012340000000015", CHECK, {}, "3.7"),
    ("403", "R1", "x" * 31, LENGTH, WITH_SSCC, "3.7"),
    ("410-414 416-417", "4901234000001", "4901234000008", CHECK, {}, "3.7"),
    ("415", "4901234000001", "4901234000008", CHECK, {"8020": "REF1"}, "3.7"),
    ("420", "1000001", "x" * 21, LENGTH, {}, "3.7"),
    ("421", "3921000001", "0001000001", VALUE, {}, "3.7"),
    ("422", "392", "000", VALUE, WITH_GTIN, "3.7"),
    ("423", "392410156", "392410999", VALUE, WITH_GTIN, "3.7"),
    ("424", "392", "393", VALUE, WITH_GTIN, "3.7"),
    ("425", "392410156840036", "39241", LENGTH, WITH_GTIN, "3.7"),
    ("426", "392", "999", VALUE, WITH_GTIN, "3.7"),
    ("427", "13", "1234", LENGTH, {**WITH_GTIN, "422": "392"}, "3.7"),
    ("4300-4301 4310-4311 4320", "%E6%B8%8B", "%ZZ", VALUE, WITH_SSCC, "3.7"),
    ("4302 4304-4306 4312 4314-4316", "1-2-3", "1%2", VALUE, WITH_SSCC, "3.7"),
    ("4303", "1-2-3", "1%2", VALUE, {**WITH_SSCC, "4302": "A"}, "3.7"),
    ("4313", "1-2-3", "1%2", VALUE, {**WITH_SSCC, "4312": "A"}, "3.7"),
    ("4307 4317", "JP", "XX", VALUE, WITH_SSCC, "3.7"),
    ("4308 4319", "+81312345678", "x" * 31, LENGTH, WITH_SSCC, "3.7"),
    ("4309", "02790858483015297971", "18000000013015297971", VALUE, WITH_SSCC, "3.7"),
    ("4309", "18000000003600000000", "18000000003600000001", VALUE, WITH_SSCC, "3.7"),
    ("4318", "1000001", "x" * 21, LENGTH, WITH_SSCC, "3.7"),
    ("4321-4323", "1", "2", VALUE, WITH_SSCC, "3.7"),
    ("4324-4325", "2611301830", "2611302400", VALUE, WITH_SSCC, "3.7"),
    ("4324-4325", "2611300000", "2611309999", VALUE, WITH_SSCC, "Syntax Dictionary: a time of day"),
    ("4326", "261130", "261100", VALUE, WITH_SSCC, "3.7"),
    ("4330-4333", "000200-", "000200+", VALUE, WITH_SSCC, "3.7"),
    ("7001", "1234567890123", "123456789012", LENGTH, WITH_GTIN, "3.8"),
    ("7002", "M" * 30, "M" * 31, LENGTH, WITH_GTIN, "3.8"),
    ("7003", "2611301830", "2611001830", VALUE, WITH_GTIN, "3.8"),
    ("7004", "1234", "12345", LENGTH, {**WITH_GTIN, "10": "L"}, "3.8"),
    ("7005", "27.1.a", "x" * 13, LENGTH, WITH_GTIN, "3.8"),
    ("7006", "261130", "261131", VALUE, WITH_GTIN, "3.8"),
    ("7007", "261101261130", "261101261131", VALUE, WITH_GTIN, "3.8"),
    ("7008", "COD", "CODS", LENGTH, WITH_GTIN, "3.8"),
    ("7009", "OTB", "x" * 11, LENGTH, WITH_GTIN, "3.8"),
    ("7010", "01", "012", LENGTH, WITH_GTIN, "3.8"),
    ("7011", "2611301830", "2611301860", VALUE, WITH_GTIN, "3.8"),
    ("7020", "R1", "x" * 21, LENGTH, {**WITH_GTIN, "416": "4901234000001"}, "3.8"),
    ("7021", "F1", "x" * 21, LENGTH, WITH_GTIN, "3.8"),
    ("7022", "V1", "x" * 21, LENGTH, {**WITH_GTIN, "7021": "F1"}, "3.8"),
    ("7023", "4901234A", "ABCD", VALUE, {}, "3.8"),
    ("7030-7039", "392P1", "000P1", VALUE, WITH_GTIN, "3.8"),
    ("7030-7039", "999P1", "39", LENGTH, WITH_GTIN, "3.8, 999 is several countries"),
    ("7040", "1ABC", "AABC", LETTERS, {}, "3.8"),
    ("7041", "201", "20112", LENGTH, WITH_SSCC, "3.8"),
    ("7041", "PLP", "XX", VALUE, WITH_SSCC, "3.8, GS1 PackageTypeCode"),
    ("710-717", "N" * 20, "N" * 21, LENGTH, WITH_GTIN, "3.8"),
    ("7230-7239", "ABcert-1", "AB", LETTERS, WITH_GTIN, "3.8"),
    ("7240", "P" * 20, "P" * 21, LENGTH, WITH_GTIN, "3.8"),
    ("7241", "10", "11", VALUE, WITH_MEMBER, "3.8"),
    ("7242", "V" * 25, "V" * 26, LENGTH, WITH_MEMBER, "3.8"),
    ("7250", "20000229", "19000229", VALUE, WITH_MEMBER, "3.8"),
    ("7250", "00000229", "00000230", VALUE, WITH_MEMBER, "Syntax Dictionary: a year 0000 is a year"),
    ("7251", "200002292359", "200002292400", VALUE, WITH_MEMBER, "3.8"),
    ("7252", "9", "3", VALUE, WITH_MEMBER, "3.8"),
    ("7253-7254", "%E5%B1%B1", "%E", VALUE, WITH_MEMBER, "3.8"),
    ("7255", "Jr", "x" * 11, LENGTH, WITH_MEMBER, "3.8"),
    ("7256", "N" * 90, "N" * 91, LENGTH, WITH_MEMBER, "3.8"),
    ("7257", "A" * 70, "A" * 71, LENGTH, WITH_MEMBER, "3.8"),
    ("7258", "2/3", "3/2", VALUE, {**WITH_MEMBER, "7259": "B"}, "3.8"),
    ("7259", "B" * 40, "B" * 41, LENGTH, WITH_MEMBER, "3.8"),
    ("8001", "12341234512311", "00001234512311", VALUE, WITH_GTIN, "3.9"),
    ("8001", "12341234512391", "12341234512321", VALUE, WITH_GTIN, "3.9"),
    ("8002", "C" * 20, "C" * 21, LENGTH, {}, "3.9"),
    ("8003", "04901234000001A1", "14901234000001A1", VALUE, {}, "3.9"),
    ("8003", "04901234000001", "04901234000008", CHECK, {}, "3.9"),
    ("8004", "4901234A1", "A", VALUE, {}, "3.9"),
    ("8005", "000598", "00598", LENGTH, WITH_GTIN, "3.9"),
    ("8006", GTIN + "0102", GTIN + "0302", VALUE, {}, "3.9"),
    ("8006", GTIN + "0202", "049012345678900102", CHECK, {}, "3.9"),
    ("8007", "GB82WEST12345698765432", "GB82WEST12345698765433", VALUE, WITH_GLN, "3.9"),
    ("8008", "261130183059", "261130183060", VALUE, WITH_GTIN, "3.9"),
    ("8008", "26113018", "26113024", VALUE, WITH_GTIN, "3.9"),
    ("8009", "O" * 50, "O" * 51, LENGTH, WITH_GTIN, "3.9"),
    ("8010", "4901234-A", "4901234a", LETTERS, {}, "3.9"),
    ("8007", "DE89370400440532013000", "XX89370400440532013000", VALUE, WITH_GLN, "3.9, ISO 3166"),
    ("8011", "12", "0", VALUE, {"8010": "4901234-A"}, "3.9"),
    ("8011", "12", "012", VALUE, {"8010": "4901234-A"}, "3.9"),
    ("8012", "V1", "x" * 21, LENGTH, WITH_GTIN, "3.9"),
    ("8013", "1987654Ad4X4bL5ttr2310c2K", "1987654Ad4X4bL5ttr2310c2J", CHECK, {}, "3.9"),
    ("8014", "1987654Ad4X4bL5ttr2310c2K", "1987654Ad4X4bL5ttr2310c2J", CHECK, WITH_GTIN, "3.9"),
    ("8017", "490123450000000019", "490123450000000011", CHECK, {}, "3.9"),
    ("8018", "490123450000000019", "490123450000000011", CHECK, {}, "3.9"),
    ("8019", "123456", "12345678901", LENGTH, WITH_MEMBER, "3.9"),
    ("8020", "R" * 25, "R" * 26, LENGTH, {"415": "4901234000001"}, "3.9"),
    ("8026", GTIN + "0102", GTIN + "0002", VALUE, {**WITH_SSCC, "37": "1"}, "3.9"),
    ("8030", "aZ09-_", "a+b", LETTERS, WITH_SSCC, "3.9"),
    ("8040", "490154203237518", "49015420323751", LENGTH, WITH_SERIAL, "3.9"),
    ("8041", "490154203237518", "49015420323751A", LETTERS, WITH_PHONE, "3.9"),
    ("8042", "8" * 32, "8" * 31, LENGTH, WITH_PHONE, "3.9"),
    ("8043", "8" * 20, "8" * 21, LENGTH, WITH_PHONE, "3.9"),
    ("8110", "106141416543213150110120", "10614141654321315011012", VALUE, {}, "3.9"),
    ("8112", "01" + "0614141" + "654321" + "3123456789", "2106141416543213150110120", VALUE, {}, "3.9"),
    ("8111", "0100", "100", LENGTH, WITH_COUPON, "3.9"),
    ("8200", "http://x.jp/a", "x" * 71, LENGTH, WITH_GTIN, "3.9"),
    ("90", "I" * 30, "I" * 31, LENGTH, {}, "3.10"),
    ("91-99", "I" * 90, "I" * 91, LENGTH, {}, "3.10"),
]


def spread(names: str) -> list[str]:
    """`310-312 400` -> 310 311 312 400."""
    ais = []
    for name in names.split():
        first, _, last = name.partition("-")
        ais += [str(n).zfill(len(first)) for n in range(int(first), int(last or first) + 1)]
    return ais


ROWS: list[Any] = [(ai, *rest) for names, *rest in TABLE for ai in spread(names)]


def test_the_table_below_leaves_no_ai_out() -> None:
    assert {row[0] for row in ROWS} == set(AIS)


@pytest.mark.parametrize(("ai", "good", "bad", "reason", "beside", "source"), ROWS)
def test_an_ai_takes_its_values_and_refuses_others(
    ai: str, good: str, bad: str, reason: RejectReason, beside: dict[str, Any], source: str
) -> None:
    beside = {other: value for other, value in beside.items() if other != ai}
    assert check_elements([*beside.items(), (ai, good)], []) == Elements({**beside, ai: good}), source
    assert check_elements([*beside.items(), (ai, bad)], []) == Elements(beside, (FieldFault(ai=ai, reason=reason),)), (
        source
    )


def test_the_table_is_the_release_that_it_names_whole() -> None:
    """The digest of the entries of GS1's file: whoever edits them, or takes in another release, says so here."""
    assert DICTIONARY_RELEASE == "2026-01-27"
    assert len(AIS) == 541
    assert hashlib.sha256(DICTIONARY_ENTRIES.strip().encode()).hexdigest() == DIGEST


def test_the_published_file_gives_the_entries_that_are_kept() -> None:
    published = (
        "# Release: 2026-01-27\n#\n\n01         *?  N14,csum,gcppos2      ex=255,37 dlpkey=22,10,21|235    # GTIN\n"
    )
    assert gs1_dictionary.entries(published) == ("2026-01-27", "01 *? N14,csum,gcppos2 ex=255,37 dlpkey=22,10,21|235")


def test_every_entry_is_understood_to_its_last_word() -> None:
    for line in DICTIONARY_ENTRIES.strip().splitlines():
        _, *words = line.split()
        assert all(WORD.fullmatch(word) for word in words), line


def test_another_implementation_knows_the_same_ais_and_takes_the_same_values() -> None:
    assert set(BIIP) == set(AIS)
    for ai, good, *_ in ROWS:
        assert re.match(BIIP[ai].pattern, ai + good), ai


@pytest.mark.parametrize(("ai", "good", "bad", "reason", "beside", "source"), ROWS)
def test_an_element_string_alone_on_the_line_is_split_at_its_end(
    ai: str, good: str, bad: str, reason: RejectReason, beside: dict[str, Any], source: str
) -> None:
    text = "".join(other + value + "\x1d" for other, value in beside.items() if other != ai) + ai + good
    found = parse_elements(text)
    assert isinstance(found, Elements), found
    assert found.values[ai] == good, source


def test_predefined_lengths_fit_the_ais_they_are_for() -> None:
    for ai, entry in AIS.items():
        if ai[:2] in PREDEFINED_LENGTHS:
            assert sum(part.length for part in parse_parts(entry.parts)) + len(ai) == PREDEFINED_LENGTHS[ai[:2]]
