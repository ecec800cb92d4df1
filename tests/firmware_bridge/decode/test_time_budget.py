"""What is not expected to end within the budget is not begun, and a full frame is known by its first stages."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.decode.calibration import measure_costs
from firmware_bridge.decode.cascade import RETAIL_SYMBOLOGIES
from firmware_bridge.decode.cascade_stages import CASCADE, CascadeDepth
from firmware_bridge.decode.detection import Detection
from firmware_bridge.decode.engines.zbar import Zbar
from firmware_bridge.decode.frame_session import FrameLook
from firmware_bridge.decode.time_budget import ENGINE_SETUP_S, MIN_TIME_FACTOR, SAFETY_FACTOR, TimeBudget, UsualCosts

FLAT = np.full((240, 320), 200, np.uint8)
FRAME = FLAT.size
# Seconds a pixel as on a frame of 1280 x 720, twelve times as dear so that a small picture will do.
COST = {"zxing quick": 48e-9, "zxing": 180e-9, "zxing global": 132e-9, "zbar": 432e-9, "opencv bars": 144e-9}
GROWTH = {"half": 0.25, "squeezed": 0.33, "larger": 2.25, "contrast, double": 4.0, "tilted 45": 2.1}
USUAL = UsualCosts(engines=COST, steps={"tilted 45": 228e-9}, growth=GROWTH)
BUDGET = 0.120


def test_a_step_is_counted_with_what_it_makes_of_the_picture() -> None:
    pace = TimeBudget(USUAL)
    assert pace.expected_s("half", "zbar", FRAME) < pace.expected_s("as it is", "zbar", FRAME) / 3
    assert pace.expected_s("tilted 45", "zbar", FRAME) > 2 * pace.expected_s("as it is", "zbar", FRAME)


def test_a_full_frame_makes_every_engine_dearer_and_no_step() -> None:
    pace, calm = TimeBudget(USUAL), TimeBudget(USUAL)
    pace.learn_cost("zxing quick", FRAME, ENGINE_SETUP_S + 3 * COST["zxing quick"] * FRAME)
    dearer = pace.expected_s("tilted 45", "zbar", FRAME) - calm.expected_s("tilted 45", "zbar", FRAME)
    assert dearer == pytest.approx((3 - MIN_TIME_FACTOR) * SAFETY_FACTOR * 2.1 * COST["zbar"] * FRAME)


def test_the_fullest_rung_counts_not_the_last() -> None:
    pace = TimeBudget(USUAL)
    pace.learn_cost("zbar", FRAME, 0.1)
    before = pace.expected_s("half", "zxing", FRAME)
    pace.learn_cost("zbar", FRAME, 0.01)
    assert pace.expected_s("half", "zxing", FRAME) == before


def test_a_thumbnail_tells_nothing_about_a_frame() -> None:
    pace = TimeBudget(USUAL)
    pace.learn_cost("zbar", 100, 0.1)
    assert pace.expected_s("half", "zbar", FRAME) == TimeBudget(USUAL).expected_s("half", "zbar", FRAME)


def test_a_comparison_costs_as_much_however_small_its_rows_are() -> None:
    pace = TimeBudget(UsualCosts(comparisons={"likeness": 0.02}))
    assert pace.expected_s("likeness", "", 100) == pytest.approx(ENGINE_SETUP_S + SAFETY_FACTOR * 0.02)


class Working:
    """An engine that reads nothing, and takes its time on a clock that moves only with the work done."""

    def __init__(self, clock: list[float], per_pixel: float) -> None:
        self._clock, self._per_pixel = clock, per_pixel

    def read(self, gray: np.ndarray) -> tuple[Detection, ...]:
        self._clock[0] += ENGINE_SETUP_S + self._per_pixel * gray.size
        return ()


def looked(fullness: float, wobble: Mapping[str, float]) -> tuple[float, int]:
    """Seconds that a look at a frame so many times as full as usual takes, and how many stages it climbs."""
    clock = [0.0]
    known = {name: Working(clock, cost * fullness * wobble.get(name, 1.0)) for name, cost in COST.items()}
    look = FrameLook(FLAT, known, TimeBudget(USUAL), BUDGET, lambda: clock[0])
    count = sum(look.run_stage(stage) for stage in CASCADE if stage.depth < CascadeDepth.PATIENT)
    return clock[0], count


def test_an_ordinary_frame_gets_most_of_the_ladder_within_its_budget() -> None:
    seconds, stages = looked(1.0, {})
    assert seconds <= BUDGET
    assert stages >= 10


@settings(max_examples=25)
@given(st.floats(MIN_TIME_FACTOR, 20.0), st.fixed_dictionaries({name: st.floats(1.0, SAFETY_FACTOR) for name in COST}))
def test_no_frame_however_full_takes_more_than_its_budget(fullness: float, wobble: dict[str, float]) -> None:
    assert looked(fullness, wobble)[0] <= BUDGET


def test_what_is_usual_is_measured_for_every_engine_and_step_of_the_ladder() -> None:
    usual = measure_costs({"zbar": Zbar(RETAIL_SYMBOLOGIES)})
    assert usual.engines["zbar"] > 0
    assert all(stage.picture in usual.steps for stage in CASCADE)
    assert usual.growth["half"] == 0.25
    assert usual.growth["sharper"] == 4  # as many pixels, and noise that costs engines three times as much again
    assert usual.growth["double, sharper"] == 16
    assert usual.growth["tilted 45"] == pytest.approx(2, rel=0.1)
