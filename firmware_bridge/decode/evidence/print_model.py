"""The bars of a text in print, and of every other character that could be at the place of each of its characters."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import zxingcpp

from edge.codes.symbology import Symbology

FloatImage = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
Widths = tuple[float, ...]  # modules of bars and spaces in turn
BlurAndSpread = tuple[
    float, float
]  # modules (sigma) it is blurred by, and modules that bars are wider than they should be

_F = zxingcpp.BarcodeFormat
_FORMATS = {
    Symbology.EAN13: _F.EAN13,
    Symbology.UPCA: _F.UPCA,
    Symbology.EAN8: _F.EAN8,
    Symbology.UPCE: _F.UPCE,
    Symbology.CODE128: _F.Code128,
    Symbology.CODE39: _F.Code39,
    Symbology.ITF: _F.ITF,
    Symbology.CODABAR: _F.Codabar,
}
_TWO_WIDTHS = {  # bars and spaces of a character, and of it and the gap behind it; those before the first one
    Symbology.CODE39: (9, 10, 0),
    Symbology.ITF: (10, 10, 4),
    Symbology.CODABAR: (7, 8, 0),
}
_SIGNS = {  # texts of which it is known how they are drawn
    Symbology.CODE39: re.compile(rb"[0-9A-Z. $/+%-]+"),  # others are made of two signs each
    Symbology.CODE128: re.compile(rb"[ -~]+"),  # which code set B has; digits may be in C
}
_ALL_SIGNS = {  # texts that have all of them
    Symbology.CODE39: ("ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ0123", "456789-. $/+%"),
    Symbology.CODABAR: ("A0123456789B", "C-$:/.+D"),
    Symbology.ITF: tuple(f"{n:02}" * 3 for n in range(100)),
    Symbology.CODE128: tuple(f"{n:02}" * 2 for n in range(100)),
}
WIDE_NARROW_RATIOS = (2.5, 2.0, 3.0)  # of wide to narrow ones; a ratio between these is near enough to one of them
# bars and spaces of a character of Code 128, and of its last (ISO/IEC 15417)
CODE128_ELEMENTS, CODE128_STOP_ELEMENTS = 6, 7
CODE128_STARTS: tuple[Widths, ...] = (
    (2, 1, 1, 4, 1, 2),
    (2, 1, 1, 2, 1, 4),
    (2, 1, 1, 2, 3, 2),
)  # of its sets A, B and C
START_A, START_B, START_C, SWITCH_TO_C, SWITCH_TO_B, STOP_WIDTHS = 103, 104, 105, 99, 100, (2, 3, 3, 1, 1, 1, 2)
CODE128_DIGIT_RUNS = (  # of an even count of digits, four or more: of an odd one the last stays, or the first
    re.compile(rb"((?:\d\d){2,})"),
    re.compile(rb"((?:\d\d){2,}(?!\d))"),
)
CODE128_VALUES_100_TO_102: tuple[Widths, ...] = (
    (1, 1, 4, 1, 3, 1),
    (3, 1, 1, 1, 4, 1),
    (4, 1, 1, 1, 3, 1),
)  # those of no two digits
# bars and spaces of a guard of an EAN or UPC, and of a digit (GS1 General Specifications 5.2)
GUARD_ELEMENTS, DIGIT_ELEMENTS = 3, 4
EAN_DIGIT_WIDTHS: tuple[Widths, ...] = (
    (3, 2, 1, 1),
    (2, 2, 2, 1),
    (2, 1, 2, 2),
    (1, 4, 1, 1),
    (1, 1, 3, 2),
    (1, 2, 3, 1),
    (1, 1, 1, 4),
    (1, 3, 1, 2),
    (1, 2, 1, 3),
    (3, 1, 1, 2),
)
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
    signs = _SIGNS.get(symbology)
    if symbology not in _FORMATS or (signs and not signs.fullmatch(data)):
        return ()
    try:
        widths = _written(symbology, data.decode())
    except ValueError:  # a UPC-E that leaves noughts out in another way than the standard's
        return ()
    if symbology in _TWO_WIDTHS:
        return tuple(_drawing(symbology, _with_wide(widths, ratio), ratio) for ratio in WIDE_NARROW_RATIOS)
    if symbology is Symbology.CODE128:
        ways = (widths, _of_values(_in_b(data)), *(_of_values(_in_b_and_c(data, run)) for run in CODE128_DIGIT_RUNS))
        return tuple(_drawing(symbology, way) for way in dict.fromkeys(ways))
    return (_drawing(symbology, widths),)


@lru_cache(MAX_SIGN_SETS)
def pictures_of_signs(
    signs: tuple[Widths, ...], look: BlurAndSpread, stretch: float, first: str
) -> tuple[tuple[tuple[Widths, ...], FloatImage], ...]:
    """Characters as they look, in `FINE * stretch` samples a module, those of each length apart (signs x samples).

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


