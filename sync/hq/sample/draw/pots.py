"""Mug, rice bowl, soba cup, teapot, plate, bud vase."""

import math

from sync.hq.sample.draw.line import lens, spline
from sync.hq.sample.draw.part import cast
from sync.hq.sample.draw.sheet import FABRIC, Sheet
from sync.hq.sample.draw.turned import GLAZE, body, foot, glazed, mouth, ring, shine, stand

X = 450
TILT = 0.2  # how far we look down on things that stand


def _tube(sheet: Sheet, d: str, width: int, *, cap: str = "round") -> None:
    """A bent tube of glaze: edge, colour, shade below, light along its upper side."""
    sheet.put(
        f'<g fill="none" stroke-linecap="{cap}"><path d="{d}" stroke="#1a1410" stroke-opacity=".45" stroke-width="{width + 2.6}"/>'
    )
    sheet.put(
        f'<path d="{d}" stroke="{FABRIC}" stroke-width="{width}"/><path d="{d}" stroke="#1a1410" stroke-opacity=".14" stroke-width="{width}"/>'
    )
    inset = f'filter="{sheet.blur(3)}"'
    sheet.put(
        f'<path d="{d}" stroke="#1a1410" stroke-opacity=".3" stroke-width="{width * 0.4:.0f}" transform="translate({width * 0.2:.0f} {width * 0.2:.0f})" {inset}/>'
    )
    sheet.put(
        f'<path d="{d}" stroke="#fff" stroke-opacity=".55" stroke-width="{width * 0.24:.0f}" transform="translate(-{width * 0.16:.0f} -{width * 0.2:.0f})" {inset}/></g>'
    )


def mug(sheet: Sheet) -> None:
    """A mug with an ear to take three fingers, coffee in it."""
    x = X - 34
    profile = [(150.0, 200.0), (153, 280), (153, 380), (148, 470), (132, 528), (112, 548)]
    stand(sheet, x, 556, 150)
    _tube(
        sheet, f"M{x + 140} 268C{x + 226} 232 {x + 270} 300 {x + 252} 376C{x + 236} 440 {x + 182} 468 {x + 138} 452", 34
    )
    foot(sheet, "foot", x, 546, 112, 10, TILT)
    glazed(sheet, "body", body(profile, x, TILT))
    dip = f"M{x - 153} 400C{x - 90} 436 {x - 40} 428 {x} 440S{x + 100} 436 {x + 153} 404L{x + 153} 600H{x - 153}Z"
    sheet.put(f'<path d="{dip}" clip-path="{sheet.clip("body")}" fill="#f4ead8" fill-opacity=".26"/>')
    sheet.put(
        f'<path d="M{x - 153} 400C{x - 90} 436 {x - 40} 428 {x} 440S{x + 100} 436 {x + 153} 404" clip-path="{sheet.clip("body")}" fill="none" stroke="#1a1410" stroke-opacity=".24" stroke-width="3"/>'
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


def teapot(sheet: Sheet) -> None:
    """A side-handled teapot: round body, lid with a knob, spout to the left, hollow handle to the right."""
    profile = [(84.0, 238.0), (150, 262), (196, 330), (200, 400), (168, 480), (116, 524), (100, 530)]
    stand(sheet, X, 540, 180)
    spout = f"M{X - 176} 372C{X - 232} 350 {X - 256} 300 {X - 296} 244L{X - 262} 226C{X - 238} 262 {X - 210} 296 {X - 168} 306Z"
    glazed(sheet, "spout", spout)
    sheet.put(
        f'<path d="M{X - 296} 244C{X - 290} 232 {X - 274} 222 {X - 262} 226C{X - 266} 238 {X - 284} 250 {X - 296} 244Z" fill="#1a1410" fill-opacity=".6"/>'
    )
    handle = f"M{X + 172} 322L{X + 318} 226C{X + 336} 220 {X + 350} 240 {X + 342} 258L{X + 196} 372Z"
    glazed(sheet, "handle", handle)
    sheet.put(
        f'<path d="{lens((X + 190, 326), (X + 326, 238), 5)}" fill="#fff" fill-opacity=".5" filter="{sheet.blur(3)}"/>'
    )
    sheet.put(
        f'<ellipse cx="{X + 334}" cy="240" rx="17" ry="22" transform="rotate(34 {X + 334} 240)" fill="#1a1410" fill-opacity=".62" stroke="#fff" stroke-opacity=".25"/>'
    )
    foot(sheet, "foot", X, 528, 98, 12, TILT)
    glazed(sheet, "body", body(profile, X, TILT))
    for y, radius in ((330, 196), (452, 184)):
        ring(sheet, X, y, radius, TILT, 0.14)
    shine(sheet, "body", X - 108, 270, 480, 30)
    _lid(sheet)


def _lid(sheet: Sheet) -> None:
    sheet.put(f'<ellipse cx="{X}" cy="246" rx="98" ry="22" fill="#1a1410" fill-opacity=".5" filter="{sheet.blur(5)}"/>')
    glazed(sheet, "lid", body([(12.0, 202.0), (60, 212), (88, 232), (92, 242)], X, 0.22))
    ring(sheet, X, 226, 76, 0.22, 0.2)
    glazed(sheet, "knob", body([(4.0, 166.0), (22, 172), (26, 186), (16, 202), (14, 210)], X, 0.22), speckled=False)
    sheet.put(f'<ellipse cx="{X - 8}" cy="180" rx="7" ry="5" fill="#fff" fill-opacity=".6" filter="{sheet.blur(3)}"/>')


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
        f'<g filter="{sheet.blur(5)}"><path d="{well}" fill="none" stroke="#1a1410" stroke-opacity=".34" stroke-width="9" transform="translate(-4 -5)"/>'
    )
    sheet.put(
        f'<path d="{well}" fill="none" stroke="#fff" stroke-opacity=".6" stroke-width="8" transform="translate(5 7)"/></g>'
    )
    sheet.use("well", f'fill="{FABRIC}"')
    sheet.use("well", f'fill="{sheet.ramp("sunk", "0:-.26 .5:0 1:.26", y2=1)}"')
    glazed_specks = "".join(
        f"M{X + 250 * math.cos(a) * r:.0f} {y + 250 * math.sin(a) * r:.0f}h.1" for a, r in _scatter(sheet, 90)
    )
    sheet.put(
        f'<path d="{glazed_specks}" stroke="#3a2413" stroke-opacity=".38" stroke-width="2.8" stroke-linecap="round"/>'
    )
    edge = spline(_petals(y, 264, 10, petals), closed=True)
    sheet.put(f'<path d="{edge}" fill="none" stroke="#8a6238" stroke-opacity=".5" stroke-width="4"/>')
    sheet.put(
        f'<path d="{spline(_petals(y, 259, 10, petals), closed=True)}" fill="none" stroke="#fff" stroke-opacity=".4" stroke-width="3"/>'
    )
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
        f'<g filter="{sheet.blur(5)}" clip-path="{sheet.clip("rim")}"><path d="{dark}" fill="#1a1410" fill-opacity=".3"/><path d="{bright}" fill="#fff" fill-opacity=".42"/></g>'
    )


