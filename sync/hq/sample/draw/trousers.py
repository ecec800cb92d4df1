"""Trousers: wide, tapered, straight, cropped; elastic, drawstring or belted waists; jeans with rivets and orange thread."""

from dataclasses import dataclass
from typing import Literal

from sync.hq.sample.draw.block import MIDDLE
from sync.hq.sample.draw.line import flip, lens, whole
from sync.hq.sample.draw.part import ROUND, Cloth, buttons, cast, folds, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.waist import TOP, Kind, waistband

CROTCH = 318


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Half widths at waist, hip and knee, and a leg's opening (its middle and half width) and length."""

    waist: float
    hip: float
    knee: float
    at: float
    opening: float
    bottom: float


CUTS = {
    "wide": Cut(waist=112, hip=166, knee=196, at=120, opening=98, bottom=716),
    "tapered": Cut(waist=112, hip=160, knee=158, at=98, opening=50, bottom=710),
    "straight": Cut(waist=116, hip=154, knee=160, at=98, opening=62, bottom=722),
    "cropped": Cut(waist=114, hip=166, knee=178, at=112, opening=74, bottom=640),
}


def trousers(
    sheet: Sheet,
    *,
    cut: Literal["wide", "tapered", "straight", "cropped"] = "wide",
    waist: Kind = "belted",
    cloth: Cloth,
    crease: bool = False,
    jeans: bool = False,
) -> None:
    """Trousers from the front, legs a little apart."""
    c = CUTS[cut]
    outline = whole(_half(c))
    cast(sheet, outline)
    part(sheet, "front", outline, cloth, ROUND)
    folds(sheet, "front", *_folds(sheet, c), deep=0.26)
    _legs(sheet, c, crease=crease)
    thread = "#d9924a" if jeans else "#1a1410"
    _pockets(sheet, c, thread, jeans=jeans)
    _hems(sheet, c, thread, turned=cut == "cropped")
    waistband(sheet, c.waist, waist, cloth, thread)


def _half(c: Cut) -> str:
    """From the middle of the waist down the left side, round the leg, up to the crotch."""
    left, out, inn = MIDDLE - c.waist, MIDDLE - c.at - c.opening, MIDDLE - c.at + c.opening
    knee = MIDDLE - c.knee
    return (
        f"M{MIDDLE} {TOP + 8} C{MIDDLE - 40} {TOP + 8} {left + 30} {TOP + 4} {left} {TOP}"
        f" C{left - 10} {TOP + 70} {MIDDLE - c.hip} {TOP + 130} {MIDDLE - c.hip} {CROTCH - 60}"
        f" C{MIDDLE - c.hip - 4} {CROTCH + 60} {knee} {CROTCH + 120} {(knee + out) / 2} {c.bottom - 150}"
        f" L{out} {c.bottom} C{out + 30} {c.bottom + 9} {inn - 30} {c.bottom + 9} {inn} {c.bottom}"
        f" C{inn + 4} {c.bottom - 160} {MIDDLE - 12} {CROTCH + 130} {MIDDLE} {CROTCH}"
    )


def _folds(sheet: Sheet, c: Cut) -> tuple[list[str], list[str]]:
    dice = sheet.dice
    dark, bright = [], []
    for side in (-1, 1):
        crotch = (MIDDLE + side * 6, CROTCH - 6)
        for reach, drop in ((70, -66), (104, -18), (112, 44)):
            end = (crotch[0] + side * reach, crotch[1] + drop + dice.randint(-10, 10))
            dark.append(lens(crotch, end, dice.randint(5, 8), 6))
        leg = MIDDLE + side * c.at
        for shift in (-0.55, 0.05, 0.6):
            x = leg + shift * c.opening
            top = CROTCH + dice.randint(40, 160)
            dark.append(
                lens((x - side * 20, top), (x + dice.randint(-8, 8), c.bottom + 8), dice.randint(6, 11), side * 8)
            )
            bright.append(lens((x + 14, top + 30), (x + 20, c.bottom + 8), dice.randint(5, 9), side * 6))
        knee = (CROTCH + c.bottom) / 2 - 10
        for turn in (-16, 26):
            dark.append(lens((leg - 50, knee + turn), (leg + 40, knee + turn + dice.randint(-14, 22)), 5, 5))
    return dark, bright


