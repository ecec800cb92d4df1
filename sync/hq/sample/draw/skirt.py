"""Skirts: gathered, pleated, buttoned down the front."""

from itertools import pairwise
from typing import Literal

from sync.hq.sample.draw.block import MIDDLE
from sync.hq.sample.draw.line import Point, at, lens, whole
from sync.hq.sample.draw.part import FLAT, ROUND, Cloth, buttons, cast, folds, hollow, label, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet

TOP = 96
BOTTOM = 690
WAIST = 104
BAND = 38


def skirt(sheet: Sheet, *, kind: Literal["gathered", "pleated", "buttoned"], cloth: Cloth) -> None:
    """A skirt from the front, hanging."""
    hem = {"gathered": 268, "pleated": 232, "buttoned": 206}[kind]
    outline = whole(
        f"M{MIDDLE} {TOP + BAND} L{MIDDLE - WAIST} {TOP + BAND - 8}"
        f" C{MIDDLE - WAIST - 44} {TOP + 150} {MIDDLE - hem + 30} {BOTTOM - 210} {MIDDLE - hem} {BOTTOM - 22}"
        f" C{MIDDLE - hem + 70} {BOTTOM + 14} {MIDDLE - 90} {BOTTOM + 22} {MIDDLE} {BOTTOM + 22}"
    )
    cast(sheet, outline)
    part(sheet, "front", outline, cloth, ROUND)
    match kind:
        case "gathered":
            folds(sheet, "front", *_falls(sheet, hem, 13, 12), deep=0.3)
            _gathers(sheet)
        case "pleated":
            _pleats(sheet, hem)
        case "buttoned":
            folds(sheet, "front", *_falls(sheet, hem, 7, 13), deep=0.26)
            _buttoned(sheet)
    y = BOTTOM - 24
    line = (
        f"M{MIDDLE - hem} {y - 22}C{MIDDLE - hem + 70} {y + 14} {MIDDLE - 90} {y + 22} {MIDDLE}"
        f" {y + 22}S{MIDDLE + hem - 70} {y + 14} {MIDDLE + hem} {y - 22}"
    )
    if kind != "pleated":
        stitch(sheet, line)
    _band(sheet, cloth)


def _falls(sheet: Sheet, hem: int, count: int, width: int) -> tuple[list[str], list[str]]:
    """Folds that fan out from the waist, deeper towards the hem."""
    dark, bright = [], []
    for number in range(count):
        share = (number + 0.5) / count * 2 - 1
        start = (MIDDLE + share * WAIST * 0.95, TOP + BAND + sheet.dice.randint(0, 90))
        end = (MIDDLE + share * hem + sheet.dice.randint(-10, 10), BOTTOM + 30)
        dark.append(lens(start, end, width + sheet.dice.randint(-3, 4), sheet.dice.randint(-6, 6)))
        bright.append(lens((start[0] + 12, start[1] + 40), (end[0] + width * 2.2, end[1]), width - 3, 4))
    return dark, bright


def _gathers(sheet: Sheet) -> None:
    marks = ""
    x = MIDDLE - WAIST + 5.0
    while x < MIDDLE + WAIST - 4:
        lean = (x - MIDDLE) * 0.12
        marks += f"M{x:.0f} {TOP + BAND - 2}q{lean * 0.4:.0f} 20 {lean:.0f} {sheet.dice.randint(26, 90)}"
        x += sheet.dice.uniform(7, 13)
    sheet.put(f'<path d="{marks}" fill="none" stroke="#1a1410" stroke-opacity=".26" stroke-width="2"/>')


