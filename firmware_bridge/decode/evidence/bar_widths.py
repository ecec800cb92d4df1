"""The bars and spaces of a text in print, and of every other character that could be at the place of each of its own."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import zxingcpp

from edge.codes.symbology import Symbology

Widths = tuple[float, ...]  # modules of bars and spaces in turn

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
ALPHABET_CACHE_SIZE = 64  # sets of characters remembered


def widths_of(symbology: Symbology, data: bytes) -> list[tuple[Widths, float]]:
    """The ways a code may be drawn, each with the width of its wide bars in narrow ones (1 if it has more than two widths).

    Empty if its symbology is not known here.
    """
    signs = _SIGNS.get(symbology)
    if symbology not in _FORMATS or (signs and not signs.fullmatch(data)):
        return []
    try:
        widths = _written(symbology, data.decode())
    except ValueError:  # a UPC-E that leaves noughts out in another way than the standard's
        return []
    if symbology in _TWO_WIDTHS:
        return [(_with_wide(widths, ratio), ratio) for ratio in WIDE_NARROW_RATIOS]
    if symbology is Symbology.CODE128:
        ways = (widths, _of_values(_in_b(data)), *(_of_values(_in_b_and_c(data, run)) for run in CODE128_DIGIT_RUNS))
        return [(way, 1.0) for way in dict.fromkeys(ways)]
    return [(widths, 1.0)]


def places_of_characters(symbology: Symbology, ratio: float, count: int) -> Iterator[tuple[int, int, Iterable[Widths]]]:
    """Each character's span of bars and spaces, and the characters that may be there."""
    signs = _alphabet(symbology, ratio)
    for first, last in _spans(symbology, count):
        if symbology is Symbology.CODE128 and not first:
            yield first, last, CODE128_STARTS
        elif symbology in (Symbology.EAN13, Symbology.UPCA, Symbology.UPCE) and first % 2:
            yield first, last, signs | {each[::-1] for each in signs}  # left of the middle in two parities
        else:
            yield first, last, signs


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


@lru_cache(ALPHABET_CACHE_SIZE)
def _alphabet(symbology: Symbology, ratio: float) -> frozenset[Widths]:
    """The characters that may be in the place of a character; `ratio` is the width of a wide bar in narrow ones."""
    if symbology is Symbology.CODE128:
        return frozenset(_code128())
    if symbology not in _TWO_WIDTHS:
        return frozenset(EAN_DIGIT_WIDTHS)
    drawn = (_with_wide(_written(symbology, text), ratio) for text in _ALL_SIGNS[symbology])
    return frozenset(widths[first:last] for widths in drawn for first, last in _spans(symbology, len(widths)))


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
