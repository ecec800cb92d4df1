"""A scalloped plate, seen from above."""

import math

from sync.hq.sample.draw.line import lens, spline
from sync.hq.sample.draw.part import cast
from sync.hq.sample.draw.sheet import FABRIC, Sheet

X = 450


def plate(sheet: Sheet) -> None:
    """A plate from above, its rim in petals, each pressed a little hollow."""
    y, petals = 372, 12
    rim = spline(_petals(y, 268, 10, petals), closed=True)
    cast(sheet, rim, dx=22, dy=34)
    sheet.path("rim", rim)
    sheet.use("rim", f'fill="{FABRIC}" stroke="#1a1410" stroke-opacity=".32" stroke-width="1.6"')
    _hollows(sheet, y, petals)
    sheet.use("rim", f'fill="{sheet.ramp("tilted", "0:.3 .45:0 1:-.28", y2=1)}"')
    well = spline(_petals(y + 2, 176, 3, petals), closed=True)
    sheet.path("well", well)
    sheet.put(
        f'<g filter="{sheet.blur(5)}"><use href="#{sheet.id("well")}" fill="none" stroke="#1a1410" stroke-opacity=".34"'
        ' stroke-width="9" transform="translate(-4 -5)"/>'
    )
    sheet.put(
        f'<use href="#{sheet.id("well")}" fill="none" stroke="#fff" stroke-opacity=".6" stroke-width="8" transform="translate(5'
        ' 7)"/></g>'
    )
    sheet.use("well", f'fill="{FABRIC}"')
    sheet.use("well", f'fill="{sheet.ramp("sunk", "0:-.26 .5:0 1:.26", y2=1)}"')
    glazed_specks = "".join(
        f"M{X + 250 * math.cos(a) * r:.0f} {y + 250 * math.sin(a) * r:.0f}h.1" for a, r in _scatter(sheet, 90)
    )
    sheet.put(
        f'<path d="{glazed_specks}" stroke="#3a2413" stroke-opacity=".38" stroke-width="2.8" stroke-linecap="round"/>'
    )
    for share, line in ((0.985, 'stroke="#8a6238" stroke-opacity=".5"'), (0.967, 'stroke="#fff" stroke-opacity=".42"')):
        shrunk = f"translate({X} {y}) scale({share}) translate(-{X} -{y})"
        sheet.use("rim", f'fill="none" stroke-width="3.6" {line} transform="{shrunk}"')
    glare = lens((X - 130, y - 60), (X - 20, y - 132), 20, -16)
    sheet.put(f'<path d="{glare}" fill="#fff" fill-opacity=".6" filter="{sheet.blur(7)}"/>')


def _petals(y: float, radius: float, swell: float, petals: int) -> list[tuple[float, float]]:
    """Points round a rim whose radius swells at each petal."""
    steps = petals * 4
    turns = (2 * math.pi * step / steps for step in range(steps))
    return [
        (X + math.cos(t) * r, y + math.sin(t) * r)
        for t in turns
        for r in (radius + swell * (2 * abs(math.cos(petals * t / 2)) ** 0.8 - 1),)
    ]


def _hollows(sheet: Sheet, y: float, petals: int) -> None:
    dark = bright = ""
    for petal in range(petals):
        t = 2 * math.pi * (petal + 0.5) / petals
        inner, outer = (X + 182 * math.cos(t), y + 182 * math.sin(t)), (X + 262 * math.cos(t), y + 262 * math.sin(t))
        dark += lens(inner, outer, 9)
        u = t + math.pi / petals
        bright += lens(
            (X + 186 * math.cos(u), y + 186 * math.sin(u)), (X + 258 * math.cos(u), y + 258 * math.sin(u)), 13
        )
    sheet.put(
        f'<g filter="{sheet.blur(5)}" clip-path="{sheet.clip("rim")}">'
        f'<path d="{dark}" fill="#1a1410" fill-opacity=".3"/><path d="{bright}" fill="#fff" fill-opacity=".42"/>'
        "</g>"
    )


def _scatter(sheet: Sheet, count: int) -> list[tuple[float, float]]:
    return [(sheet.dice.uniform(0, 2 * math.pi), math.sqrt(sheet.dice.random())) for _ in range(count)]
