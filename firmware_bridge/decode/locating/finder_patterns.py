"""Finding a QR code's three corner marks in a frame, and cutting the code free of what is printed beside it.

A QR code needs four modules of white around it. Without them a dark pack touches the outer ring of its marks, or words or a
frame touch its edges; engines look for that ring. Inside the ring, a dark square in a light ring is always there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from firmware_bridge.decode.detection import Gray
from firmware_bridge.decode.preprocess import View, warp_view

THRESHOLD_WINDOW_PX = (
    31  # pixels each way whose lightest and darkest part dark from light; an average would depend on the pack
)
BLUR_PX = 3  # pixels of a blur against noise, before that
MIN_CONTRAST = 12  # grey levels between those two: less is plain ground, whose noise would give thousands of outlines
NOISE_SHARE = 0.1  # of the pixels differ from their neighbours: that is noise, and is removed; 0.2 in the dark
MIN_RING_PX, MAX_MODULE_PX = 4, 16.0  # pixels of a light ring's side, and of a module
MIN_SQUARENESS = 0.6  # least shorter side of a ring, relative to its longer side
HOLE_SHARE = (0.12, 0.62)  # dark middle of a ring, relative to the area inside it: 9 of 25 in print
MIN_BOX_SHARE = 0.42  # least share of its upright box that a ring and its inside fill: turned by 45 degrees, a half
MAX_MARKS, MAX_CODES = 24, 3  # marks and codes of a frame that are looked at
# how far three marks may differ: in size, from a right angle, in their distances
MAX_SIZE_RATIO, MAX_ANGLE_ERROR, MAX_SIDE_RATIO = 1.5, 0.25, 1.35
MARK_TO_EDGE_MODULES = 3.5  # modules from a mark's middle to the code's edge
MIN_MODULES, MAX_MODULES = 21, 177  # modules of a QR's side
QUIET_ZONE_MODULES = 4  # modules of white put around
KEPT_MARGIN_MODULES = 0.4  # modules beyond the edge that stay: the place is not exact
PAPER_PERCENTILE = (
    85  # per cent of a code that is darker than its paper: a whiter white around it would shift the thresholds
)
PIXELS_PER_MODULE = 6.0  # pixels per module of the result: at four, half as many were read


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkTriple:
    """Three corner marks' middles (frame pixels): `corner`, the one to its `right`, the one `below`, and the code's side."""

    corner: complex
    right: complex
    below: complex
    modules: int


def find_marks(gray: Gray) -> tuple[MarkTriple, ...]:
    """The codes of a frame (uint8, H x W) whose three marks are visible, the best fit first."""
    if min(gray.shape) < MIN_MODULES:
        return ()
    calm = cv2.blur(gray, (BLUR_PX, BLUR_PX))
    around = np.ones((THRESHOLD_WINDOW_PX, THRESHOLD_WINDOW_PX), np.uint8)
    lightest, darkest = cv2.dilate(calm, around), cv2.erode(calm, around)
    even = cv2.subtract(lightest, darkest) < MIN_CONTRAST
    light = (calm > cv2.addWeighted(lightest, 0.5, darkest, 0.5, 0)) | even
    middles, modules = _rings(_without_specks(light.astype(np.uint8)))
    found = sorted(_threes(middles, modules), key=lambda each: each[0])
    return tuple(three for _, three in found[:MAX_CODES])


def isolate_code(frame: View, code: MarkTriple) -> View:
    """A code turned upright, with nothing but white around it."""
    step_right = (code.right - code.corner) / (code.modules - 2 * MARK_TO_EDGE_MODULES)
    step_below = (code.below - code.corner) / (code.modules - 2 * MARK_TO_EDGE_MODULES)
    first = (
        code.corner
        - (QUIET_ZONE_MODULES + MARK_TO_EDGE_MODULES) * (step_right + step_below)
        + (step_right + step_below) / (2 * PIXELS_PER_MODULE)
    )
    back = (
        np.array([[step_right.real, step_below.real, 0], [step_right.imag, step_below.imag, 0]], np.float64)
        / PIXELS_PER_MODULE
    )
    back[:, 2] = first.real, first.imag
    side = round((code.modules + 2 * QUIET_ZONE_MODULES) * PIXELS_PER_MODULE)
    view = warp_view(frame, back, (side, side))
    edge = round((QUIET_ZONE_MODULES - KEPT_MARGIN_MODULES) * PIXELS_PER_MODULE)
    kept = view.gray[edge:-edge, edge:-edge]
    white = np.full_like(view.gray, round(float(np.percentile(kept, PAPER_PERCENTILE))))
    white[edge:-edge, edge:-edge] = kept
    return View(gray=white, back=view.back)


def _without_specks(light: Gray) -> Gray:
    """The light pixels without specks of noise: each speck would be an outline, and there are tens of thousands."""
    if cv2.countNonZero(cv2.absdiff(light[:, 1:], light[:, :-1])) < NOISE_SHARE * light.size:
        return light
    return np.asarray(cv2.medianBlur(cv2.medianBlur(light, 3), 3), np.uint8)


def _rings(light: Gray) -> tuple[np.ndarray, np.ndarray]:
    """The middles (complex) and modules (pixels) of light rings, each around one dark square."""
    outlines, tree = cv2.findContours(light, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    middles, modules = list[complex](), list[float]()
    if tree is not None:
        _, _, holes, _ = tree[0].T
        for n in np.flatnonzero(holes >= 0).tolist():
            if tree[0][holes[n]][0] < 0 and (ring := _ring(outlines[n], outlines[holes[n]])):
                middles.append(ring[0])
                modules.append(ring[1])
    return np.array(middles), np.array(modules)


def _ring(outer: cv2.typing.MatLike, hole: cv2.typing.MatLike) -> tuple[complex, float] | None:
    """The middle and module of a ring with these outlines, if it is one of five modules around three."""
    # if the threshold between dark and light is too high or too low, one side grows as the other shrinks
    left, top, wide, tall = cv2.boundingRect(outer)
    if not MIN_RING_PX <= min(wide, tall) <= max(wide, tall) <= min(wide, tall) / MIN_SQUARENESS:
        return None
    whole, inner = cv2.contourArea(outer), cv2.contourArea(hole)
    if not HOLE_SHARE[0] * whole < inner < HOLE_SHARE[1] * whole or whole < MIN_BOX_SHARE * wide * tall:
        return None
    module = (whole**0.5 + inner**0.5) / 8
    x, y, w, h = cv2.boundingRect(hole)
    middle = complex(left + (wide - 1) / 2, top + (tall - 1) / 2)
    apart = abs(complex(x + (w - 1) / 2, y + (h - 1) / 2) - middle)
    return (middle, module) if apart < module and module < MAX_MODULE_PX else None


def _threes(middles: np.ndarray, modules: np.ndarray) -> Iterator[tuple[float, MarkTriple]]:
    """Three marks that are corners of a square, and how badly they fit."""
    for three in combinations(range(min(len(middles), MAX_MARKS)), 3):
        size = modules[list(three)]
        if size.max() > MAX_SIZE_RATIO * size.min():
            continue
        for n, (one, other) in enumerate(((1, 2), (0, 2), (0, 1))):
            corner, a, b = (complex(middles[three[m]]) for m in (n, one, other))
            turn = (b - corner) * (a - corner).conjugate() / (abs(a - corner) * abs(b - corner))
            sides = max(abs(a - corner), abs(b - corner)) / min(abs(a - corner), abs(b - corner))
            right, below = (a, b) if turn.imag > 0 else (b, a)  # y runs down, so below is a turn to the right
            side = (abs(a - corner) + abs(b - corner)) / 2 / float(size.mean()) + 2 * MARK_TO_EDGE_MODULES
            whole = 4 * round((side - 17) / 4) + 17
            if abs(turn.real) < MAX_ANGLE_ERROR and sides < MAX_SIDE_RATIO and MIN_MODULES <= whole <= MAX_MODULES:
                yield abs(turn.real) + sides - 1, MarkTriple(corner=corner, right=right, below=below, modules=whole)
