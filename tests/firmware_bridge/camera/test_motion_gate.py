"""The gate tells an empty scene from one worth decoding."""

import numpy as np
import pytest

from firmware_bridge.camera.motion_gate import CELL_PX, DECODE_AGAIN_AFTER_S, MotionGate, Scene, has_motion, thumbnail


def scene(seed: int = 1, *, noise: float = 3.0, card: int | None = None) -> np.ndarray:
    rng = np.random.default_rng(seed)
    gray = np.tile(np.linspace(60, 180, 1280), (720, 1))
    if card is not None:
        gray[300:420, card : card + 200 : 4] = 20
    return np.clip(gray + rng.normal(0, noise, gray.shape), 0, 255).astype(np.uint8)


def settle(gate: MotionGate, **what: int) -> float:
    at = 0.0
    while gate.scene_at(scene(int(at * 100), **what), at) is not Scene.STILL:
        at += 0.1
    return at


def test_a_first_frame_is_worth_a_look_and_stands_still_soon_after() -> None:
    gate = MotionGate()
    assert gate.scene_at(scene(), 0.0) is Scene.MOVING
    assert settle(MotionGate()) >= 0.3


def test_sensor_noise_alone_is_the_same_scene() -> None:
    gate = MotionGate()
    at = settle(gate)
    assert {gate.scene_at(scene(1000 + n), at + n / 30) for n in range(1, 30)} == {Scene.SAME}


def test_a_card_put_down_moves_and_then_stands_still_once() -> None:
    gate = MotionGate()
    at = settle(gate) + 1
    seen = [gate.scene_at(scene(2000 + n, card=500), at + n / 10) for n in range(10)]
    assert seen[0] is Scene.MOVING
    assert seen.count(Scene.STILL) == 1
    assert seen[-1] is Scene.SAME


def test_a_card_that_keeps_moving_never_stands_still() -> None:
    gate = MotionGate()
    at = settle(gate) + 1
    assert {gate.scene_at(scene(n, card=300 + 20 * n), at + n / 10) for n in range(20)} == {Scene.MOVING}


@pytest.mark.parametrize("change", [-25, 25])
def test_light_that_changes_everywhere_is_not_motion(change: int) -> None:
    before = scene()
    after = np.clip(before.astype(int) + change, 0, 255).astype(np.uint8)
    assert not has_motion(thumbnail(after), thumbnail(before))


def test_a_code_of_twenty_four_pixels_is_seen() -> None:
    before = scene()
    after = before.copy()
    after[304:328, 608:632] = 20
    assert has_motion(thumbnail(after), thumbnail(before))


def test_a_known_scene_that_comes_back_is_looked_at_once_and_is_known_to_have_changed() -> None:
    gate = MotionGate()
    at = settle(gate) + 1
    for n in range(10):  # a card that is moved about, and gone
        assert gate.scene_at(scene(n, card=300 + 20 * n), at + n / 10) is Scene.MOVING
    assert gate.scene_at(scene(50), at + 1) is Scene.BACK
    assert gate.moved == at + 1
    assert gate.scene_at(scene(51), at + 1.1) is Scene.SAME
    assert gate.moved == at + 1


def test_a_scene_that_creeps_until_it_is_another_one_has_changed_then() -> None:
    gate = MotionGate()
    at = settle(gate)
    known = gate.moved
    moved = []
    for n in range(1, 60):
        shade = scene(n).astype(int)
        shade[200:400, 300:700] -= n // 2
        gate.scene_at(np.clip(shade, 0, 255).astype(np.uint8), at + n / 15)
        moved.append(gate.moved)
    assert moved[0] == known
    assert moved[-1] > at + 0.5


def test_an_unchanged_scene_is_looked_at_once_more_in_a_while() -> None:
    gate = MotionGate()
    at = settle(gate)
    assert gate.scene_at(scene(7), at + DECODE_AGAIN_AFTER_S - 0.1) is Scene.SAME
    assert gate.scene_at(scene(8), at + DECODE_AGAIN_AFTER_S + 0.1) is Scene.ONCE_MORE
    assert gate.scene_at(scene(9), at + DECODE_AGAIN_AFTER_S + 0.2) is Scene.SAME


def test_a_camera_that_changes_its_size_starts_anew() -> None:
    gate = MotionGate()
    at = settle(gate)
    assert gate.scene_at(scene()[: 60 * CELL_PX, : 80 * CELL_PX].copy(), at + 0.1) is Scene.MOVING