def _written(symbology: Symbology, text: str) -> Widths:
    """Modules of the bars and spaces of a code as zxing-cpp draws it, wide ones of those of two widths as it likes."""
    picture = np.array(zxingcpp.create_barcode(text, _FORMATS[symbology]).to_image(scale=1), np.uint8)
    row = picture[len(picture) // 4] > 127
    ink = np.flatnonzero(~row)
    row = row[ink[0] : ink[-1] + 1]
    return tuple(map(float, np.diff(np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1], [True]])))))


def _with_wide(widths: Widths, ratio: float) -> Widths:
    return tuple(ratio if width > 1 else 1.0 for width in widths)


def _in_b(data: bytes) -> list[int]:
    """The values of a Code 128 that stays in code set B, its start among them."""
    return [START_B, *(byte - ord(" ") for byte in data)]


def _in_b_and_c(data: bytes, run: re.Pattern[bytes]) -> list[int]:
    """The values where such runs of digits go in pairs."""
    values: list[int] = []
    for part in run.split(data):
        if pairs := run.fullmatch(part):
            values += [SWITCH_TO_C if values else START_C, *(int(pairs[0][n : n + 2]) for n in range(0, len(part), 2))]
        elif part:
            values += [SWITCH_TO_B if values else START_B, *(byte - ord(" ") for byte in part)]
    return values


def _of_values(values: list[int]) -> Widths:
    check = sum(max(n, 1) * value for n, value in enumerate(values)) % 103
    signs = (CODE128_STARTS[values[0] - START_A], *(_code128()[value] for value in (*values[1:], check)), STOP_WIDTHS)
    return tuple(float(width) for sign in signs for width in sign)


@lru_cache(1)
def _code128() -> tuple[Widths, ...]:
    """The patterns of the values 0 to 102: each pair of digits is drawn as the value it is."""
    drawn = (
        _written(Symbology.CODE128, text)[CODE128_ELEMENTS : 2 * CODE128_ELEMENTS]
        for text in _ALL_SIGNS[Symbology.CODE128]
    )
    return (*drawn, *CODE128_VALUES_100_TO_102)


def _spans(symbology: Symbology, count: int) -> Iterator[tuple[int, int]]:
    """The first of the bars and spaces of each character, and the one after its last."""
    if symbology in _TWO_WIDTHS:
        own, each, first = _TWO_WIDTHS[symbology]
        yield from ((n, n + own) for n in range(first, count - own + 1, each))
    elif symbology is Symbology.CODE128:
        yield from ((n, n + CODE128_ELEMENTS) for n in range(0, count - CODE128_STOP_ELEMENTS, CODE128_ELEMENTS))
    elif symbology is Symbology.UPCE:
        # its end is twice as long
        yield from ((n, n + DIGIT_ELEMENTS) for n in range(GUARD_ELEMENTS, count - 2 * GUARD_ELEMENTS, DIGIT_ELEMENTS))
    else:
        yield from ((n, n + DIGIT_ELEMENTS) for n in range(GUARD_ELEMENTS, count // 2 - 2, DIGIT_ELEMENTS))
        yield from (
            (n, n + DIGIT_ELEMENTS) for n in range(count // 2 + GUARD_ELEMENTS, count - GUARD_ELEMENTS, DIGIT_ELEMENTS)
        )


@lru_cache(MAX_DRAWINGS)
def _alphabet(symbology: Symbology, ratio: float) -> frozenset[Widths]:
    """The characters that may be in the place of a character; `ratio` is the width of a wide bar in narrow ones."""
    if symbology is Symbology.CODE128:
        return frozenset(_code128())
    if symbology not in _TWO_WIDTHS:
        return frozenset(EAN_DIGIT_WIDTHS)
    drawn = (_with_wide(_written(symbology, text), ratio) for text in _ALL_SIGNS[symbology])
    return frozenset(widths[first:last] for widths in drawn for first, last in _spans(symbology, len(widths)))


def _places(symbology: Symbology, ratio: float, count: int) -> Iterator[tuple[int, int, Iterable[Widths]]]:
    """Each character's span of bars and spaces, and the characters that may be there."""
    signs = _alphabet(symbology, ratio)
    for first, last in _spans(symbology, count):
        if symbology is Symbology.CODE128 and not first:
            yield first, last, CODE128_STARTS
        elif symbology in (Symbology.EAN13, Symbology.UPCA, Symbology.UPCE) and first % 2:
            yield first, last, signs | {each[::-1] for each in signs}  # left of the middle in two parities
        else:
            yield first, last, signs


def _drawing(symbology: Symbology, widths: Widths, ratio: float = 1.0) -> Drawing:
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
            for first, last, signs in _places(symbology, ratio, len(widths))
        ),
    )
