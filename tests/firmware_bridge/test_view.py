"""From frames with their times to readings: gate, decoder and hold at work together, without a clock."""

import numpy as np
import pytest

from edge.config import CameraDevice
from firmware_bridge.camera import View
from firmware_bridge.choice import Rule
from firmware_bridge.decode.ladder import Decoder, DecodeSettings
from tests.firmware_bridge.pictures import FPS, desk, showing

JAN, OTHER = "4901234567894", "4912345678904"


class Counted(Decoder):
    """The decoder in this process, its frames counted; it misses every n-th, as one short of time does."""

    frames = 0
    misses = 0

    def read(self, gray: np.ndarray, *, deep: bool = False, again: bool = False) -> tuple:
        self.frames += 1
        found = super().read(gray, deep=deep, again=again)
        return () if self.misses and self.frames % self.misses == 0 else found


def told(
    scenes: list[tuple[float, np.ndarray]], misses: int = 0, several: Rule = "all"
) -> tuple[list[tuple[float, str]], int]:
    """What a film of scenes (each for some seconds) reads as, with times; and how many frames were decoded."""
    decoder = Counted(DecodeSettings(budget=60.0))  # a busy machine must not change what is read
    decoder.misses = misses
    view = View(CameraDevice(id="eye", station="kiosk-1", source="x", several=several), decoder)
    frames = [gray for seconds, gray in scenes for _ in range(round(seconds * FPS))]
    read = [(n / FPS, code.data.decode()) for n, gray in enumerate(frames) for code in view.look(gray, n / FPS)]
    return read, decoder.frames


def test_a_code_held_for_long_is_told_once_at_its_first_frame_and_hardly_decoded_again() -> None:
    read, frames = told([(1, desk()), (12, showing(JAN))])
    assert read == [(1.0, JAN)]
    assert frames < 20


@pytest.mark.parametrize("misses", [0, 5])
def test_a_tag_put_in_the_place_of_another_is_told_once_the_first_is_forgotten_though_nothing_moves(
    misses: int,
) -> None:
    read, _ = told([(1, showing(JAN)), (4, showing(OTHER))], misses)
    assert [text for _, text in read] == [JAN, OTHER]
    assert 2.9 <= read[1][0] <= 3.3


def test_a_tag_taken_away_for_less_than_the_hold_time_is_the_same_scan() -> None:
    read, _ = told([(1, showing(JAN)), (1, desk()), (1, showing(JAN)), (2.2, desk()), (1, showing(JAN))])
    assert [text for _, text in read] == [JAN, JAN]
    assert read[1][0] > 5


def test_an_empty_scene_is_decoded_a_few_times_and_then_once_in_a_while() -> None:
    read, frames = told([(20, desk())])
    assert read == []
    assert frames < 12


def test_the_two_rows_of_a_book_are_told_from_the_top_down() -> None:
    rows = ["9784101092058", "1920193006001"]
    read, _ = told([(1, showing(*rows))])
    assert [text for _, text in read] == rows


def test_of_two_codes_the_one_nearest_the_centre_counts_where_so_configured() -> None:
    read, _ = told([(1, showing(OTHER, JAN, at=(450, 10)))], several="centre")
    assert [text for _, text in read] == [JAN]


class Tired(Decoder):
    """A decoder that needs some frames of a still scene for its whole ladder, and notes how it was asked."""

    def __init__(self, needs: int) -> None:
        self._needs = needs
        self.asked: list[str] = []

    @property
    def unfinished(self) -> bool:
        return self.asked[-1] != "live" and self.asked[-self._needs :] != ["again"] * self._needs

    def read(self, gray: np.ndarray, *, deep: bool = False, again: bool = False) -> tuple:
        self.asked.append("again" if again else "deep" if deep else "live")
        return ()


def test_a_still_scene_gets_all_the_ladder_over_some_frames_and_an_old_one_a_single_look() -> None:
    decoder = Tired(needs=3)
    view = View(CameraDevice(id="eye", station="kiosk-1", source="x"), decoder)
    gray = desk()
    for n in range(8 * FPS):
        view.look(gray, n / FPS)
    assert decoder.asked == ["live"] * decoder.asked.count("live") + ["deep", "again", "again", "again", "deep"]
