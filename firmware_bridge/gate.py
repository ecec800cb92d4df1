"""The gate before the decoder: an empty or unchanged scene is seen on a thumbnail and costs almost nothing."""

from enum import StrEnum

import cv2
import numpy as np

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]

CELL = 8  # pixels of the frame a cell of the thumbnail covers, each way: averages sensor noise by eight
STEP = 6  # grey levels a cell must change; noise of a dim sensor after averaging is 1-2
CELLS = 4  # cells that must change: a code of 1 cm at arm's length covers tens
AGAIN = 5.0  # seconds after which an unchanged scene is looked at once more: focus and light hunt, 2 % of one core
REST = 0.3  # seconds without motion after which a scene stands still; a hand settles in less


class Scene(StrEnum):
    """What the gate tells the loop to do with a frame."""

    SAME = "same"  # nothing new since the decoder last gave its all: do not decode
    MOVING = "moving"  # something moves: the cheap rungs
    STILL = "still"  # something new stands still: the deep rungs, and on from frame to frame while some are left
    ONCE_MORE = "once_more"  # nothing new for long: the deep rungs, once


class Gate:
    """Compares each frame's thumbnail with the frame before and with the scene already dealt with."""

    def __init__(self) -> None:
        self._known: Gray | None = None
        self._before: Gray | None = None
        self._moved = 0.0
        self._looked = 0.0

    def look(self, gray: Gray, at: float) -> Scene:
        """What to do with a grey frame (uint8, H x W) taken at `at` seconds of a steady clock."""
        small = thumbnail(gray)
        moving = differs(small, self._before)
        self._before = small
        if moving:
            self._moved = at
        if not differs(small, self._known):
            return self._once_more(at)
        if moving or at - self._moved < REST:
            return Scene.MOVING
        self._known, self._looked = small, at
        return Scene.STILL

    def _once_more(self, at: float) -> Scene:
        if at - self._looked < AGAIN:
            return Scene.SAME
        self._looked = at
        return Scene.ONCE_MORE


def thumbnail(gray: Gray) -> Gray:
    """Each cell's mean grey."""
    h, w = gray.shape
    size = (max(1, w // CELL), max(1, h // CELL))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def differs(now: Gray, then: Gray | None) -> bool:
    """Whether enough cells changed, after taking out what changed everywhere (exposure, a cloud)."""
    if then is None or now.shape != then.shape:
        return True
    change = now.astype(np.int16) - then
    drift = int(np.median(change[::2, ::2]))
    return int(np.count_nonzero(np.abs(change - drift) > STEP)) >= CELLS
