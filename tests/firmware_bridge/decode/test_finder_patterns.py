"""A QR code's three marks are found whatever is printed beside them, and the code is cut free of it in its place."""

from typing import Any

import cv2
import numpy as np
import pytest
import segno

from firmware_bridge.decode.locating.finder_patterns import (
    PIXELS_PER_MODULE,
    QUIET_ZONE_MODULES,
    find_marks,
    isolate_code,
)
from firmware_bridge.decode.preprocess import whole_frame
from tests.bench.decoding import camera

MODULE = 5  # pixels
AT = np.array([320.0, 240.0])  # pixels: the code's middle


def hemmed(degrees: float, dark: int = 30) -> tuple[np.ndarray, int]:
    """A QR on a dark pack without any quiet zone, and its modules."""
    matrix = np.array([list(row) for row in segno.make("https://shop.example/7", micro=False).matrix], np.uint8)
    code = np.where(matrix, dark, 220).astype(np.uint8).repeat(MODULE, axis=0).repeat(MODULE, axis=1)
    frame, side = np.full((480, 640), dark, np.uint8), len(code)
    left, top = (AT - side / 2).astype(int)
    frame[top : top + side, left : left + side] = code
    turn = cv2.getRotationMatrix2D((float(AT[0]), float(AT[1])), degrees, 1.0)
    return np.asarray(cv2.warpAffine(frame, turn, (640, 480), borderValue=float(dark)), np.uint8), len(matrix)


@pytest.mark.parametrize("degrees", [0, 10, 45, 100, 200, -60])
def test_three_marks_are_found_at_any_angle(degrees: float) -> None:
    frame, modules = hemmed(degrees)
    code = find_marks(frame)[0]
    assert code.modules == modules
    middle = (code.right + code.below) / 2
    assert (middle.real, middle.imag) == pytest.approx(tuple(AT), abs=2)
    across = (code.right - code.corner) * np.exp(1j * np.radians(degrees))
    assert (across.real, across.imag) == pytest.approx(((modules - 7) * MODULE, 0), abs=3)


@pytest.mark.parametrize("degrees", [0, 30, -100])
def test_a_code_is_cut_free_and_stays_where_it_is(degrees: float) -> None:
    frame, modules = hemmed(degrees)
    view = isolate_code(whole_frame(frame), find_marks(frame)[0])
    side = round((modules + 2 * QUIET_ZONE_MODULES) * PIXELS_PER_MODULE)
    assert view.gray.shape == (side, side)
    zone = round(PIXELS_PER_MODULE * (QUIET_ZONE_MODULES - 1))
    outer = view.gray.copy()
    outer[zone:-zone, zone:-zone] = 220
    assert outer.min() >= 180
    ((x, y),) = view.to_frame(((side // 2, side // 2),))
    assert (x, y) == pytest.approx(tuple(AT), abs=2)


def test_light_on_dark_and_an_even_frame_have_no_marks() -> None:
    frame, _ = hemmed(0)
    assert find_marks(np.full((480, 640), 150, np.uint8)) == ()
    assert find_marks(camera.empty(camera.seeded("marks"))) == ()
    assert find_marks(255 - frame) == ()


@pytest.mark.parametrize(("noise", "most"), [(2, 100), (12, 3_000)])
def test_noise_on_even_ground_is_no_thousands_of_outlines(
    monkeypatch: pytest.MonkeyPatch, noise: float, most: int
) -> None:
    frame, modules = hemmed(10, dark=90)
    dice, counts = np.random.default_rng(7), list[int]()
    noisy = np.clip(frame + dice.normal(0, noise, frame.shape), 0, 255).astype(np.uint8)
    find = cv2.findContours

    def counted(*words: Any) -> Any:
        outlines, tree = find(*words)
        counts.append(len(outlines))
        return outlines, tree

    monkeypatch.setattr(cv2, "findContours", counted)
    assert find_marks(noisy)[0].modules == modules
    assert counts[0] < most


@pytest.mark.parametrize("shape", [(1, 1), (2, 500), (24, 24)])
def test_a_picture_of_any_size_is_looked_at(shape: tuple[int, int]) -> None:
    assert find_marks(np.full(shape, 128, np.uint8)) == ()
