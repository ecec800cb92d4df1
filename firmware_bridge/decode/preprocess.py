"""Steps that make a picture easier to read, and the way back from each to the frame: pure functions on arrays."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from firmware_bridge.decode.detection import Corners, Gray

Affine = np.ndarray[tuple[int, int], np.dtype[np.float64]]

MAX_SIDE_PX = 2_600  # pixels a side may grow to; beyond it a stage costs more than it reads
MIN_SIDE_PX = 24  # pixels a side may shrink to; no code is readable below
PAPER_GREY = 255  # grey put around a tilted picture
MARGIN_SHARE = 0.15  # of a code's longer side, kept around it: bars need their quiet zones
MIN_MARGIN_PX = 16  # pixels, for the same
CLAHE_TILES = 8  # tiles each way of the local contrast step
CLAHE_CLIP_LIMIT = 2.0  # contrast limit of the same; higher amplifies sensor noise into bars


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A grey picture (uint8, H x W) and the affine map (2 x 3) from its pixels to those of the frame."""

    gray: Gray
    back: Affine

    def to_frame(self, corners: Corners) -> Corners:
        """The same points in pixels of the frame."""
        return tuple(
            (round(float(x)), round(float(y))) for x, y in np.asarray(corners) @ self.back[:, :2].T + self.back[:, 2]
        )


Step = Callable[[View], View | None]  # None: the step makes no sense for a picture of this size


def whole_frame(gray: Gray) -> View:
    """The frame itself."""
    return View(gray=gray, back=np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))


def crop_view(view: View, left: int, top: int, right: int, bottom: int) -> View:
    """A part of a picture, cut at its edges; if the part is completely outside, one side of the result is 0."""
    height, width = view.gray.shape
    left, right = (min(max(0, column), width) for column in (left, right))
    top, bottom = (min(max(0, row), height) for row in (top, bottom))
    return View(
        gray=view.gray[top:bottom, left:right], back=_after(view.back, np.array([[1.0, 0, left], [0, 1.0, top]]))
    )


def crop_around(view: View, corners: Corners) -> View:
    """A code's place in a picture, with the margin that engines need around it."""
    xs, ys = [p[0] for p in corners], [p[1] for p in corners]
    margin = MIN_MARGIN_PX + int(MARGIN_SHARE * max(max(xs) - min(xs), max(ys) - min(ys)))
    return crop_view(view, min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)


def cut_rotated(view: View, middle: tuple[float, float], angle: float, scale: float, size: tuple[int, int]) -> View:
    """`size` (columns, rows) around a point, `scale` columns per pixel, rows at an angle (radians) to the picture's rows."""
    columns, rows = size
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    half_across, half_down = (columns - 1) / 2, (rows - 1) / 2
    back = np.array(
        [
            [cos, -sin, middle[0] - cos * half_across + sin * half_down],
            [sin, cos, middle[1] - sin * half_across - cos * half_down],
        ]
    )
    return warp_view(view, back, size)


def warp_view(view: View, back: cv2.typing.MatLike, size: tuple[int, int]) -> View:
    """A picture of `size` (columns, rows); `back` (2 x 3) maps its pixels to those of the given picture."""
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return _new(cv2.warpAffine(view.gray, back, size, flags=how, borderMode=cv2.BORDER_REPLICATE), view, back)


def as_it_is(view: View) -> View:
    """No step at all."""
    return view


def scaled(factor: float, across: float | None = None) -> Step:
    """Larger or smaller by `factor`; up and down by `across` if it is given."""
    fx, fy = factor, factor if across is None else across

    def step(view: View) -> View | None:
        height, width = view.gray.shape
        if max(width * fx, height * fy) > MAX_SIDE_PX or min(width * fx, height * fy) < MIN_SIDE_PX:
            return None
        how = cv2.INTER_AREA if min(fx, fy) < 1 else cv2.INTER_CUBIC
        gray = cv2.resize(view.gray, None, fx=fx, fy=fy, interpolation=how)
        # pixel centres are aligned, not corners
        return _new(gray, view, np.array([[1 / fx, 0, 0.5 / fx - 0.5], [0, 1 / fy, 0.5 / fy - 0.5]]))

    return step


