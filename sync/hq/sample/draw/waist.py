"""Waists of trousers: belted, drawn by elastic, tied with a cord."""

from typing import Literal

from sync.hq.sample.draw.block import MIDDLE
from sync.hq.sample.draw.part import ROUND, Cloth, buttons, cord, hollow, part, stitch, under
from sync.hq.sample.draw.sheet import Sheet

TOP = 84  # where trousers begin

Kind = Literal["belted", "elastic", "drawstring"]


def waistband(sheet: Sheet, half: float, kind: Kind, cloth: Cloth, thread: str) -> None:
    """The waistband, `half` wide on each side, upon a front already drawn."""
    left, right = MIDDLE - half, MIDDLE + half
    tall = 34
    back = (
        f"M{left + 4} {TOP}C{left + 40} {TOP - 12} {right - 40} {TOP - 12} {right - 4} {TOP}"
        f"C{right - 40} {TOP + 10} {left + 40} {TOP + 10} {left + 4} {TOP}Z"
    )
    hollow(sheet, back, 0.45)
    band = (
        f"M{left} {TOP - 2}C{left + 40} {TOP + 8} {right - 40} {TOP + 8} {right} {TOP - 2}L{right + 5} {TOP + tall}"
        f"C{right - 40} {TOP + tall + 10} {left + 40} {TOP + tall + 10} {left - 5} {TOP + tall}Z"
    )
    under(
        sheet,
        "front",
        f"M{left - 5} {TOP + tall}C{left + 40} {TOP + tall + 10} {right - 40} {TOP + tall + 10} {right + 5}"
        f" {TOP + tall}",
        12,
        0.24,
    )
    part(sheet, "band", band, cloth, ROUND, fall=False)
    match kind:
        case "belted":
            _belted(sheet, half, thread)
        case _:
            _gathers(sheet, half, tall)
    if kind == "drawstring":
        _string(sheet)


def _belted(sheet: Sheet, half: float, thread: str) -> None:
    for x in (MIDDLE - half * 0.62, MIDDLE + half * 0.62):
        loop = f"M{x - 7:g} {TOP}L{x + 7:g} {TOP}L{x + 7:g} {TOP + 44}L{x - 7:g} {TOP + 44}Z"
        sheet.put(f'<path d="{loop}" fill="var(--fabric)" stroke="#1a1410" stroke-opacity=".45" stroke-width="1.5"/>')
        stitch(sheet, f"M{x - 4:g} {TOP}V{TOP + 44}M{x + 4:g} {TOP}V{TOP + 44}", colour=thread, opacity=0.6)
    buttons(sheet, [(MIDDLE + 6, TOP + 22)], 10, "#8c7a63")


def _gathers(sheet: Sheet, half: float, tall: int) -> None:
    """Elastic draws the waist into small ridges, and the cloth below it too."""
    marks = bright = ""
    x = MIDDLE - half + 6
    while x < MIDDLE + half - 4:
        marks += (
            f"M{x:.0f} {TOP + 6}q{sheet.dice.randint(-3, 3)} 14 0 {tall}l{sheet.dice.randint(-5, 5)}"
            f" {sheet.dice.randint(16, 60)}"
        )
        bright += f"M{x + 4:.0f} {TOP + 8}v{tall - 4}"
        x += sheet.dice.uniform(8, 13)
    sheet.put(f'<path d="{marks}" fill="none" stroke="#1a1410" stroke-opacity=".2" stroke-width="2.2"/>')
    sheet.put(f'<path d="{bright}" fill="none" stroke="#fff" stroke-opacity=".24" stroke-width="2.4"/>')


def _string(sheet: Sheet) -> None:
    """A cotton cord tied in a bow."""
    bow = (
        f"M{MIDDLE} {TOP + 26}C{MIDDLE - 60} {TOP - 2} {MIDDLE - 66} {TOP + 60} {MIDDLE} {TOP + 28}"
        f"C{MIDDLE + 60} {TOP - 2} {MIDDLE + 66} {TOP + 60} {MIDDLE} {TOP + 28}"
        f"C{MIDDLE - 14} {TOP + 70} {MIDDLE - 30} {TOP + 100} {MIDDLE - 22} {TOP + 150}"
        f"M{MIDDLE} {TOP + 28}C{MIDDLE + 16} {TOP + 66} {MIDDLE + 18} {TOP + 100} {MIDDLE + 28} {TOP + 136}"
    )
    cord(sheet, bow, 7.5)
