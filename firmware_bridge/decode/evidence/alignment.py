"""The position where rows look most like a code as it is drawn: its middle, width, bend and direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from firmware_bridge.decode.evidence.print_model import (
    COARSE_SAMPLES,
    FINE_SAMPLES,
    QUIET_ZONE_MODULES,
    Drawing,
    FloatImage,
)

WIDTH_FACTORS = np.arange(
    0.56, 1.1, 0.02
)  # of the code, as parts of the reported width: some engines include quiet zones
MAX_SHIFT_MODULES = 12  # modules by which the code may be away from the reported position
MARGIN_MODULES = 8.0  # modules placed around it on each side: paper bends, and a character is displaced
BLUR_SIGMA_MODULES = 0.25  # modules (sigma) by which a row is blurred: sharp edges would fall between its samples
STRAIGHT_CORRELATION = 0.9  # correlation of a whole row with the whole code, above which no bend need be tried
BEND_FACTORS = (
    -0.6,
    -0.3,
    0.3,
    0.6,
)  # of a module: how much wider or narrower the outermost modules are than the middle ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """The position where rows look most like a code as drawn, and how much (-1 to 1, below 0 if they are light on dark).
    `middle` and `module` are columns. `back`: from right to left. `bend`: by how many modules the outermost ones are wider at
    one end, and narrower at the other, than those in the middle.
        one end, and narrower at the other, than those in the middle.
    """

    drawn: Drawing
    middle: float
    module: float
    bend: float
    back: bool
    likeness: float

    @property
    def score(self) -> float:
        """How much they look alike, dark or light."""
        return abs(self.likeness)

    @property
    def bars(self) -> tuple[float, float]:
        """The columns between which there are bars."""
        half = self.drawn.modules / 2
        left, right = self._columns(np.array([-half, half]))
        return float(left), float(right)

    def resampled(self, row: FloatImage) -> FloatImage:
        """A row resampled so that its modules fall on the drawn ones, with some modules around them."""
        light = _sampled(row, self._columns(_steps(FINE_SAMPLES, self.drawn, MARGIN_MODULES))[None])
        light = brightness(cv2.GaussianBlur(light, (0, 0), BLUR_SIGMA_MODULES * FINE_SAMPLES, sigmaY=0.01))
        light = np.ascontiguousarray(light[:, ::-1]) if self.back else light
        return light if self.likeness > 0 else -light

    def _columns(self, steps: np.ndarray) -> np.ndarray:
        return self.middle + self.module * _curved(steps, self.bend, self.drawn)


def best_alignment(rows: Sequence[FloatImage], ends: tuple[float, float], every: Sequence[Drawing]) -> Alignment:
    """The best position of any of the rows for any of the ways to draw a code; bends are tried only if no flat one fits."""
    ways = ((drawn, back) for back in (False, True) for drawn in every)
    best = None
    for drawn, back in ways:
        place = _found(rows, ends, drawn, 0.0, back=back)
        if best is None or place.score > best.score:
            best = place
        if best.score > STRAIGHT_CORRELATION:
            return best
    assert best is not None
    bent = (_found(rows, ends, best.drawn, bend, back=best.back) for bend in BEND_FACTORS)
    return max((best, *bent), key=lambda place: place.score)


def _found(
    rows: Sequence[FloatImage], ends: tuple[float, float], drawn: Drawing, bend: float, *, back: bool
) -> Alignment:
    """The best position of a code, at any width and place."""
    told, module = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / drawn.modules
    columns = told + module * np.outer(
        WIDTH_FACTORS, _curved(_steps(COARSE_SAMPLES, drawn, MAX_SHIFT_MODULES), bend, drawn)
    )
    picture = np.concatenate([_sampled(row, columns) for row in rows])
    template = np.ascontiguousarray(drawn.coarse[:, ::-1]) if back else drawn.coarse
    found = brightness(cv2.matchTemplate(picture, template, cv2.TM_CCOEFF_NORMED))
    n, at = (int(each) for each in np.unravel_index(np.abs(found).argmax(), found.shape))
    module *= float(WIDTH_FACTORS[n % len(WIDTH_FACTORS)])
    aside = at / COARSE_SAMPLES - MAX_SHIFT_MODULES
    wider = 1 + 2 * bend * aside / drawn.modules  # the same bend, seen from its new middle
    return Alignment(
        drawn=drawn,
        middle=told + module * float(_curved(np.array(aside), bend, drawn)),
        module=module * wider,
        bend=bend / wider,
        back=back,
        likeness=float(found[n, at]),
    )


def _curved(steps: np.ndarray, bend: float, drawn: Drawing) -> np.ndarray:
    """The position of modules that are wider at one end, and narrower at the other, than in the middle."""
    return np.asarray(steps + bend * steps * steps / drawn.modules)


def _steps(fine: int, drawn: Drawing, beyond: float) -> np.ndarray:
    """Modules from a code's middle to each sample, with `fine` samples per module, and `beyond` modules past its ends."""
    whole = drawn.modules + 2 * QUIET_ZONE_MODULES
    return (np.arange(int(fine * (whole + 2 * beyond))) + 0.5) / fine - whole / 2 - beyond


def _sampled(row: FloatImage, columns: np.ndarray) -> FloatImage:
    return brightness(np.interp(columns.ravel(), np.arange(len(row)), row).reshape(columns.shape))


def brightness(picture: cv2.typing.MatLike) -> FloatImage:
    """A picture as numbers for calculation."""
    return np.asarray(picture, np.float32)
