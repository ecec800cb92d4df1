"""Finding the places of a frame with stripes side by side, as bars are, and turning such a place upright.

Engines look at a frame along its rows and columns and at its own size. Bars that are askew, one or two pixels wide, or bent
round a bottle become clearer if only their place is turned, enlarged, and averaged down the bars.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from firmware_bridge.decode.detection import Gray
from firmware_bridge.decode.locating.cells import CELL_PX, crop_to_cells, remove_thin_regions
from firmware_bridge.decode.preprocess import View, cut_rotated

WINDOW_CELLS = 3  # cells each way whose edges are looked at together: wider than the widest bar of a small code
MIN_COHERENCE = 0.5  # how far edges agree in direction, 0 to 1: print has edges in all directions
MIN_MEAN_GRADIENT = 1000.0  # mean square of a Sobel gradient: some 8 grey levels from pixel to pixel
NOISE_FACTOR = 2.0  # times the value of the quietest third of the cells
MIN_CELLS = 8
MAX_PLACES = 6  # places of a frame: the largest and most alike
QUIET_ZONE_SHARE = 0.18  # of the stripes' length, kept at each end: quiet zones
MIN_QUIET_ZONE_PX = 8  # pixels, for the same
UPRIGHT_WIDTH_PX = 700  # of the upright picture, about: 7 per module of an EAN-13
MAX_ENLARGEMENT, MIN_ENLARGEMENT = 3.0, 0.4  # factors by which a place is enlarged at most, and at least
MIN_UPRIGHT_HEIGHT_PX = 8  # rows of an upright picture at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripes:
    """A place of stripes: its middle, length across them and height along them (frame pixels), and angle (radians)."""

    x: float
    y: float
    length: float
    height: float
    angle: float


def find_stripes(gray: Gray) -> tuple[Stripes, ...]:
    """The places of a frame (uint8, H x W) whose edges have one direction, those most like bars first."""
    gray = crop_to_cells(gray)
    if min(gray.shape) < WINDOW_CELLS * CELL_PX:
        return ()
    # every second row is enough: a cell has four of them, and bars have many
    dx, dy = (np.asarray(change[::2], np.float32) for change in cv2.spatialGradient(gray))
    xx, yy, xy = _cells(dx, dx), _cells(dy, dy), _cells(dx, dy)
    strength = xx + yy
    alike = np.hypot(xx - yy, 2 * xy) / np.maximum(strength, 1.0)
    floor = max(MIN_MEAN_GRADIENT, NOISE_FACTOR * float(np.percentile(strength, 33)))
    mask = remove_thin_regions(((alike > MIN_COHERENCE) & (strength > floor)).astype(np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    sized = sorted((-int(boxes[n][cv2.CC_STAT_AREA]), n) for n in range(1, count))
    # the area is an upper bound of the weight: places that are much too small need no weighing
    weighed = [_weighed(labels, n, xx, yy, xy) for area, n in sized[: 4 * MAX_PLACES] if -area >= MIN_CELLS]
    weighed.sort(key=lambda each: -each[0])
    return tuple(place for _, place in weighed[:MAX_PLACES])


def turn_upright(frame: View, place: Stripes) -> View:
    """A place of stripes with its quiet zones, turned upright, near the size that engines read best."""
    scale = min(MAX_ENLARGEMENT, max(MIN_ENLARGEMENT, UPRIGHT_WIDTH_PX / place.length))
    columns = round((place.length * (1 + 2 * QUIET_ZONE_SHARE) + 2 * MIN_QUIET_ZONE_PX) * scale)
    rows = max(MIN_UPRIGHT_HEIGHT_PX, round(place.height * scale))
    return cut_rotated(frame, (place.x, place.y), place.angle, scale, (columns, rows))


def _cells(a: cv2.typing.MatLike, b: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """The product of two gradients, averaged over cells and their neighbours."""
    rows, columns = a.shape
    size = (columns // CELL_PX, 2 * rows // CELL_PX)
    return cv2.blur(cv2.resize(cv2.multiply(a, b), size, interpolation=cv2.INTER_AREA), (WINDOW_CELLS, WINDOW_CELLS))


def _weighed(
    labels: cv2.typing.MatLike, n: int, xx: cv2.typing.MatLike, yy: cv2.typing.MatLike, xy: cv2.typing.MatLike
) -> tuple[float, Stripes]:
    """One patch of cells: how much it is like bars, and its extent across and along its stripes."""
    ys, xs = np.nonzero(labels == n)
    x2, y2, both = (float(part[ys, xs].sum()) for part in (xx, yy, xy))
    angle = 0.5 * float(np.arctan2(2 * both, x2 - y2))
    alike = float(np.hypot(x2 - y2, 2 * both)) / (x2 + y2)
    cos, sin = np.cos(angle), np.sin(angle)
    px, py = (xs + 0.5) * CELL_PX, (ys + 0.5) * CELL_PX
    u, v = px * cos + py * sin, py * cos - px * sin
    across, along = (u.min() + u.max()) / 2, (v.min() + v.max()) / 2
    return len(xs) * alike * alike, Stripes(
        x=float(across * cos - along * sin),
        y=float(across * sin + along * cos),
        length=float(u.max() - u.min()) + CELL_PX,
        height=float(v.max() - v.min()) + CELL_PX,
        angle=angle,
    )
