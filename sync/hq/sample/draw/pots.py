"""Mug, rice bowl, soba cup."""

import math

from sync.hq.sample.draw.line import lens
from sync.hq.sample.draw.sheet import FABRIC, Sheet
from sync.hq.sample.draw.turned import GLAZE, body, foot, glazed, mouth, ring, shine, stand

X = 450
TILT = 0.2  # how far we look down on things that stand


def tube(sheet: Sheet, d: str, width: int, *, cap: str = "round") -> None:
    """A bent tube of glaze: edge, colour, shade below, light along its upper side."""
    sheet.put(
        f'<g fill="none" stroke-linecap="{cap}">'
        f'<path d="{d}" stroke="#1a1410" stroke-opacity=".45" stroke-width="{width + 2.6}"/>'
    )
    sheet.put(
        f'<path d="{d}" stroke="{FABRIC}" stroke-width="{width}"/>'
        f'<path d="{d}" stroke="#1a1410" stroke-opacity=".14" stroke-width="{width}"/>'
    )
    inset = f'filter="{sheet.blur(3)}"'
    sheet.put(
        f'<path d="{d}" stroke="#1a1410" stroke-opacity=".3" stroke-width="{width * 0.4:.0f}"'
        f' transform="translate({width * 0.2:.0f} {width * 0.2:.0f})" {inset}/>'
    )
    sheet.put(
        f'<path d="{d}" stroke="#fff" stroke-opacity=".55" stroke-width="{width * 0.24:.0f}"'
        f' transform="translate(-{width * 0.16:.0f} -{width * 0.2:.0f})" {inset}/></g>'
    )


def mug(sheet: Sheet) -> None:
    """A mug with an ear to take three fingers, coffee in it."""
    x = X - 34
    profile = [(150.0, 200.0), (153, 280), (153, 380), (148, 470), (132, 528), (112, 548)]
    stand(sheet, x, 556, 150)
    tube(
        sheet, f"M{x + 140} 268C{x + 226} 232 {x + 270} 300 {x + 252} 376C{x + 236} 440 {x + 182} 468 {x + 138} 452", 34
    )
    foot(sheet, "foot", x, 546, 112, 10, TILT)
    glazed(sheet, "body", body(profile, x, TILT))
    dip = f"M{x - 153} 400C{x - 90} 436 {x - 40} 428 {x} 440S{x + 100} 436 {x + 153} 404L{x + 153} 600H{x - 153}Z"
    sheet.put(f'<path d="{dip}" clip-path="{sheet.clip("body")}" fill="#f4ead8" fill-opacity=".26"/>')
    sheet.put(
        f'<path d="M{x - 153} 400C{x - 90} 436 {x - 40} 428 {x} 440S{x + 100} 436 {x + 153} 404"'
        f' clip-path="{sheet.clip("body")}" fill="none" stroke="#1a1410" stroke-opacity=".24" stroke-width="3"/>'
    )
    ring(sheet, x, 500, 141, TILT)
    shine(sheet, "body", x - 78, 240, 500, 26)
    mouth(sheet, x, 200, 150, TILT, liquid="#4a2c1a")


def bowl(sheet: Sheet) -> None:
    """A rice bowl on a high foot, wheel marks round it."""
    profile = [(206.0, 250.0), (204, 290), (190, 350), (160, 418), (116, 474), (84, 496)]
    stand(sheet, X, 540, 130)
    foot(sheet, "foot", X, 492, 84, 44, TILT)
    glazed(sheet, "body", body(profile, X, 0.24))
    for y, radius in ((318, 198), (360, 187), (402, 168), (444, 140)):
        ring(sheet, X, y, radius, 0.24, 0.12)
    shine(sheet, "body", X - 104, 300, 470, 28)
    mouth(sheet, X, 250, 206, 0.24, lip=8)
    arc = f"M{X - 150} 258A{160} {36} 0 0 1 {X + 90} 226"
    sheet.put(
        f'<path d="{arc}" fill="none" stroke="#fff" stroke-opacity=".3" stroke-width="9" filter="{sheet.blur(5)}"/>'
    )


def soba_cup(sheet: Sheet) -> None:
    """A soba cup, straight and a little wider at the mouth, brushed with upright strokes."""
    profile = [(140.0, 220.0), (132, 320), (122, 430), (112, 520), (104, 540)]
    stand(sheet, X, 548, 122)
    foot(sheet, "foot", X, 538, 100, 8, TILT)
    glazed(sheet, "body", body(profile, X, TILT))
    strokes = ""
    for number in range(-6, 7):
        turn = math.sin(number / 13 * math.pi)
        top, low = (
            (X + 139 * turn, 262 + 26 * math.cos(number / 13 * math.pi)),
            (X + 112 * turn, 470 + 22 * math.cos(number / 13 * math.pi)),
        )
        strokes += lens(top, low, 8.5 * math.cos(number / 13 * math.pi) ** 0.7 + 1, 2)
    sheet.put(f'<path d="{strokes}" clip-path="{sheet.clip("body")}" fill="#223f66" fill-opacity=".72"/>')
    sheet.use("body", f'fill="{sheet.ramp("glaze", GLAZE)}" opacity=".5"')
    shine(sheet, "body", X - 70, 250, 520, 24)
    mouth(sheet, X, 220, 140, TILT, lip=6)
