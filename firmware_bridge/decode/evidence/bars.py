"""The rows of a bar code: found, turned upright, and cut into bands that share no pixel."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from firmware_bridge.decode.detection import Corners, Gray
from firmware_bridge.decode.evidence.claim import MAX_BANDS

SEARCH_HEIGHT = 0.5  # of a code's length, looked at above and below its middle: bars are seldom taller
QUIET_ZONE_SHARE = 0.15  # of a code's length, kept at each end: its quiet zones
# columns of the upright picture: with fewer, narrow bars are lost; more only cost time
MIN_COLUMNS, MAX_COLUMNS = 320, 760
MIN_BAND_ROWS = 3  # of a band: with fewer, noise does not average out
# medians that are compared with print: damage is askew, so at each place one of many is undamaged
MEDIANS_COMPARED = 16
BAND_REPEATS = 12  # rows to which the median of a band is repeated: engines need them to find it
MIN_CHANGE = 0.3  # of the change inside a code: if there is less, there are no bars
MIN_LINE_CHANGE = 0.5  # of the change in a code's middle line: if there is less, a line does not run through it
LINE_OFFSETS = (
    0.0,
    -0.2,
    0.2,
    -0.4,
    0.4,
    -0.6,
    0.6,
)  # lines along which a code is looked at: a worn spot is not so tall
GAP_ROWS = 2  # rows without bars that end a code: beyond them is another one
END_GAP_SHARE = 0.08  # of a code's length without bars, which ends it: its quiet zones are as wide
END_TOLERANCE = 0.06  # of a code's length by which its ends may be wrong: two digits of an ITF are twice as wide
THRESHOLD_WINDOW = 12  # part of the row in which dark and light are searched: wider than the widest space
MIN_CONTRAST = 8.0  # grey levels: less is noise
DARK_LEVEL, LIGHT_LEVEL = 20.0, 240.0  # grey levels to which they are stretched
UNSHARP_SIGMA_PX, UNSHARP_STRENGTH = 5.0, 4.0  # pixels and strength of the unsharp mask
MIN_HALF_LENGTH_PX = 8.0  # pixels of half a code's length

FloatImage = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRows:
    """The rows of one code, bars upright (uint8, rows x columns).

    `left` and `right` are the columns between which there are bars; `angle` is the rows' angle in the frame (radians).
    """

    gray: Gray
    angle: float
    left: int
    right: int

    def covers_all_bars(self, corners: Corners) -> bool:
        """Whether a code read in these rows (with its corners there) covers all the bars, and not a part of them."""
        xs = [p[0] for p in corners]
        begins, ends = self._near(min(xs), max(xs))
        return begins or ends if min(xs) == max(xs) else begins and ends  # ZBar may report only one end

    def _near(self, left: float, right: float) -> tuple[bool, bool]:
        care = END_TOLERANCE * (self.right - self.left)
        return left <= self.left + care, right >= self.right - care

    def bands(self) -> Iterator[Gray]:
        """Disjoint bands, from the middle outwards."""
        count = min(MAX_BANDS, len(self.gray) // MIN_BAND_ROWS)
        parts = np.array_split(self.gray, count) if count else []
        for n in sorted(range(count), key=lambda n: abs(2 * n + 1 - count)):
            yield parts[n]

    def lines(self) -> list["FloatImage"]:
        """The medians of MEDIANS_COMPARED parts, from top to bottom; fewer if the parts would be too small."""
        count = min(MEDIANS_COMPARED, len(self.gray) // MIN_BAND_ROWS)
        return [median_row(part) for part in np.array_split(self.gray, count)] if count else []


def column_medians(band: Gray) -> Gray:
    """The median of each column: scratches and folds are askew, and cover a column in few rows."""
    return _low(median_row(band))


def median_row(band: Gray) -> FloatImage:
    """The median as one row."""
    return np.asarray(np.median(band, axis=0), np.float32)


def unchanged_rows(band: Gray) -> Gray:
    """The rows unchanged: some may be undamaged."""
    return band


def sharpened_median(band: Gray) -> Gray:
    """The median, with dark and light evened out along it and its blur partly undone."""
    line = median_row(band).reshape(1, -1)
    side = max(9, line.shape[1] // THRESHOLD_WINDOW | 1)
    light = cv2.blur(cv2.dilate(line, np.ones((1, side))), (side, 1))
    dark = cv2.blur(cv2.erode(line, np.ones((1, side))), (side, 1))
    even = (line - dark) / np.maximum(light - dark, MIN_CONTRAST) * (LIGHT_LEVEL - DARK_LEVEL) + DARK_LEVEL
    soft = cv2.GaussianBlur(even, (0, 0), UNSHARP_SIGMA_PX, sigmaY=0.01)
    return _low(np.asarray(even + UNSHARP_STRENGTH * (even - soft), np.float32).ravel())


BAND_PICTURES: tuple[Callable[[Gray], Gray], ...] = (column_medians, unchanged_rows, sharpened_median)


def _low(row: FloatImage) -> Gray:
    """One row as a picture of a few rows."""
    return np.tile(np.clip(row + 0.5, 0, 255).astype(np.uint8), (BAND_REPEATS, 1))


def find_bar_rows(frame: Gray, corners: Corners, *, whole: bool = False) -> BarRows | None:
    """The rows of a code seen at `corners` of a frame; None if no bars run there.

    They reach as far as the bars do in the code's middle, or with `whole` as far as the bars do in any row of it.
    """
    at = np.asarray(corners, float)
    middle = (at.min(axis=0) + at.max(axis=0)) / 2
    half = float(np.abs(at - middle).max())
    if half < MIN_HALF_LENGTH_PX:
        return None
    height, width = frame.shape
    left, top = np.maximum(at.min(axis=0).astype(int), 0)
    right, bottom = np.minimum(at.max(axis=0).astype(int) + 1, (width, height))
    # a quad of one scan line has no height: some rows around it show the direction
    grow = max(0, int(0.2 * half - (bottom - top)) // 2 + 1)
    around = frame[max(0, top - grow) : bottom + grow, left:right]
    if min(around.shape) < 3:
        return None
    angle = angle_across_bars(around)
    along = np.array([np.cos(angle), np.sin(angle)])
    half = float(np.abs((at - middle) @ along).max())
    if half < MIN_HALF_LENGTH_PX:
        return None
    before, after = _ends(frame, middle, along, half, LINE_OFFSETS if whole else LINE_OFFSETS[:1])
    return _upright(frame, middle + along * (after - before) / 2, along, (before + after) / 2, angle)


def angle_across_bars(gray: Gray) -> float:
    """The angle (radians, -pi/2 to pi/2) in which grey changes most: across the bars."""
    dx, dy = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    xx, yy, xy = float((dx * dx).sum()), float((dy * dy).sum()), float((dx * dy).sum())
    return 0.5 * float(np.arctan2(2 * xy, xx - yy))


def _sampled(frame: Gray, middle: FloatImage, along: FloatImage, scale: float, columns: int, tall: int) -> Gray:
    """An upright cut: `columns` along the direction, `scale` columns per pixel, and `tall` rows down the bars."""
    down = np.array([-along[1], along[0]])
    to = np.empty((2, 3))
    to[:, 0], to[:, 1] = along / scale, down
    to[:, 2] = middle - to[:, 0] * (columns - 1) / 2 - to[:, 1] * (tall - 1) / 2
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(frame, to, (columns, tall), flags=how, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _ends(
    frame: Gray, middle: FloatImage, along: FloatImage, half: float, lines: Sequence[float]
) -> tuple[float, float]:
    """How far the bars reach from the middle, each way, in pixels: an engine may have reported only a part of them.

    The farthest of several lines. Each is at a fraction of half the code's length above or below it; the first in its middle.
    """
    columns, down = int(6 * half) | 1, np.array([-along[1], along[0]]) * half
    strips = [_sampled(frame, np.add(middle, line * down), along, 1.0, columns, 7) for line in lines]
    changes = [np.abs(np.diff(strip.mean(axis=0, dtype=np.float32))) for strip in strips]
    inside = slice(columns // 2 - int(half), columns // 2 + int(half))
    usual = float(changes[0][inside].mean())
    reached = [_reach(change, half, usual) for change in changes if change[inside].mean() >= MIN_LINE_CHANGE * usual]
    return max(before for before, _ in reached), max(after for _, after in reached)


def _reach(change: FloatImage, half: float, usual: float) -> tuple[float, float]:
    """How far the bars of one line reach."""
    centre, gap = len(change) // 2, max(3, int(END_GAP_SHARE * 2 * half))
    bars = cv2.blur(change.reshape(1, -1), (gap, 1)).ravel() > MIN_CHANGE * usual
    before = after = int(half * 0.8)
    while centre - before > gap and bars[centre - before]:
        before += 1
    while centre + after < len(bars) - gap and bars[centre + after]:
        after += 1
    return max(half, before - gap / 2), max(half, after - gap / 2)


def _upright(frame: Gray, middle: FloatImage, along: FloatImage, half: float, angle: float) -> BarRows | None:
    length = 2 * half
    scale = MAX_COLUMNS / length if length > MAX_COLUMNS else max(1.0, min(2.0, MIN_COLUMNS / length))
    beside = int(length * scale * QUIET_ZONE_SHARE)
    columns, tall = int(length * scale) + 2 * beside, int(2 * SEARCH_HEIGHT * length) | 1
    gray = _sampled(frame, middle, along, scale, columns, tall)
    upper, lower = _extent(gray[:, beside : columns - beside])
    if lower - upper < MIN_BAND_ROWS:
        return None
    return BarRows(gray=gray[upper:lower], angle=angle, left=beside, right=columns - beside)


def _extent(gray: Gray) -> tuple[int, int]:
    """The rows around the middle one that hold bars."""
    change = cv2.absdiff(gray[:, 1:], gray[:, :-1]).mean(axis=1)
    middle = len(change) // 2
    usual = float(np.median(change[max(0, middle - 3) : middle + 4]))
    bars = change > MIN_CHANGE * usual
    return middle - _run(bars[middle::-1]) + 1, middle + _run(bars[middle:])


def _run(bars: np.ndarray) -> int:
    """Rows up to the first gap."""
    last = gap = 0
    for n, there in enumerate(bars):
        gap = 0 if there else gap + 1
        if gap > GAP_ROWS:
            break
        last = n + 1 if there else last
    return last
