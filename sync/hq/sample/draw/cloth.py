"""Cloth: what its threads look like close up."""

import random
from collections.abc import Callable

from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.tile import strokes, tile


def _slubs(dice: random.Random, size: int, count: int, *, across: bool) -> str:
    """Threads that run thick and thin, at uneven places."""
    text = ""
    for _ in range(count):
        start, place, length = dice.randrange(size), dice.randrange(size), dice.randint(size // 4, size)
        text += f"M{start} {place}h{length}" if across else f"M{place} {start}v{length}"
    return text


def _plain(_: random.Random) -> str:
    return tile(5, 5, strokes("M0 1H5M0 3.5H5", "#000", 0.05, 1) + strokes("M1 0V5M3.5 0V5", "#fff", 0.11, 1))


def _linen(dice: random.Random) -> str:
    size = 168  # large enough that the eye does not find the repeat
    dark = _slubs(dice, size, 28, across=True) + _slubs(dice, size, 16, across=False)
    light = _slubs(dice, size, 26, across=True) + _slubs(dice, size, 20, across=False)
    return tile(size, size, strokes(dark, "#000", 0.075, 1.3) + strokes(light, "#fff", 0.14, 1.2))


def _gauze(dice: random.Random) -> str:
    waves = "".join(f"M0 {y}q{dice.randint(5, 9)} {dice.choice((-4, 4))} 16 0t16 0t16 0" for y in range(4, 48, 9))
    grid = "M0 2H48M0 6H48M0 10H48M0 14H48M0 18H48M0 22H48M0 26H48M0 30H48M0 34H48M0 38H48M0 42H48M0 46H48"
    return tile(48, 48, strokes(waves, "#000", 0.07, 2.6) + strokes(grid, "#fff", 0.12, 0.9))


def _crepe(dice: random.Random) -> str:
    waves = "".join(
        f"M{x} 0q{dice.choice((-3, 3))} {dice.randint(10, 16)} 0 30t0 30" for x in range(3, 60, dice.choice((6, 7)))
    )
    return tile(60, 60, strokes(waves, "#000", 0.1, 2) + strokes(waves, "#fff", 0.2, 1.4, 'transform="translate(2)"'))


def _twill(_: random.Random) -> str:
    return tile(5, 5, strokes("M0 0V5", "#000", 0.1, 1.5) + strokes("M2.5 0V5", "#fff", 0.08, 1.2), 32)


def _denim(dice: random.Random) -> str:
    flecks = "".join(f"M{dice.randrange(96)} {dice.randrange(96)}v{dice.randint(4, 12)}" for _ in range(70))
    lines = "".join(f"M{x} 0V96" for x in range(1, 96, 4))
    return tile(96, 96, strokes(lines, "#000", 0.13, 1.4) + strokes(flecks, "#fff", 0.15, 1.1), 32)


def _oxford(_: random.Random) -> str:
    return tile(
        6, 6, '<path d="M0 0H3V3H0ZM3 3H6V6H3Z" fill="#fff" fill-opacity=".2"/>' + strokes("M0 3H6", "#000", 0.05, 0.8)
    )


def _seersucker(dice: random.Random) -> str:
    puckers = "".join(f"M2 {y}q7 {dice.choice((-3, 3))} 14 0" for y in range(2, 40, 4))
    band = '<path d="M0 0H18V40H0Z" fill="#fff" fill-opacity=".2"/>'
    return tile(32, 40, band + strokes(puckers, "#000", 0.13, 1.6))


def _jersey(_: random.Random) -> str:
    return tile(4, 6, strokes("M0 0L2 3L4 0M0 6L2 9L4 6", "#000", 0.07, 1) + strokes("M0 3L2 6L4 3", "#fff", 0.1, 0.8))


def _stitches(size: int) -> str:
    """Stocking stitch: columns of small V, `size` wide."""
    half, tall = size / 2, size * 0.72
    one = f"M0 0q{half:g} {half * 0.3:g} {half:g} {tall:g}q0 {-tall * 0.7:g} {half:g} {-tall:g}"
    return tile(
        size, tall, strokes(one, "#000", 0.17, 1.5) + strokes(one, "#fff", 0.2, 1.3, 'transform="translate(0 -2)"')
    )


def _fine_knit(_: random.Random) -> str:
    return _stitches(7)


def _knit(_: random.Random) -> str:
    return _stitches(12)


def _rib(_: random.Random) -> str:
    return tile(
        13,
        8,
        '<path d="M0 0H5V8H0Z" fill-opacity=".15"/><path d="M6 0H8V8H6Z" fill="#fff" fill-opacity=".26"/>'
        + strokes("M6 0q3 2 3 6q0-4 3-6", "#000", 0.1, 1.1),
    )


def _half_cardigan(_: random.Random) -> str:
    one = "M3 2q8 2 8 12q0-10 8-12"
    return tile(
        22,
        12,
        '<path d="M0 0H4V12H0ZM18 0H22V12H18Z" fill-opacity=".13"/>'
        '<path d="M8 0H13V12H8Z" fill="#fff" fill-opacity=".2"/>'
        + strokes(one, "#000", 0.2, 1.8)
        + strokes(one, "#fff", 0.18, 1.4, 'transform="translate(0 -3)"'),
    )


def _waffle(_: random.Random) -> str:
    return tile(
        18,
        18,
        '<path d="M3 3H15V15H3Z" fill-opacity=".13"/><path d="M3 15L6 12H15V15Z" fill="#fff" fill-opacity=".24"/>'
        + strokes("M0 0H18M0 0V18", "#fff", 0.3, 3),
    )


def _terry(dice: random.Random) -> str:
    loops = "".join(f"M{dice.randrange(48)} {dice.randrange(48)}q2 3 4 0" for _ in range(110))
    lights = "".join(f"M{dice.randrange(48)} {dice.randrange(48)}q2-3 4 0" for _ in range(110))
    return tile(48, 48, strokes(loops, "#000", 0.13, 1.4) + strokes(lights, "#fff", 0.32, 1.5))


def _canvas(_: random.Random) -> str:
    dark = '<path d="M0 0H4V4H0ZM4 4H8V8H4Z" fill-opacity=".07"/>'
    return tile(8, 8, dark + strokes("M0 2H4M4 6H8", "#fff", 0.22, 1.2) + strokes("M2 4V8M6 0V4", "#fff", 0.1, 1))


def _felt(dice: random.Random) -> str:
    def hairs(count: int) -> str:
        ends = ((dice.randint(-6, 6), dice.randint(-5, 5)) for _ in range(count))
        return "".join(f"M{dice.randrange(64)} {dice.randrange(64)}l{x} {y}" for x, y in ends)

    return tile(64, 64, strokes(hairs(80), "#000", 0.11, 1) + strokes(hairs(80), "#fff", 0.2, 1))


_CLOTHS: dict[str, Callable[[random.Random], str]] = {
    "plain": _plain,
    "linen": _linen,
    "gauze": _gauze,
    "crepe": _crepe,
    "twill": _twill,
    "denim": _denim,
    "oxford": _oxford,
    "seersucker": _seersucker,
    "jersey": _jersey,
    "fine": _fine_knit,
    "knit": _knit,
    "rib": _rib,
    "ridge": _half_cardigan,
    "waffle": _waffle,
    "terry": _terry,
    "canvas": _canvas,
    "felt": _felt,
}


def threads(sheet: Sheet, cloth: str) -> str:
    """How an attribute names a cloth's threads."""
    return sheet.define(f"t{cloth}", _CLOTHS[cloth](sheet.dice))
