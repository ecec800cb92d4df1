"""Finding the places of a frame that look like codes: many edges close together, whether read or not."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from firmware_bridge.decode.detection import Corners, Gray
from firmware_bridge.decode.locating.cells import CELL_PX, crop_to_cells, remove_thin_regions

MIN_CONTRAST = 3.0  # grey levels between neighbours, on average: no engine reads fainter bars
NOISE_FACTOR = 1.5  # times the value of the quietest third of the cells
MIN_SIDE_CELLS = 3  # least cells of a code each way
MIN_BOX_SHARE = (
    0.5  # least share of its upright box that a patch of cells fills, unless it is askew: a line of text fills less
)
MIN_LENGTH_CELLS = 4  # least cells of the longer side: a word is shorter
READ_CODE_MARGIN_SHARE = 0.15  # of a read code's longer side, around it: text under bars and quiet zones belong to it


@dataclass(frozen=True, slots=True, kw_only=True)
class TexturedPatch:
    """A place full of edges: its upright box in frame pixels."""

    left: int
    top: int
    right: int
    bottom: int


def find_patches(gray: Gray) -> tuple[TexturedPatch, ...]:
    """The places of a frame (uint8, H x W) that may be codes."""
    gray = crop_to_cells(gray)
    height, width = gray.shape
    if min(height, width) < MIN_SIDE_CELLS * CELL_PX:
        return ()
    size = (width // CELL_PX, height // CELL_PX)
    across = cv2.resize(cv2.absdiff(gray[:, 1:], gray[:, :-1]), size, interpolation=cv2.INTER_AREA)
    down = cv2.resize(cv2.absdiff(gray[1:], gray[:-1]), size, interpolation=cv2.INTER_AREA)
    edges = cv2.max(across, down)
    floor = max(MIN_CONTRAST, NOISE_FACTOR * float(np.percentile(edges, 33)))
    busy = remove_thin_regions((edges > floor).astype(np.uint8))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(busy, connectivity=4)
    return tuple(_patch(box) for box in boxes[1:count] if _like_a_code(box))


def _like_a_code(box: cv2.typing.MatLike) -> bool:
    _, _, wide, tall, area = (int(part) for part in box)
    return (
        min(wide, tall) >= MIN_SIDE_CELLS
        and max(wide, tall) >= MIN_LENGTH_CELLS
        and area >= MIN_BOX_SHARE * wide * tall
    )


def _patch(box: cv2.typing.MatLike) -> TexturedPatch:
    left, top, wide, tall, _ = (int(part) for part in box)
    return TexturedPatch(
        left=CELL_PX * left, top=CELL_PX * top, right=CELL_PX * (left + wide), bottom=CELL_PX * (top + tall)
    )


def has_patch_elsewhere(patches: Iterable[TexturedPatch], read: Iterable[Corners]) -> bool:
    """Whether any patch is apart from the codes read (their corners in frame pixels)."""
    codes = [_around(corners) for corners in read]
    return any(not any(_middle_in(patch, code) or _middle_in(code, patch) for code in codes) for patch in patches)


def _around(corners: Corners) -> TexturedPatch:
    xs, ys = [p[0] for p in corners], [p[1] for p in corners]
    reach = round(READ_CODE_MARGIN_SHARE * max(max(xs) - min(xs), max(ys) - min(ys)))
    return TexturedPatch(left=min(xs) - reach, top=min(ys) - reach, right=max(xs) + reach, bottom=max(ys) + reach)


def _middle_in(one: TexturedPatch, other: TexturedPatch) -> bool:
    x, y = (one.left + one.right) / 2, (one.top + one.bottom) / 2
    return other.left <= x <= other.right and other.top <= y <= other.bottom
