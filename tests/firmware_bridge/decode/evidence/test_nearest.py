"""The text nearest to another is found among those that are valid."""

from itertools import combinations, product

import numpy as np
import pytest

from edge.codes.symbology import Symbology
from firmware_bridge.decode.engines.upc_ean import check_digit_holds
from firmware_bridge.decode.evidence.bar_widths import EAN_DIGIT_WIDTHS
from firmware_bridge.decode.evidence.nearest import (
    EAN13_PARITIES,
    SECOND_LEAST_COST_FACTOR,
    Costs,
    ean_margin,
    lead_over_others,
)
from firmware_bridge.decode.evidence.print_model import drawings_of

LEAST, MOST = 0.5, 3.0  # what a sign costs


def costs_of(symbology: Symbology, data: bytes, seed: int) -> list[dict[tuple[float, ...], float]]:
    """What each other sign costs, by the dice."""
    dice = np.random.default_rng(seed)
    (drawn,) = drawings_of(symbology, data)
    return [
        {sign: float(dice.uniform(LEAST, MOST)) for sign in one.signs if sign != one.own} for one in drawn.characters
    ]


def of_two_or_three(data: bytes, costs: list[dict[tuple[float, ...], float]]) -> float:
    """The least cost of a valid EAN-8 that differs in two or three digits, tried one by one."""
    best = np.inf
    for count in (2, 3):
        for places in combinations(range(8), count):
            for digits in product(range(10), repeat=count):
                other = bytearray(data)
                for place, digit in zip(places, digits, strict=True):
                    other[place] = ord("0") + digit
                if check_digit_holds(bytes(other)) and all(other[place] != data[place] for place in places):
                    best = min(best, sum(costs[p][EAN_DIGIT_WIDTHS[d]] for p, d in zip(places, digits, strict=True)))
    return float(best)


@pytest.mark.parametrize("seed", range(2))
def test_of_an_ean_8_it_is_what_trying_them_all_finds(seed: int) -> None:
    data = b"49123456"
    assert check_digit_holds(data)
    costs = costs_of(Symbology.EAN8, data, seed)
    assert ean_margin(data, ("OOOO",), costs) == pytest.approx(of_two_or_three(data, costs))


def cheapened(costs: list[dict[tuple[float, ...], float]], other: bytes) -> list[Costs]:
    """The same, but for the signs of another EAN-13, which cost nothing at all."""
    parity = EAN13_PARITIES[other[0] - ord("0")]
    out = [dict(each) for each in costs]
    for n, digit in enumerate(other[1:]):
        drawn = EAN_DIGIT_WIDTHS[digit - ord("0")]
        sign = drawn[::-1] if n < len(parity) and parity[n] == "E" else drawn
        if sign in out[n]:
            out[n][sign] = 0.0
    return [*out]


@pytest.mark.parametrize(
    ("other", "valid"),
    [(b"4912344567894", False), (b"9901234567899", True), (b"0901234567898", True), (b"4907234567896", True)],
)
def test_an_ean_13_is_compared_with_others_whose_check_digit_holds_whatever_their_parities(
    other: bytes, valid: bool
) -> None:
    data = b"4901234567894"
    assert check_digit_holds(other) is valid
    costs = cheapened(costs_of(Symbology.EAN13, data, 0), other)
    assert (ean_margin(data, EAN13_PARITIES, costs) == 0.0) is valid


def test_one_digit_that_cannot_be_seen_is_told_by_the_check_digit_and_two_are_not() -> None:
    data = b"49123456"
    costs = costs_of(Symbology.EAN8, data, 0)
    costs[3] = dict.fromkeys(costs[3], 0.0)
    assert lead_over_others(Symbology.EAN8, data, costs) >= SECOND_LEAST_COST_FACTOR * LEAST
    costs[6] = dict.fromkeys(costs[6], 0.0)
    assert lead_over_others(Symbology.EAN8, data, costs) == 0.0


def test_where_two_characters_are_unsure_the_check_digit_does_not_settle_them() -> None:
    data = b"49123456"
    costs = costs_of(Symbology.EAN8, data, 0)
    for place, least in ((2, 0.1), (5, 0.2)):
        costs[place] = dict.fromkeys(costs[place], least)
    assert lead_over_others(Symbology.EAN8, data, costs) <= SECOND_LEAST_COST_FACTOR * 0.2


def test_a_upc_a_is_an_ean_13_whose_first_digit_is_nought() -> None:
    costs = costs_of(Symbology.UPCA, b"036000291452", 0)
    assert lead_over_others(Symbology.UPCA, b"036000291452", costs) == lead_over_others(
        Symbology.EAN13, b"0036000291452", costs
    )


@pytest.mark.parametrize(
    ("symbology", "data", "together"), [(Symbology.CODE39, b"AB12", 1), (Symbology.CODE128, b"AB-C", 2)]
)
def test_of_the_others_it_is_the_one_or_two_characters_that_cost_least(
    symbology: Symbology, data: bytes, together: int
) -> None:
    way = drawings_of(symbology, data)[0]
    costs: list[Costs] = [dict.fromkeys(one.signs, n + 1.0) for n, one in enumerate(way.characters)]
    assert lead_over_others(symbology, data, costs) == (
        1.0 if together == 1 else pytest.approx(SECOND_LEAST_COST_FACTOR * 2.0)
    )
