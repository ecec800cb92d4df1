"""How much better rows show the characters of a text than any others, at the worst of its places.

Engines take the character most like what they see, and a check digit holds for one number in ten. A scratch down all bars is
read as the same wrong number in every row; but a row with no scratch, or a smaller one, shows the true number.
So each character is compared with all others in its place, each in the row that shows it best.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode.evidence import nearest
from firmware_bridge.decode.evidence.alignment import MARGIN_MODULES, best_alignment, brightness
from firmware_bridge.decode.evidence.bar_widths import Widths
from firmware_bridge.decode.evidence.claim import MIN_CLEAR_LEAD
from firmware_bridge.decode.evidence.nearest import Costs
from firmware_bridge.decode.evidence.print_model import (
    BLURS_AND_SPREADS,
    FINE_SAMPLES,
    NEIGHBOUR_MODULES,
    QUIET_ZONE_MODULES,
    BlurAndSpread,
    Character,
    Drawing,
    FloatImage,
    drawings_of,
    pictures_in_all_looks,
    pictures_of_signs,
    pictures_with_neighbours,
)
from firmware_bridge.decode.symbology_kinds import LONG_RETAIL_CODES

POSITION_ROW_STEP = 2  # one of this many rows shows where the code is
STRETCH_FACTORS = (1.0, 0.9, 1.1)  # factors of a character's width: paper bends
MAX_SHIFT_TO_NEIGHBOURS = 3  # samples by which it may be away from where its neighbours show it
# samples by which it may be nearer to one of them, or farther; cost of each in correlation
SHIFT_STEP, SHIFT_COST = 4, 0.02
MIN_SIGN_CORRELATION = 0.85  # correlation with the most similar sign, below which it is hidden or not there
HIDDEN_SHARE = 0.1  # the same, relative to the code's usual character
MAX_CHARACTER_SHIFT = int(
    MARGIN_MODULES * FINE_SAMPLES
)  # samples by which a character may at most be away from its place in an even code
END_MODULES, MAX_END_SHIFT = 5, 6  # modules on each side of an end, and samples by which it may be away
MIN_END_CORRELATION = 0.9  # correlation of a row with an end that it shows
MIN_GREY_VARIANCE = 1e-3  # grey levels of what shows nothing
UNEXPLAINED_FLOOR = 0.01  # of a picture that nothing explains, even of a clear one
MIN_ROW_CORRELATION = 0.58  # correlation of a whole row with the whole code, below which it is not as drawn
MAX_LEAD_IF_UNALIGNED = -0.01  # the greatest lead of a text whose position is not clear


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much the rows look like a text.

    `left` and `right` are the columns between which the rows have its bars. `ends` is the part of the rows that show an end
    of it and the white beside it, for the end that fewer rows show.
    `lead` is a logarithm: how many times less of the picture the text leaves unexplained than the nearest other text. That one
    differs in one character, or in two if there is a check digit. Below 0 the other text is more likely.
    """

    lead: float
    left: float
    right: float
    ends: float


def likeness_of_rows(
    rows: Sequence[FloatImage], ends: tuple[float, float], symbology: Symbology, data: bytes
) -> Likeness | None:
    """How much rows (one for each band, with bars about between the columns `ends`) look like a text.

    None for a text that cannot be drawn, and for a long one whose bars are so bent or spread that nothing can be said; engines
    read other texts even where there is nothing.
    """
    ways = drawings_of(symbology, data) if rows else ()
    if not ways:
        return None
    place = best_alignment(rows[::POSITION_ROW_STEP], ends, ways)
    light = np.concatenate([place.resampled(row) for row in rows])
    lead = nearest.lead_over_others(symbology, data, _costs(light, place.drawn))
    if place.score < MIN_ROW_CORRELATION and lead < MIN_CLEAR_LEAD:
        if symbology in LONG_RETAIL_CODES:
            return None
        lead = min(lead, MAX_LEAD_IF_UNALIGNED)
    left, right = place.bars
    return Likeness(
        lead=lead,
        left=left,
        right=right,
        ends=_ends(light, place.drawn),
    )


def _costs(light: FloatImage, drawn: Drawing) -> list[Costs]:
    """How much less likely each other sign is than each character, after the rows were aligned with the drawing."""
    places = list(zip(drawn.characters, _aside(light, drawn).T, strict=True))
    seen = [(one, _laid(light, one, _samples(one), at)) for one, at in places]
    alike = sum(_in_each_look(shown, one) for one, shown in seen)
    look = BLURS_AND_SPREADS[int(np.argmax(alike))]
    likest = [
        (_likest(light, one, at, look, shown), one.own) for (one, at), (_, shown) in zip(places, seen, strict=True)
    ]
    usual = statistics.median(shown[own] for shown, own in likest)
    return [_cost(shown, own, max(MIN_SIGN_CORRELATION, usual - HIDDEN_SHARE)) for shown, own in likest]


def _cost(likest: dict[Widths, float], own: Widths, least: float) -> Costs:
    """The cost of each sign but the character's own; 0 if no sign is seen well, because it may be any."""
    if max(likest.values()) < least:
        return {sign: 0.0 for sign in likest if sign != own}
    read = _unexplained(likest[own])
    return {sign: math.log(_unexplained(likeness) / read) for sign, likeness in likest.items() if sign != own}


