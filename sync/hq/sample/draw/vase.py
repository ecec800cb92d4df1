"""A bud vase with a branch in it."""

from sync.hq.sample.draw.line import spline
from sync.hq.sample.draw.sheet import FABRIC, Sheet
from sync.hq.sample.draw.turned import body, glazed, ring, shine, stand

X = 450
TILT = 0.2  # how far we look down on things that stand


def vase(sheet: Sheet) -> None:
    """A bud vase with one branch of round leaves."""
    profile = [(26.0, 332.0), (21, 372), (26, 416), (70, 462), (102, 530), (92, 610), (66, 648), (62, 652)]
    stand(sheet, X, 660, 96)
    _branch(sheet)
    sheet.put(
        f'<ellipse cx="{X}" cy="332" rx="26" ry="6.5" fill="{FABRIC}" stroke="#1a1410" stroke-opacity=".4"/>'
        f'<ellipse cx="{X}" cy="332" rx="21" ry="4.6" fill="#1a1410" fill-opacity=".7"/>'
    )
    glazed(sheet, "body", body(profile, X, TILT))
    for y, radius in ((470, 76), (560, 104), (600, 96)):
        ring(sheet, X, y, radius, TILT, 0.12)
    shine(sheet, "body", X - 46, 470, 630, 18)
    shine(sheet, "body", X - 8, 344, 430, 5)
    sheet.put(
        f'<path d="M{X - 26} 332A26 6.5 0 0 0 {X + 26} 332" fill="none" stroke="#fff" stroke-opacity=".55"'
        ' stroke-width="2.6"/>'
    )


_STEM = ((450.0, 340.0), (446, 270), (462, 200), (500, 130), (552, 76))


def _branch(sheet: Sheet) -> None:
    stem = spline(_STEM)
    twig = spline(((452.0, 236.0), (424, 190), (384, 156)))
    sheet.put(f'<path d="{stem}{twig}" fill="none" stroke="#6b5138" stroke-width="5" stroke-linecap="round"/>')
    sheet.put(
        f'<path d="{stem}{twig}" fill="none" stroke="#fff" stroke-opacity=".25" stroke-width="1.6"'
        ' transform="translate(-1.4)"/>'
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