def _legs(sheet: Sheet, c: Cut, *, crease: bool) -> None:
    """The fly, the inner legs in shade, and a pressed crease."""
    seam(sheet, f"M{MIDDLE} {TOP + 30}V{CROTCH}")
    inner = (
        f"M{MIDDLE} {CROTCH}C{MIDDLE - 12} {CROTCH + 130} {MIDDLE - c.at + c.opening + 4} {c.bottom - 160}"
        f" {MIDDLE - c.at + c.opening} {c.bottom}"
    )
    under(sheet, "front", inner, 20, 0.24)
    if crease:
        line = (
            f"M{MIDDLE - c.waist * 0.52} {TOP + 90}"
            f"C{MIDDLE - c.waist * 0.7} {CROTCH} {MIDDLE - c.at - 2} {CROTCH + 120} {MIDDLE - c.at} {c.bottom + 4}"
        )
        seam(sheet, line, flip(line), opacity=0.26)


def _pockets(sheet: Sheet, c: Cut, thread: str, *, jeans: bool) -> None:
    x = MIDDLE - c.waist
    if jeans:
        line = f"M{x + 26} {TOP + 32}C{x + 24} {TOP + 78} {x + 4} {TOP + 92} {MIDDLE - c.hip + 20} {TOP + 94}"
        rivet = [(x + 27, TOP + 42), (MIDDLE - c.hip + 27, TOP + 95)]
        buttons(sheet, [*rivet, *((2 * MIDDLE - px, py) for px, py in rivet)], 4, "#b87f4d")
        fly = (
            f"M{MIDDLE + 34} {TOP + 34}V{CROTCH - 92}"
            f"C{MIDDLE + 34} {CROTCH - 56} {MIDDLE + 18} {CROTCH - 44} {MIDDLE} {CROTCH - 38}"
        )
        stitch(sheet, fly, f"M{MIDDLE + 4} {TOP + 34}V{CROTCH}", colour=thread, opacity=0.8)
    else:
        line = f"M{x + 30} {TOP + 32}L{MIDDLE - c.hip + 12} {TOP + 168}"
        stitch(
            sheet,
            f"M{MIDDLE + 30} {TOP + 34}V{CROTCH - 96}"
            f"C{MIDDLE + 30} {CROTCH - 62} {MIDDLE + 16} {CROTCH - 52} {MIDDLE} {CROTCH - 48}",
        )
    under(sheet, "front", line + flip(line), 8, 0.22)
    seam(sheet, line, flip(line), opacity=0.4)
    shifted = f'<g transform="translate({6} 4)">'
    sheet.put(shifted)
    stitch(sheet, line, colour=thread, opacity=0.7 if jeans else 0.3)
    sheet.put('</g><g transform="translate(-6 4)">')
    stitch(sheet, flip(line), colour=thread, opacity=0.7 if jeans else 0.3)
    sheet.put("</g>")


def _hems(sheet: Sheet, c: Cut, thread: str, *, turned: bool) -> None:
    up = 34 if turned else 16
    out, inn = MIDDLE - c.at - c.opening, MIDDLE - c.at + c.opening
    line = (
        f"M{out - 3} {c.bottom - up}C{out + 30} {c.bottom - up + 9} {inn - 30} {c.bottom - up + 9} {inn + 3}"
        f" {c.bottom - up}"
    )
    if turned:
        under(sheet, "front", line + flip(line), 8, 0.26)
        seam(sheet, line, flip(line))
    else:
        stitch(sheet, line, flip(line), colour=thread, opacity=0.7 if thread != "#1a1410" else 0.34)