def tilted(degrees: float) -> Step:
    """Turned about its middle; the picture grows so that nothing is cut off."""

    def step(view: View) -> View:
        height, width = view.gray.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
        size = (int(height * sin + width * cos), int(height * cos + width * sin))
        turn[:, 2] += np.array([size[0] / 2 - width / 2, size[1] / 2 - height / 2])
        gray = cv2.warpAffine(view.gray, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return _new(gray, view, cv2.invertAffineTransform(turn))

    return step


def brightened(gamma: float) -> Step:
    """Each grey to the power of `gamma`: under 1 lightens shadows, over 1 darkens glare."""
    table = np.array([255 * (level / 255) ** gamma for level in range(256)]).astype(np.uint8)
    return _same_place(lambda gray: cv2.LUT(gray, table))


def sharpened(sigma: float, amount: float) -> Step:
    """Unsharp mask: what a blur of `sigma` pixels took away is added `amount` times."""
    return _same_place(
        lambda gray: cv2.addWeighted(gray, 1 + amount, cv2.GaussianBlur(gray, (0, 0), sigma), -amount, 0)
    )


def smoothed(sigma: float) -> Step:
    """A light blur against noise and moire."""
    return _same_place(lambda gray: cv2.GaussianBlur(gray, (0, 0), sigma))


def blurred_along(pixels: int) -> Step:
    """Averaged up and down over so many pixels: noise goes, upright bars stay."""
    return _same_place(lambda gray: cv2.blur(gray, (1, pixels)))


def averaged_down(part: float) -> Step:
    """Averaged up and down over a part of its height: noise and small flaws of upright bars go."""
    return _same_place(lambda gray: cv2.blur(gray, (1, max(1, int(gray.shape[0] * part)))))


def sharpened_across(sigma: float, amount: float) -> Step:
    """Unsharp mask along the rows only, for upright bars."""
    return _same_place(
        lambda gray: cv2.addWeighted(gray, 1 + amount, cv2.GaussianBlur(gray, (0, 0), sigma, sigmaY=0.01), -amount, 0)
    )


def inverted(view: View) -> View:
    """Light on dark becomes dark on light."""
    return _new(cv2.bitwise_not(view.gray), view)


def contrasted(view: View) -> View:
    """Local contrast stretched tile by tile (CLAHE)."""
    return _new(cv2.createCLAHE(CLAHE_CLIP_LIMIT, (CLAHE_TILES, CLAHE_TILES)).apply(view.gray), view)


def background_removed(view: View) -> View:
    """Divided by its own smooth background, so that a shadow's edge is no bar."""
    side = max(15, min(view.gray.shape) // 8 | 1)
    ground = cv2.blur(cv2.dilate(view.gray, np.ones((5, 5), np.uint8)), (side, side))
    return _new(cv2.divide(view.gray, ground, scale=230), view)


def chain_steps(*steps: Step) -> Step:
    """One step after the other."""

    def step(view: View) -> View | None:
        after: View | None = view
        for each in steps:
            if after is None:
                return None
            after = each(after)
        return after

    return step


def _same_place(change: Callable[[Gray], cv2.typing.MatLike]) -> Step:
    return lambda view: _new(change(view.gray), view)


def _new(gray: cv2.typing.MatLike, view: View, back: cv2.typing.MatLike | None = None) -> View:
    return View(gray=np.asarray(gray, dtype=np.uint8), back=view.back if back is None else _after(view.back, back))


def _after(outer: Affine, inner: cv2.typing.MatLike) -> Affine:
    """The map that applies `inner` first and then `outer`."""
    return np.hstack([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2:] + outer[:, 2:]])
