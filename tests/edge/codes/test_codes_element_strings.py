"""Element strings taken apart, and which of them may stand together."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.codes.ai_dates import best_before, day
from edge.codes.element_strings import MAX_ELEMENTS, parse
from edge.codes.meaning import Unknown
from edge.codes.reason import Reason

GS = "\x1d"
GTIN = "0104901234567894"
SSCC = "00349012345000000014"


def test_predefined_lengths_need_no_separator_and_others_end_at_it():
    assert parse(GTIN + "17261231" + "10LOT" + GS + "21SER") == {
        "01": "04901234567894",
        "17": "261231",
        "10": "LOT",
        "21": "SER",
    }


@pytest.mark.parametrize("text", [GS + GTIN, GTIN + GS, GTIN + GS + "17261231" + GS, GS + GTIN + "10L" + GS])
def test_separators_where_none_is_needed_do_no_harm(text):
    assert "01" in parse(text)


def test_a_value_may_look_like_an_ai():
    assert parse(GTIN + "1021SER17") == {"01": "04901234567894", "10": "21SER17"}


@pytest.mark.parametrize(
    ("text", "reason", "about"),
    [
        (GTIN + "422392" + "10LOT", Reason.AI_LENGTH, "422"),  # the separator after 422 was lost on the way
        (GTIN + "1726", Reason.AI_LENGTH, "17"),
        (GTIN + "10", Reason.AI_LENGTH, "10"),
        (GTIN + "10" + GS + "21S", Reason.AI_LENGTH, "10"),
        (GTIN[:12], Reason.AI_LENGTH, "01"),
        (GTIN[:-1] + "X", Reason.AI_CHARACTERS, "01"),
        (GTIN + "10A" + GS + "10B", Reason.AI_REPEATED, "10"),
        (GTIN + "0501", Reason.UNKNOWN_AI, "0501"),
        (GTIN + "3199000001", Reason.UNKNOWN_AI, "3199"),
        (GTIN + "ABC", Reason.UNKNOWN_AI, ""),
        (GTIN + GS + GS + "10A", Reason.UNKNOWN_AI, ""),
        (GTIN + "17261331", Reason.AI_VALUE, "17"),
    ],
)
def test_what_is_wrong_is_told_with_the_ai_it_hangs_on(text, reason, about):
    assert parse(text) == Unknown(reason=reason, about=about)


def test_the_same_element_string_twice_is_the_same_once():
    assert parse(GTIN + "10A" + GS + "10A") == {"01": "04901234567894", "10": "A"}


def test_more_element_strings_than_any_carrier_holds_are_refused():
    assert parse(GTIN + "2001" * MAX_ELEMENTS) == Unknown(reason=Reason.TOO_LONG)


@pytest.mark.parametrize(
    ("text", "about"),
    # GS1 General Specifications 4.13, invalid pairs; the Syntax Dictionary's `ex`.
    [
        (GTIN + "02" + GTIN[2:] + "3712", "01"),
        (GTIN + "3712", "01"),
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
def test_ais_that_exclude_each_other_are_refused(text, about):
    assert parse(text) == Unknown(reason=Reason.AI_PAIR_EXCLUDED, about=about)


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
def test_an_ai_without_the_one_it_needs_is_refused(text, about):
    assert parse(text) == Unknown(reason=Reason.AI_PAIR_MISSING, about=about)


def test_a_joint_need_is_met_by_both_together():
    assert "8030" in parse(GTIN + "21S" + GS + "8030abc")


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
def test_a_two_digit_year_is_near_the_reference_year(yymmdd, expected):
    assert day(yymmdd, 2026) == expected


def test_a_day_of_00_is_the_end_of_the_month_for_an_expiry_and_no_day_for_a_production_date():
    assert best_before("280200", 2026) == date(2028, 2, 29)
    assert best_before("270200", 2026) == date(2027, 2, 28)
    assert day("280200", 2026) is None


@settings(deadline=None)
@given(st.dates(date(1977, 1, 1), date(2076, 12, 31)))
def test_every_day_of_the_window_survives_its_six_digits(when):
    assert day(when.strftime("%y%m%d"), 2026) == when
    assert best_before(when.strftime("%y%m%d"), 2026) == when
