"""Places of bars are found at any angle and turned upright; a code found there has its position in the frame."""

import cv2
import numpy as np
import pytest

from edge.codes.symbology import Symbology
from firmware_bridge.decode.evidence.stripes import MAX_PLACES, UPRIGHT_WIDTH_PX, find_stripes, turn_upright
from firmware_bridge.decode.preprocess import whole_frame
from tests.bench.decoding import camera

LEFT, TOP, WIDE, TALL = 300, 200, 200, 90  # pixels: where bars of four pixels are in a frame of even grey


def barred(degrees: float = 0.0) -> np.ndarray:
    frame = np.full((480, 800), 150, np.uint8)
    frame[TOP : TOP + TALL, LEFT : LEFT + WIDE] = np.tile(np.array([20, 230], np.uint8).repeat(4), WIDE // 8)
    turn = cv2.getRotationMatrix2D((LEFT + WIDE / 2, TOP + TALL / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(frame, turn, (800, 480), borderValue=150.0), np.uint8)


@pytest.mark.parametrize("degrees", [-80, -45, -20, 0, 10, 30, 60, 89])
def test_bars_are_found_at_any_angle(degrees: float) -> None:
    (place,) = find_stripes(barred(degrees))
    assert (place.x, place.y) == pytest.approx((LEFT + WIDE / 2, TOP + TALL / 2), abs=8)
    assert np.sin(2 * (place.angle + np.radians(degrees))) == pytest.approx(0, abs=0.1)
    assert np.cos(place.angle + np.radians(degrees)) ** 2 > 0.9
    assert WIDE <= place.length <= WIDE + 60
    assert TALL <= place.height <= TALL + 60


@pytest.mark.parametrize("degrees", [0, 30, -60])
def test_laid_upright_they_stand(degrees: float) -> None:
    frame = whole_frame(barred(degrees))
    (place,) = find_stripes(frame.gray)
    view = turn_upright(frame, place)
    middle = view.gray[view.gray.shape[0] // 3 : -view.gray.shape[0] // 3].astype(float)
    assert np.abs(np.diff(middle, axis=1)).mean() > 4 * np.abs(np.diff(middle, axis=0)).mean()
    assert UPRIGHT_WIDTH_PX <= view.gray.shape[1] < 2 * UPRIGHT_WIDTH_PX


def test_what_lies_in_the_middle_of_a_place_lies_in_its_middle_in_the_frame() -> None:
    frame = whole_frame(barred(25))
    (place,) = find_stripes(frame.gray)
    view = turn_upright(frame, place)
    rows, columns = view.gray.shape
    ((x, y),) = view.to_frame(((columns // 2, rows // 2),))
    assert (x, y) == pytest.approx((place.x, place.y), abs=2)


def test_an_even_frame_or_one_of_noise_has_none() -> None:
    rng = camera.seeded("stripes")
    assert find_stripes(np.full((480, 640), 150, np.uint8)) == ()
    noisy = np.clip(150 + rng.normal(0, 12, (480, 640)), 0, 255).astype(np.uint8)
    assert len(find_stripes(noisy)) <= 1


@pytest.mark.parametrize("shape", [(1, 1), (2, 500), (24, 24), (25, 31)])
def test_a_picture_of_any_size_is_looked_at(shape: tuple[int, int]) -> None:
    assert find_stripes(np.full(shape, 128, np.uint8)) == ()


def test_a_code_is_among_the_first_of_a_cluttered_frame() -> None:
    rng = camera.seeded("stripes", "clutter")
    text = camera.text_for(Symbology.EAN13, rng)
    places = find_stripes(camera.photograph(Symbology.EAN13, text, "rotation", 30, rng))
    assert len(places) <= MAX_PLACES
    assert any(abs(place.x - 640) < 80 and abs(place.y - 360) < 60 for place in places)
