"""A text in print as a picture, and the pictures of every character that could be at the place of each of its characters."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode.evidence.bar_widths import Widths, places_of_characters, widths_of

FloatImage = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
BlurAndSpread = tuple[
    float, float
]  # modules (sigma) it is blurred by, and modules that bars are wider than they should be

FINE_SAMPLES, COARSE_SAMPLES = 4, 2  # samples a module: to compare characters, and to find the code
QUIET_ZONE_MODULES = 7  # modules of white drawn at each end
NEIGHBOUR_MODULES = (
    0.5  # modules of its neighbours that belong to the picture of a character: where its outer edges are
)
MARGIN_MODULES = 4.0  # modules drawn around it, so that what is blurred has no end
BLURS_AND_SPREADS: tuple[BlurAndSpread, ...] = tuple(
    (blur, spread) for blur in (0.5, 0.3, 0.8, 1.1) for spread in (0.0, -0.25, 0.25)
)
OVERSAMPLING = 8  # times finer than `FINE_SAMPLES` a character is drawn before it is blurred
MAX_DRAWINGS, MAX_SIGN_SETS, MAX_PICTURES = 64, 512, 1024  # drawn codes, sets of characters, and characters remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A character between two modules of a code: its own bars and spaces, and those of every character that could be in its place.

    `starts`: with a "bar" or a "space".
    """

    first: float
    last: float
    starts: str
    own: Widths
    signs: tuple[Widths, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A code in print, with `QUIET_ZONE_MODULES` light ones around it; a module has `FINE_SAMPLES` or `COARSE_SAMPLES` columns."""

    modules: float
    fine: FloatImage
    coarse: FloatImage
    characters: tuple[Character, ...]


@lru_cache(MAX_DRAWINGS)
def drawings_of(symbology: Symbology, data: bytes) -> tuple[Drawing, ...]:
    """A code in the ways it may be drawn: that of two widths with several ratios. Empty if its symbology is not known here."""
    return tuple(_drawing(symbology, widths, ratio) for widths, ratio in widths_of(symbology, data))


def _drawing(symbology: Symbology, widths: Widths, ratio: float) -> Drawing:
    at = np.concatenate([[0.0], np.cumsum(widths)])
    steps = np.arange(0.5 / FINE_SAMPLES, at[-1], 1 / FINE_SAMPLES)
    paper = np.searchsorted(at, steps, side="right") % 2 == 0
    bars = np.pad(paper, QUIET_ZONE_MODULES * FINE_SAMPLES, constant_values=True).astype(np.float32)[None]
    soft = np.asarray(cv2.GaussianBlur(bars, (0, 0), BLURS_AND_SPREADS[0][0] * FINE_SAMPLES, sigmaY=0.01), np.float32)
    each = FINE_SAMPLES // COARSE_SAMPLES
    return Drawing(
        modules=float(at[-1]),
        fine=soft,
        coarse=soft[:, : soft.size // each * each].reshape(-1, each).mean(axis=1, dtype=np.float32)[None],
        characters=tuple(
            Character(
                first=float(at[first]),
                last=float(at[last]),
                starts="space" if first % 2 else "bar",
                own=widths[first:last],
                signs=tuple(sorted({*signs, widths[first:last]})),
            )
            for first, last, signs in places_of_characters(symbology, ratio, len(widths))
        ),
    )


@lru_cache(MAX_SIGN_SETS)
def pictures_of_signs(
    signs: tuple[Widths, ...], look: BlurAndSpread, stretch: float, first: str
) -> tuple[tuple[tuple[Widths, ...], FloatImage], ...]:
    """Characters as they look, in `FINE_SAMPLES * stretch` samples a module, those of each length apart (signs x samples).

    The mean of each is 0 and its squares add up to 1. `first`: whether they begin with a "bar" or a "space".
    """
    apart = {length: tuple(each for each in signs if sum(each) == length) for length in sorted({sum(s) for s in signs})}
    return tuple((alike, _pictured(alike, look, stretch, first)) for alike in apart.values())


@lru_cache(MAX_PICTURES)
def pictures_with_neighbours(
    own: Widths, signs: tuple[Widths, ...], look: BlurAndSpread, stretch: float, first: str
) -> FloatImage:
    """The same of one of those characters (1 x samples)."""
    ((alike, drawn),) = (each for each in pictures_of_signs(signs, look, stretch, first) if own in each[0])
    return np.asarray(drawn[alike.index(own)][None], np.float32)


@lru_cache(MAX_PICTURES)
def pictures_in_all_looks(own: Widths, signs: tuple[Widths, ...], first: str) -> FloatImage:
    """One of those characters in each of the `BLURS_AND_SPREADS` (looks x samples), not stretched."""
    return np.concatenate([pictures_with_neighbours(own, signs, look, 1.0, first) for look in BLURS_AND_SPREADS])


def _pictured(alike: tuple[Widths, ...], look: BlurAndSpread, stretch: float, first: str) -> FloatImage:
    """Characters that are as long as each other."""
    blur, spread = look
    at, sharp = np.cumsum([(0.0, *widths) for widths in alike], axis=1), FINE_SAMPLES * OVERSAMPLING
    begins_bar = (np.arange(at.shape[1]) % 2 == 0) == (first == "bar")
    edges = at + np.where(begins_bar, -spread / 2, spread / 2)
    fine = np.arange(-MARGIN_MODULES, at[0, -1] + MARGIN_MODULES, 1 / sharp)
    passed = (edges[:, :, None] <= fine).sum(axis=1)
    paper = ((passed % 2 == 1) != (first == "bar")).astype(np.float32)
    soft = cv2.GaussianBlur(paper, (0, 0), blur * sharp, sigmaY=0.01)
    whole = at[0, -1] + 2 * NEIGHBOUR_MODULES
    count = round(whole * FINE_SAMPLES * stretch)
    between = (((np.arange(count) + 0.5) / count) * whole - NEIGHBOUR_MODULES + MARGIN_MODULES) * sharp
    before = between.astype(int)
    seen = soft[:, before] + (between - before) * (soft[:, before + 1] - soft[:, before])
    seen -= seen.mean(axis=1, keepdims=True)
    return np.asarray(seen / np.linalg.norm(seen, axis=1, keepdims=True), np.float32)
