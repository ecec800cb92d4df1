"""Each step leads back to the frame."""

import numpy as np
import pytest

from firmware_bridge.decode.cascade_stages import PREPROCESSING, VARIATIONS, FrameArea
from firmware_bridge.decode.preprocess import MAX_SIDE_PX, crop_view, scaled, whole_frame

SPOT = (420, 260)  # x, y of a dark disc on paper
RADIUS = 12


@pytest.fixture
def spotted() -> np.ndarray:
    yy, xx = np.mgrid[0:480, 0:640]
    return np.where((xx - SPOT[0]) ** 2 + (yy - SPOT[1]) ** 2 < RADIUS**2, 20, 220).astype(np.uint8)


@pytest.fixture
def barred() -> np.ndarray:
    yy, xx = np.mgrid[0:480, 0:640]
    return np.where((abs(xx - SPOT[0]) < RADIUS) & (abs(yy - SPOT[1]) < 10 * RADIUS), 20, 220).astype(np.uint8)


def middle(gray: np.ndarray, dark: bool) -> tuple[int, int]:
    ys, xs = np.nonzero(gray < 110 if dark else gray > 130)
    return round(float(xs.mean())), round(float(ys.mean()))


@pytest.mark.parametrize("name", [*PREPROCESSING, *(shake for shake in VARIATIONS if shake)])
def test_a_point_is_found_again_in_the_frame(name: str, spotted: np.ndarray, barred: np.ndarray) -> None:
    step = PREPROCESSING.get(name) or VARIATIONS[name]
    view = step(
        whole_frame(barred if name.startswith(FrameArea.UPRIGHT) else spotted)
    )  # these steps are for upright bars alone
    assert view is not None
    x, y = view.to_frame((middle(view.gray, dark=name != "inverted"),))[0]
    assert abs(x - SPOT[0]) <= 2
    assert abs(y - SPOT[1]) <= 3  # a third of the rows are left when squeezed


def test_a_point_is_found_again_through_a_crop_and_a_step(spotted: np.ndarray) -> None:
    part = crop_view(whole_frame(spotted), 300, 200, 600, 400)
    assert part.gray.shape == (200, 300)
    view = PREPROCESSING["tilted 30"](part)
    assert view is not None
    ((x, y),) = view.to_frame((middle(view.gray, dark=True),))
    assert abs(x - SPOT[0]) <= 2
    assert abs(y - SPOT[1]) <= 2


@pytest.mark.parametrize("name", ["tilted 4", "tilted 30", "tilted 45"])
def test_a_tilt_cuts_nothing_off(name: str) -> None:
    cornered = np.full((200, 300), 220, np.uint8)
    cornered[:12, :12] = cornered[-12:, -12:] = 20
    view = PREPROCESSING[name](whole_frame(cornered))
    assert view is not None
    assert np.count_nonzero(view.gray < 110) >= 2 * 12 * 12 * 0.8


def test_a_crop_ends_at_the_edges(spotted: np.ndarray) -> None:
    assert crop_view(whole_frame(spotted), -50, -50, 10_000, 100).gray.shape == (100, 640)


@pytest.mark.parametrize(
    ("left", "top", "right", "bottom"),
    [(-90, 0, -40, 50), (640, 0, 700, 50), (0, -90, 50, -40), (0, 480, 50, 500), (9000, 9000, 9999, 9999)],
)
def test_beyond_the_edges_there_is_nothing_to_crop(
    spotted: np.ndarray, left: int, top: int, right: int, bottom: int
) -> None:
    assert crop_view(whole_frame(spotted), left, top, right, bottom).gray.size == 0


def test_a_picture_too_large_or_too_small_is_not_scaled() -> None:
    assert scaled(2.0)(whole_frame(np.zeros((100, MAX_SIDE_PX // 2 + 1), np.uint8))) is None
    assert scaled(0.5)(whole_frame(np.zeros((40, 100), np.uint8))) is None


def test_steps_leave_the_frame_itself_alone(spotted: np.ndarray) -> None:
    before = spotted.copy()
    for step in PREPROCESSING.values():
        step(whole_frame(spotted))
    assert np.array_equal(before, spotted)
