"""Dark and covered lenses are distinguished from scenes, and only when they last."""

import numpy as np
import pytest

from firmware_bridge.camera.obstruction import REPORTED_AFTER_S, Obstruction, looks_obstructed, updated_obstruction
from firmware_bridge.devices.events import DeviceFault
from tests.firmware_bridge.pictures import desk, showing


def noisy(level: float, noise: float = 2.0) -> np.ndarray:
    return np.clip(np.random.default_rng(1).normal(level, noise, (720, 1280)), 0, 255).astype(np.uint8)


def a_lit_slit() -> np.ndarray:
    gray = noisy(3)
    gray[:40, :200] = 255
    return gray


@pytest.mark.parametrize(
    ("gray", "wrong"),
    [
        (noisy(2), DeviceFault.BLACK),
        (a_lit_slit(), DeviceFault.BLACK),
        (noisy(120), DeviceFault.COVERED),
        (noisy(250), DeviceFault.COVERED),
        (desk(), None),
        (showing("4901234567894"), None),
        ((desk() // 4).astype(np.uint8), None),
    ],
    ids=["cap on", "lit slit", "finger", "torch", "empty desk", "label", "dim desk"],
)
def test_one_picture_is_judged(gray: np.ndarray, wrong: DeviceFault | None) -> None:
    assert looks_obstructed(gray) == wrong


def test_a_hand_before_the_lens_is_not_told_and_a_cover_that_stays_is() -> None:
    sight = Obstruction()
    for second in range(int(REPORTED_AFTER_S)):
        sight = updated_obstruction(sight, noisy(120), float(second))
        assert sight.lasting_fault() is None
    sight = updated_obstruction(sight, noisy(120), REPORTED_AFTER_S)
    assert sight.lasting_fault() is DeviceFault.COVERED
    assert updated_obstruction(sight, desk(), REPORTED_AFTER_S + 1).lasting_fault() is None


def test_from_covered_to_black_the_time_begins_anew() -> None:
    sight = updated_obstruction(updated_obstruction(Obstruction(), noisy(120), 0.0), noisy(2), REPORTED_AFTER_S)
    assert (sight.wrong, sight.lasting_fault()) == (DeviceFault.BLACK, None)