def _scatter(sheet: Sheet, count: int) -> list[tuple[float, float]]:
    return [(sheet.dice.uniform(0, 2 * math.pi), math.sqrt(sheet.dice.random())) for _ in range(count)]


def vase(sheet: Sheet) -> None:
    """A bud vase with one branch of round leaves."""
    profile = [(26.0, 332.0), (21, 372), (26, 416), (70, 462), (102, 530), (92, 610), (66, 648), (62, 652)]
    stand(sheet, X, 660, 96)
    _branch(sheet)
    sheet.put(
        f'<ellipse cx="{X}" cy="332" rx="26" ry="6.5" fill="{FABRIC}" stroke="#1a1410" stroke-opacity=".4"/><ellipse cx="{X}" cy="332" rx="21" ry="4.6" fill="#1a1410" fill-opacity=".7"/>'
    )
    glazed(sheet, "body", body(profile, X, TILT))
    for y, radius in ((470, 76), (560, 104), (600, 96)):
        ring(sheet, X, y, radius, TILT, 0.12)
    shine(sheet, "body", X - 46, 470, 630, 18)
    shine(sheet, "body", X - 8, 344, 430, 5)
    sheet.put(
        f'<path d="M{X - 26} 332A26 6.5 0 0 0 {X + 26} 332" fill="none" stroke="#fff" stroke-opacity=".55" stroke-width="2.6"/>'
    )


_STEM = ((450.0, 340.0), (446, 270), (462, 200), (500, 130), (552, 76))


def _branch(sheet: Sheet) -> None:
    stem = spline(_STEM)
    twig = spline(((452.0, 236.0), (424, 190), (384, 156)))
    sheet.put(f'<path d="{stem}{twig}" fill="none" stroke="#6b5138" stroke-width="5" stroke-linecap="round"/>')
    sheet.put(
        f'<path d="{stem}{twig}" fill="none" stroke="#fff" stroke-opacity=".25" stroke-width="1.6" transform="translate(-1.4)"/>'
    )
    places = (
        (446, 276, 150),
        (458, 214, 30),
        (472, 180, -160),
        (492, 144, 10),
        (514, 114, -130),
        (534, 92, 36),
        (556, 72, -50),
        (430, 198, 160),
        (410, 176, -100),
        (384, 154, -150),
    )
    sheet.define(
        "leaf",
        '<g ID><path d="M0 0C10-22 40-30 66-16C50 8 22 16 0 0Z" fill="#7d8f6b" stroke="#1a1410" stroke-opacity=".3"/>'
        '<path d="M0 0C20-12 44-18 66-16C44-26 14-22 0 0Z" fill="#fff" fill-opacity=".26"/>'
        '<path d="M0 0C20-8 40-14 62-16" fill="none" stroke="#1a1410" stroke-opacity=".3" stroke-width="1.2"/></g>',
    )
    for x, y, turn in places:
        size = 0.72 + sheet.dice.random() * 0.5
        sheet.put(f'<use href="#{sheet.id("leaf")}" transform="translate({x} {y}) rotate({turn}) scale({size:.2f})"/>')