def _pleats(sheet: Sheet, hem: int) -> None:
    """Knife pleats: each a ramp from light to dark, ending in a sharp edge."""
    count = 17
    fill = sheet.ramp("pleat", "0:.2 .6:0 1:-.2")
    edges = [_fall(number / count * 2 - 1, hem) for number in range(count + 1)]
    sheet.put(f'<g clip-path="{sheet.clip("front")}">')
    for one, two in pairwise(edges):
        back = "C".join(" ".join(at(point) for point in points) for points in ([two[3]], [two[2], two[1], two[0]]))
        sheet.put(f'<path d="M{at(one[0])}C{" ".join(at(point) for point in one[1:])}L{back}Z" fill="{fill}"/>')
    d = "".join(f"M{at(edge[0])}C{' '.join(at(point) for point in edge[1:])}" for edge in edges)
    sheet.put(
        f'<path d="{d}" fill="none" stroke="#1a1410" stroke-opacity=".4" stroke-width="9" filter="{sheet.blur(4)}"'
    )
    sheet.put(
        f' transform="translate(-4)"/><path d="{d}" fill="none" stroke="#1a1410" stroke-opacity=".4" stroke-width="1.6"/>'
    )
    sheet.put(
        f'<path d="{d}" fill="none" stroke="#fff" stroke-opacity=".4" stroke-width="2" transform="translate(2.4)"/></g>'
    )


def _fall(share: float, hem: int) -> list[Point]:
    """The curve from waist to hem at a share (-1 to 1) of the width: start, two controls, end."""
    reach = ((WAIST, TOP + BAND - 8), (WAIST + 46, TOP + 150), (hem - 24, BOTTOM - 210), (hem, BOTTOM + 24))
    return [(MIDDLE + share * wide, y) for wide, y in reach]


def _buttoned(sheet: Sheet) -> None:
    x = MIDDLE + 20
    under(sheet, "front", f"M{x} {TOP + BAND}V{BOTTOM + 30}", 12, 0.34)
    seam(sheet, f"M{x} {TOP + BAND}V{BOTTOM + 22}", f"M{MIDDLE - 20} {TOP + BAND}V{BOTTOM + 22}")
    stitch(sheet, f"M{x - 5} {TOP + BAND}V{BOTTOM + 22}M{MIDDLE - 15} {TOP + BAND}V{BOTTOM + 22}", opacity=0.26)
    buttons(sheet, [(MIDDLE, y) for y in range(TOP + 74, BOTTOM - 60, 84)], 11, "#5b4636")
    for d in ("M330 168L392 178L388 292C386 300 376 306 364 302L322 288C314 284 311 276 312 268Z",):
        right = "M570 168L508 178L512 292C514 300 524 306 536 302L578 288C586 284 589 276 588 268Z"
        for name, outline in (("pocket", d), ("pocket2", right)):
            under(sheet, "front", outline, 8, 0.24)
            part(sheet, name, outline, Cloth(threads="twill"), FLAT, fall=False)
    stitch(sheet, "M329 186L391 196M571 186L509 196", opacity=0.36)


def _band(sheet: Sheet, cloth: Cloth) -> None:
    left, right = MIDDLE - WAIST, MIDDLE + WAIST
    back = (
        f"M{left} {TOP - 2}C{left + 50} {TOP - 14} {right - 50} {TOP - 14} {right} {TOP - 2}"
        f"C{right - 50} {TOP + 10} {left + 50} {TOP + 10} {left} {TOP - 2}Z"
    )
    hollow(sheet, back, 0.45)
    label(sheet, MIDDLE, TOP - 3, 30)
    band = (
        f"M{left} {TOP - 2}C{left + 50} {TOP + 10} {right - 50} {TOP + 10} {right} {TOP - 2}"
        f"L{right + 4} {TOP + BAND - 8}"
        f"C{right - 50} {TOP + BAND + 6} {left + 50} {TOP + BAND + 6} {left - 4} {TOP + BAND - 8}Z"
    )
    under(
        sheet,
        "front",
        f"M{left - 4} {TOP + BAND - 8}C{left + 50} {TOP + BAND + 6} {right - 50} {TOP + BAND + 6} {right + 4}"
        f" {TOP + BAND - 8}",
        12,
        0.24,
    )
    part(sheet, "band", band, cloth, ROUND, fall=False)
