"""The motion gate before the decoder: a thumbnail shows an empty or unchanged scene at almost no cost."""

from enum import StrEnum

import cv2
import numpy as np

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]

CELL_PX = 8  # pixels of the frame per cell of the thumbnail, each way: averaging reduces sensor noise by eight
CELL_CHANGE = 6  # grey levels by which a cell must change; noise of a dim sensor after averaging is 1-2
MIN_CELLS_CHANGED = 4  # cells that must change: a code of 1 cm at arm's length covers tens
DECODE_AGAIN_AFTER_S = (
    5.0  # seconds after which an unchanged scene is decoded once more: focus and exposure adjust; 2 % of one core
)
STILL_AFTER_S = 0.3  # seconds without motion after which a scene is still; a hand settles in less


class Scene(StrEnum):
    """What the loop does with a frame."""

    SAME = "same"  # nothing new since the decoder last tried everything: do not decode
    BACK = "back"  # the same scene, after something else was before it or moved through it: the cheap stages, once
    MOVING = "moving"  # something moves: the cheap stages
    STILL = "still"  # a new scene is still: the deep stages, continued in the next frames while some are left
    ONCE_MORE = "once_more"  # nothing new for long: the deep stages, once


class MotionGate:
    """Compares each frame's thumbnail with that of the frame before, and with the scene that was already decoded."""

    def __init__(self) -> None:
        self._known: Gray | None = None
        self._before: Gray | None = None
        self._other = True  # whether the frame before showed another scene than the known one
        self._looked = 0.0
        self.moved = 0.0
        """When the scene last changed, in seconds of the caller's clock: what was read since then is still there."""

    def scene_at(self, gray: Gray, at: float) -> Scene:
        """What to do with a grey frame (uint8, H x W) taken at `at` seconds of a steady clock."""
        small = thumbnail(gray)
        moving, other = has_motion(small, self._before), has_motion(small, self._known)
        if moving or (other and not self._other):  # also if the scene changes so slowly that no two frames differ
            self.moved = at
        self._before, self._other = small, other
        if not other:
            return Scene.BACK if moving else self._once_more(at)
        if at - self.moved < STILL_AFTER_S:
            return Scene.MOVING
        self._known, self._looked = small, at
        return Scene.STILL

    def _once_more(self, at: float) -> Scene:
        if at - self._looked < DECODE_AGAIN_AFTER_S:
            return Scene.SAME
        self._looked = at
        return Scene.ONCE_MORE


def thumbnail(gray: Gray) -> Gray:
    """Each cell's mean grey."""
    h, w = gray.shape
    size = (max(1, w // CELL_PX), max(1, h // CELL_PX))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def has_motion(now: Gray, then: Gray | None) -> bool:
    """Whether enough cells changed, not counting a change of the whole picture (exposure, a cloud)."""
    if then is None or now.shape != then.shape:
        return True
    change = now.astype(np.int16) - then
    drift = int(np.median(change[::2, ::2]))
    return int(np.count_nonzero(np.abs(change - drift) > CELL_CHANGE)) >= MIN_CELLS_CHANGED
