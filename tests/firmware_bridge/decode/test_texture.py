"""Where a frame may hold a code is seen without reading it."""

import numpy as np
import pytest

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import BelievedCode
from firmware_bridge.decode.evidence.claim import Key
from firmware_bridge.decode.known_codes import REMEMBERED_FRAMES, KnownCodes
from firmware_bridge.decode.locating.cells import CELL_PX
from firmware_bridge.decode.locating.texture import find_patches, has_patch_elsewhere
from tests.bench.decoding import camera

SEED = "texture"


def noise() -> np.ndarray:
    """An even ground, as a sensor sees it."""
    return np.clip(np.random.default_rng(0).normal(150, 2.5, (480, 640)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("kind", camera.KINDS)
def test_a_code_is_seen_at_its_place(kind: Symbology) -> None:
    rng = camera.seeded(SEED, kind)
    code = camera.label(kind, camera.text_for(kind, rng)).repeat(2, axis=0).repeat(2, axis=1)
    gray, (height, width) = noise(), code.shape
    gray[100 : 100 + height, 50 : 50 + width] = code
    seen = find_patches(gray)
    assert seen
    corners = ((50, 100), (50 + width, 100), (50 + width, 100 + height), (50, 100 + height))
    assert not has_patch_elsewhere(seen, [corners])
    assert has_patch_elsewhere(seen, [])
    assert has_patch_elsewhere(seen, [((500, 400), (600, 400), (600, 460), (500, 460))])


@pytest.mark.parametrize("corner", [(80, 80), (400, 320), (84, 83)])
@pytest.mark.parametrize("shape", [(480, 640), (487, 647)])
def test_a_patch_lies_around_its_edges_and_no_further_one_way_than_the_other(
    shape: tuple[int, int], corner: tuple[int, int]
) -> None:
    gray, (left, top) = np.resize(noise(), shape), corner
    right, bottom = left + 200, top + 120
    gray[top:bottom, left:right] = np.tile(np.array([20, 230], np.uint8).repeat(4), 25)
    (patch,) = find_patches(gray)
    beyond = left - patch.left, top - patch.top, patch.right - right, patch.bottom - bottom
    assert all(0 <= pixels <= CELL_PX for pixels in beyond)


def test_noise_and_slow_light_are_no_code() -> None:
    assert find_patches(noise()) == ()
    light = np.linspace(0, 200, 640).astype(np.uint8)[None, :].repeat(480, axis=0)
    assert find_patches(light) == ()


@pytest.mark.parametrize("shape", [(1, 1), (8, 300), (24, 24), (25, 31)])
def test_a_picture_of_any_size_is_looked_at(shape: tuple[int, int]) -> None:
    assert find_patches(np.full(shape, 128, np.uint8)) == ()


NONE: frozenset[Key] = frozenset()  # disputed texts


def found(data: bytes, stage: str) -> BelievedCode:
    return BelievedCode(symbology=Symbology.EAN13, aim="]E0", data=data, corners=((0, 0),) * 4, stage=stage)


def test_a_code_is_new_until_it_was_read_and_again_when_it_was_long_gone() -> None:
    one, other = found(b"4901234567894", "a"), found(b"4909876543214", "b")
    known = KnownCodes().after_frame([one], NONE)
    assert not known.has_new([one])
    assert known.has_new([one, other])
    for _ in range(REMEMBERED_FRAMES):
        known = known.after_frame([], NONE)
    assert not known.has_new([one])
    assert known.after_frame([], NONE).has_new([one])


def test_the_rungs_that_read_lately_come_first_and_are_forgotten_with_their_codes() -> None:
    known = KnownCodes().after_frame([found(b"1", "a")], NONE).after_frame([found(b"2", "b")], NONE)
    assert known.stages == ("b", "a")
    for _ in range(REMEMBERED_FRAMES + 1):
        known = known.after_frame([], NONE)
    assert known.stages == ()


def test_a_text_that_rows_contradicted_stays_disputed_for_as_long_as_a_code_is_known() -> None:
    text = (Symbology.EAN13, b"4901234567894")
    known = KnownCodes().after_frame([], {text})
    for _ in range(REMEMBERED_FRAMES):
        known = known.after_frame([], NONE)
    assert text in known.disputed
    assert text not in known.after_frame([], NONE).disputed