def _in_each_look(seen: FloatImage, character: Character) -> FloatImage:
    """How well the row that shows a character best shows it, in each of the `BLURS_AND_SPREADS`."""
    drawn = pictures_in_all_looks(character.own, character.signs, character.starts)
    return np.asarray((seen.reshape(-1, drawn.shape[1]) @ drawn.T).max(axis=0), np.float32)


def _samples(character: Character) -> int:
    return round((sum(character.own) + 2 * NEIGHBOUR_MODULES) * FINE_SAMPLES)


def _unexplained(correlation: float) -> float:
    return 1 - min(correlation, 1.0) ** 2 + UNEXPLAINED_FLOOR


def _likest(
    light: FloatImage, character: Character, at: np.ndarray, look: BlurAndSpread, shown: FloatImage
) -> dict[Widths, float]:
    """How well the best row shows each sign that is possible there; `shown` is as wide as the character."""
    best = dict.fromkeys(character.signs, 0.0)
    for stretch in STRETCH_FACTORS:
        for signs, drawn in pictures_of_signs(character.signs, look, stretch, character.starts):
            count = drawn.shape[1]
            seen = shown if count == shown.shape[-1] else _laid(light, character, count, at)
            likest = (seen.reshape(-1, count) @ drawn.T).max(axis=0).tolist()
            best.update({sign: max(best[sign], each) for sign, each in zip(signs, likest, strict=True)})
    return best


def _aside(light: FloatImage, drawn: Drawing) -> np.ndarray:
    """The samples by which each row (down) shows each character (across) displaced: the most likely path through the row.

    From one character to the next it may change by `SHIFT_STEP`, so a scratched one is where its neighbours show it.
    """
    shown = [_shown(light, character) for character in drawn.characters]
    steps = np.arange(-SHIFT_STEP, SHIFT_STEP + 1)
    so_far: np.ndarray = shown[0]
    came: list[np.ndarray] = []
    for each in shown[1:]:
        padded = np.pad(so_far, ((0, 0), (SHIFT_STEP, SHIFT_STEP)), constant_values=-np.inf)
        ways = np.lib.stride_tricks.sliding_window_view(padded, 2 * SHIFT_STEP + 1, axis=1) - SHIFT_COST * np.abs(steps)
        came.append(ways.argmax(axis=2) - SHIFT_STEP)
        so_far = each + ways.max(axis=2)
    at = [so_far.argmax(axis=1)]
    for each in reversed(came):
        at.append(at[-1] + each[np.arange(len(light)), at[-1]])
    return np.stack(at[::-1], axis=1) - MAX_CHARACTER_SHIFT


def _shown(light: FloatImage, character: Character) -> FloatImage:
    """How well each row shows a character at each displacement from its place in an even code (rows x places)."""
    best = []
    for stretch in STRETCH_FACTORS:
        own = pictures_with_neighbours(character.own, character.signs, BLURS_AND_SPREADS[0], stretch, character.starts)
        begin = _begin(character, own.size)
        around = light[:, begin - MAX_CHARACTER_SHIFT : begin + own.size + MAX_CHARACTER_SHIFT]
        best.append(cv2.matchTemplate(around, own, cv2.TM_CCOEFF_NORMED))
    return brightness(np.stack(best).max(axis=0))


def _ends(light: FloatImage, drawn: Drawing) -> float:
    """The part of the rows that show an end of a code, for the end that fewer show."""
    laid, count = round((QUIET_ZONE_MODULES + MARGIN_MODULES) * FINE_SAMPLES), END_MODULES * FINE_SAMPLES
    shares = []
    for at in (0, round(drawn.modules * FINE_SAMPLES)):
        end = drawn.fine[
            :, QUIET_ZONE_MODULES * FINE_SAMPLES + at - count : QUIET_ZONE_MODULES * FINE_SAMPLES + at + count
        ]
        around = light[:, laid + at - count - MAX_END_SHIFT : laid + at + count + MAX_END_SHIFT]
        shown = cv2.matchTemplate(around, end, cv2.TM_CCOEFF_NORMED).max(axis=1)
        shares.append(float((shown > MIN_END_CORRELATION).mean()))
    return min(shares)


def _begin(character: Character, count: int) -> int:
    """The first of `count` samples of a character in aligned rows."""
    return round(
        ((character.first + character.last) / 2 + QUIET_ZONE_MODULES + MARGIN_MODULES) * FINE_SAMPLES - count / 2
    )


def _laid(light: FloatImage, character: Character, count: int, at: np.ndarray) -> FloatImage:
    """What each row shows there and `MAX_SHIFT_TO_NEIGHBOURS` samples beside (rows x places x samples); its squares add up to 1."""
    first = _begin(character, count) + at[:, None] + np.arange(-MAX_SHIFT_TO_NEIGHBOURS, MAX_SHIFT_TO_NEIGHBOURS + 1)
    windows = np.lib.stride_tricks.sliding_window_view(light, count, axis=1)
    seen = windows[np.arange(len(light))[:, None], np.clip(first, 0, windows.shape[1] - 1)]
    seen = seen - seen.mean(axis=2, keepdims=True)
    return brightness(seen / np.maximum(np.sqrt(np.einsum("rpn,rpn->rp", seen, seen)), MIN_GREY_VARIANCE)[:, :, None])
