"""Two codes lie at the same place when they share ground."""

from math import cos, radians, sin

import pytest

from firmware_bridge.decode.detection import Corners
from firmware_bridge.decode.locating.overlap import overlap


def at(x: float, y: float, width: float = 300, height: float = 100, turn: float = 0) -> Corners:
    """A code about a middle, turned by degrees about the middle of the picture."""
    c, s = cos(radians(turn)), sin(radians(turn))
    corners = [(x + m * width / 2, y + n * height / 2) for m, n in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return tuple((round(a * c - b * s), round(a * s + b * c)) for a, b in corners)


TURNS = pytest.mark.parametrize("turn", [0, 10, 45, 90, 170])


@TURNS
def test_a_code_and_itself_a_hand_s_shake_away_share_ground(turn: float) -> None:
    assert overlap(at(0, 0, turn=turn), at(30, -20, turn=turn))


@TURNS
@pytest.mark.parametrize("height", [100, 2, 0])
def test_side_by_side_they_do_not(turn: float, height: float) -> None:
    assert not overlap(at(0, 0, height=height, turn=turn), at(330, 0, height=height, turn=turn))


@TURNS
def test_two_rows_of_a_book_do_not(turn: float) -> None:
    assert not overlap(at(0, 0, height=75, turn=turn), at(0, 0.38 * 300, height=75, turn=turn))


@TURNS
def test_one_code_read_along_two_of_its_lines_is_at_one_place(turn: float) -> None:
    assert overlap(at(0, 0, height=0, turn=turn), at(0, 60, height=0, turn=turn))


def test_an_upright_box_round_a_turned_code_is_at_its_place() -> None:
    assert overlap(at(0, 0, turn=30), at(0, 0, width=310, height=240))


def test_a_single_point_shares_ground_with_what_is_over_it() -> None:
    assert overlap(at(10, 10, width=0, height=0), at(0, 0))
    assert not overlap(at(400, 10, width=0, height=0), at(0, 0))
