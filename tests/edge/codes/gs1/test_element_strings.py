"""Element strings taken apart, and which of them may be together."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.codes.gs1.ai_dates import parse_best_before, parse_day
from edge.codes.gs1.element_strings import MAX_ELEMENTS, Elements, parse_elements
from edge.codes.parsed_code import Unknown
from edge.codes.reject_reason import RejectReason

GS = "\x1d"


def taken(text: str) -> Elements:
    """What a text that is one is taken for."""
    found = parse_elements(text)
    assert isinstance(found, Elements), found
    return found


def wrong(text: str) -> list[tuple[str, RejectReason]]:
    """The fields that could not be used."""
    return [(fault.ai, fault.reason) for fault in taken(text).faults]


GTIN = "0104901234567894"
SSCC = "00349012345000000014"


def test_predefined_lengths_need_no_separator_and_others_end_at_it() -> None:
    assert taken(GTIN + "17261231" + "10LOT" + GS + "21SER").values == {
        "01": "04901234567894",
        "17": "261231",
        "10": "LOT",
        "21": "SER",
    }


@pytest.mark.parametrize("text", [GS + GTIN, GTIN + GS, GTIN + GS + "17261231" + GS, GS + GTIN + "10L" + GS])
def test_separators_where_none_is_needed_do_no_harm(text: str) -> None:
    assert "01" in taken(text).values


def test_a_value_may_look_like_an_ai() -> None:
    assert taken(GTIN + "1021SER17").values == {"01": "04901234567894", "10": "21SER17"}


@pytest.mark.parametrize(
    ("text", "reason", "about"),
    [
        (GTIN + "422392" + "10LOT", RejectReason.AI_LENGTH, "422"),  # the separator after 422 was lost on the way
        (GTIN + "1726", RejectReason.AI_LENGTH, "17"),
        (GTIN + "10", RejectReason.AI_LENGTH, "10"),
        (GTIN + "10" + GS + "21S", RejectReason.AI_LENGTH, "10"),
        (GTIN[:12], RejectReason.AI_LENGTH, "01"),
        (GTIN[:-1] + "X", RejectReason.AI_CHARACTERS, "01"),
        (GTIN + "10A" + GS + "10B", RejectReason.AI_REPEATED, "10"),
        (GTIN + "0501", RejectReason.UNKNOWN_AI, "0501"),
        (GTIN + "3199000001", RejectReason.UNKNOWN_AI, "3199"),
        (GTIN + "ABC", RejectReason.UNKNOWN_AI, ""),
        (GTIN + GS + GS + "10A", RejectReason.UNKNOWN_AI, ""),
        (GTIN + "17261331", RejectReason.AI_VALUE, "17"),
    ],
)
def test_what_is_wrong_is_told_with_the_ai_it_hangs_on(text: str, reason: RejectReason, about: str) -> None:
    assert wrong(text)[0] == (about, reason)


@pytest.mark.parametrize(
    ("text", "values", "faults"),
    [
        ("15000000", {}, {"15": RejectReason.AI_VALUE}),
        ("15000000" + "17261231" + "10LOT", {"17": "261231", "10": "LOT"}, {"15": RejectReason.AI_VALUE}),
        ("10" + "L" * 21 + GS + "17261231", {"17": "261231"}, {"10": RejectReason.AI_LENGTH}),  # its separator was lost
        ("422392" + "10LOT" + GS + "21S", {"21": "S"}, {"422": RejectReason.AI_LENGTH}),
        ("0512345" + GS + "10LOT", {"10": "LOT"}, {"0512": RejectReason.UNKNOWN_AI}),
        ("10A" + GS + "10B" + GS + "21S", {"21": "S"}, {"10": RejectReason.AI_REPEATED}),
        (
            "3103000195" + "3102000020" + "10A",
            {"10": "A"},
            {"3103": RejectReason.AI_PAIR_EXCLUDED, "3102": RejectReason.AI_PAIR_EXCLUDED},
        ),
        ("10" + GS + "7004100", {"7004": "100"}, {"10": RejectReason.AI_LENGTH}),  # what was printed is not missing
    ],
)
def test_one_bad_field_costs_itself(text: str, values: dict[str, Any], faults: dict[str, Any]) -> None:
    got = taken(GTIN + text)
    assert got.values == {"01": GTIN[2:], **values}
    assert {fault.ai: fault.reason for fault in got.faults} == faults


def test_the_same_element_string_twice_is_the_same_once() -> None:
    assert taken(GTIN + "10A" + GS + "10A").values == {"01": "04901234567894", "10": "A"}


def test_more_element_strings_than_any_carrier_holds_are_refused() -> None:
    assert parse_elements(GTIN + "2001" * MAX_ELEMENTS) == Unknown(reason=RejectReason.TOO_LONG)


@pytest.mark.parametrize(
    ("text", "about"),
    # GS1 General Specifications 4.13, invalid pairs; the Syntax Dictionary's `ex`.
    [
        (GTIN + "02" + GTIN[2:] + "3712", "02"),
        (GTIN + "3712", "37"),  # not the key: it says truly what this is
        (GTIN + "2554901234000001", "01"),
        ("03" + GTIN[2:] + GTIN, "03"),
        (GTIN + "21S" + GS + "235T", "21"),
        (GTIN + "3103000195" + "3102000020", "3103"),
        (GTIN + "3103000195" + "3922598" + GS + "3932392598", "3922"),
        (GTIN + "3103000195" + "3952000598" + GS + "8005000598", "3952"),
        (GTIN + "422392" + GS + "426392", "422"),
        (SSCC + "420100" + GS + "4213921000", "420"),
        (SSCC + "4330000200" + GS + "4331000200", "4330"),
        ("8017490123450000000019" + GS + "8018490123450000000019", "8017"),
        ("8006" + GTIN[2:] + "0102" + GS + GTIN, "8006"),
    ],
)
def test_ais_that_exclude_each_other_are_refused(text: str, about: str) -> None:
    assert (about, RejectReason.AI_PAIR_EXCLUDED) in wrong(text)


@pytest.mark.parametrize(
    ("text", "about"),
    # GS1 General Specifications 4.13, mandatory associations; the Syntax Dictionary's `req`.
    [
        ("10LOT", "10"),
        ("17261231", "17"),
        ("02" + GTIN[2:], "02"),
        (SSCC + "02" + GTIN[2:], "02"),
        ("3712" + GS + SSCC, "37"),
        (SSCC + "10LOT", "10"),
        (GTIN + "250X", "250"),
        (GTIN + "3922598", "3922"),
        (GTIN + "427JP", "427"),
        (GTIN + "7004100", "7004"),
        ("3103000195", "3103"),
        ("8019123456", "8019"),
        ("4154901234000001", "415"),
        ("8111" + "0100", "8111"),
        (SSCC + "4303A", "4303"),
        (GTIN + "8030abc", "8030"),
        (GTIN + "8111" + "0100", "8111"),
    ],
)
def test_an_ai_without_the_one_it_needs_is_refused(text: str, about: str) -> None:
    assert (about, RejectReason.AI_PAIR_MISSING) in wrong(text)


def test_a_joint_need_is_met_by_both_together() -> None:
    assert "8030" in taken(GTIN + "21S" + GS + "8030abc").values


@pytest.mark.parametrize(
    ("key", "serial"), [("2534901234000001", "X"), ("2554901234000001", "1"), ("800304901234000001", "A")]
)
def test_a_signature_wants_the_serial_number_in_the_key(key: str, serial: str) -> None:
    assert wrong(key + GS + "8030abc") == [("8030", RejectReason.AI_PAIR_MISSING)]
    assert wrong(key + serial + GS + "8030abc") == []


@pytest.mark.parametrize(
    ("yymmdd", "expected"),
    # General Specifications 7.12 as seen from 2026: 51 or more years ahead is the century before.
    [
        ("261231", date(2026, 12, 31)),
        ("760101", date(2076, 1, 1)),
        ("770101", date(1977, 1, 1)),
        ("991231", date(1999, 12, 31)),
        ("000229", date(2000, 2, 29)),
    ],
)
def test_a_two_digit_year_is_near_the_reference_year(yymmdd: str, expected: date) -> None:
    assert parse_day(yymmdd, 2026) == expected


def test_a_day_of_00_is_the_end_of_the_month_for_an_expiry_and_no_day_for_a_production_date() -> None:
    assert parse_best_before("280200", 2026) == date(2028, 2, 29)
    assert parse_best_before("270200", 2026) == date(2027, 2, 28)
    assert parse_day("280200", 2026) is None


@given(st.dates(date(1977, 1, 1), date(2076, 12, 31)))
def test_every_day_of_the_window_survives_its_six_digits(when: date) -> None:
    assert parse_day(when.strftime("%y%m%d"), 2026) == when
    assert parse_best_before(when.strftime("%y%m%d"), 2026) == when
