"""Things thrown on a wheel or blown: a body from its profile, glaze that shines, a foot left bare, a shadow to stand on."""

from collections.abc import Sequence

from sync.hq.sample.draw.line import Point, at, lens
from sync.hq.sample.draw.sheet import FABRIC, Sheet

# how glaze shines on a round body, left to right: rim of shade, window, core, reflected light
GLAZE = "0:-.42 .07:-.2 .2:.2 .3:.36 .4:.16 .62:-.06 .86:-.34 .95:-.42 1:-.26"
CLAY = "#b08a68"  # the bare foot


def stand(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """The shadow of something standing at (x, y): wide to the right, dark where it touches."""
    wide = f'<ellipse cx="{x + radius * 0.3:g}" cy="{y + 4:g}" rx="{radius * 1.28:g}" ry="{min(34, radius * 0.24):g}"'
    sheet.put(f'{wide} fill="#2b2318" fill-opacity=".34" filter="{sheet.blur(18)}"/>')
    near = f'<ellipse cx="{x + 10:g}" cy="{y + 1:g}" rx="{radius * 0.96:g}" ry="{min(26, radius * 0.15):g}"'
    sheet.put(f'{near} fill="#2b2318" fill-opacity=".5" filter="{sheet.blur(7)}"/>')


def side(points: Sequence[Point]) -> str:
    """Curves through profile points (already on the sheet), going on from the first."""
    text = ""
    padded = [points[0], *points, points[-1]]
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        one = (b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6)
        two = (c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6)
        text += f"C{at(one)} {at(two)} {at(c)}"
    return text


def body(profile: Sequence[Point], x: float, tilt: float) -> str:
    """The outline of a turned body: `profile` is (radius, y) from rim to foot, `tilt` how round its rings are seen."""
    left = [(x - r, y) for r, y in profile]
    right = [(x + r, y) for r, y in reversed(profile)]
    rim, foot = profile[0][0], profile[-1][0]
    return (
        f"M{at(left[0])}{side(left)}A{foot:g} {foot * tilt:.1f} 0 0 0 {at(right[0])}{side(right)}"
        f"A{rim:g} {rim * tilt:.1f} 0 0 1 {at(left[0])}Z"
    )


def glazed(sheet: Sheet, name: str, outline: str, *, speckled: bool = True, colour: str = FABRIC) -> None:
    """Fill a turned outline: colour, specks of iron, the round light, light from above."""
    sheet.path(name, outline)
    sheet.use(name, f'fill="{colour}" stroke="#1a1410" stroke-opacity=".3" stroke-width="1.4"')
    if speckled:
        sheet.use(name, f'fill="{_specks(sheet)}"')
    sheet.use(name, f'fill="{sheet.ramp("glaze", GLAZE)}"')
    sheet.use(name, f'fill="{sheet.ramp("above", "0:.16 .4:0 1:-.26", x2=0, y2=1)}"')


def _specks(sheet: Sheet) -> str:
    dice = sheet.dice
    dark = "".join(f"M{dice.randrange(120)} {dice.randrange(120)}h.1" for _ in range(26))
    tiny = "".join(f"M{dice.randrange(120)} {dice.randrange(120)}h.1" for _ in range(40))
    return sheet.define(
        "specks",
        '<pattern ID width="120" height="120" patternUnits="userSpaceOnUse"><g stroke="#2a1a0e" stroke-linecap="round">'
        f'<path d="{dark}" stroke-opacity=".34" stroke-width="2.6"/>'
        f'<path d="{tiny}" stroke-opacity=".26" stroke-width="1.5"/>'
        f'</g><path d="{tiny}" transform="translate(9 5)" stroke="#fff" stroke-opacity=".3" stroke-width="2"'
        ' stroke-linecap="round"/></pattern>',
    )


def shine(sheet: Sheet, name: str, x: float, top: float, low: float, width: float) -> None:
    """The window's reflection on glaze: a soft upright light, with a sharper one inside."""
    soft, hard = lens((x, top), (x + 4, low), width, -6), lens((x - 4, top + 14), (x - 2, low - 40), width * 0.34, -5)
    sheet.put(
        f'<g clip-path="{sheet.clip(name)}" fill="#fff"><path d="{soft}" fill-opacity=".5" filter="{sheet.blur(7)}"/>'
    )
    sheet.put(f'<path d="{hard}" fill-opacity=".6" filter="{sheet.blur(3)}"/></g>')


def mouth(
    sheet: Sheet, x: float, y: float, radius: float, tilt: float, *, lip: float = 7, liquid: str | None = None
) -> None:
    """The opening: the lip's light, the inside darker towards the near wall, what is in it."""
    ry = radius * tilt
    inner, inner_y = radius - lip, ry - lip * 0.5
    sheet.put(
        f'<ellipse cx="{x:g}" cy="{y:g}" rx="{radius:g}" ry="{ry:.1f}" fill="{FABRIC}" stroke="#1a1410"'
        ' stroke-opacity=".3"/>'
    )
    sheet.put(f'<ellipse cx="{x:g}" cy="{y:g}" rx="{radius:g}" ry="{ry:.1f}" fill="#fff" fill-opacity=".3"/>')
    hole = f'<ellipse cx="{x:g}" cy="{y + 1:g}" rx="{inner:g}" ry="{inner_y:.1f}"'
    sheet.put(f'{hole} fill="{FABRIC}"/>{hole} fill="{sheet.ramp("bowl", "0:-.6 .5:-.34 1:-.04", x2=0.9, y2=0.5)}"/>')
    if liquid:
        cut = sheet.define("mouth", f"<clipPath ID>{hole}/></clipPath>")
        surface = f'<ellipse cx="{x:g}" cy="{y + ry * 0.62:.1f}" rx="{inner * 0.97:.1f}" ry="{inner_y * 0.9:.1f}"'
        sheet.put(
            f'<g clip-path="{cut}">{surface} fill="{liquid}"/>{surface}'
            f' fill="{sheet.ramp("wet", "0:.3 .4:0 1:-.2")}"/></g>'
        )
    sheet.put(f'{hole} fill="none" stroke="#1a1410" stroke-opacity=".3"/>')


def foot(sheet: Sheet, name: str, x: float, y: float, radius: float, tall: float, tilt: float) -> None:
    """The bare ring a pot stands on, in shade under the body; draw it before the body."""
    glazed(sheet, name, body([(radius, y), (radius - 3, y + tall)], x, tilt), speckled=False, colour=CLAY)
    sheet.use(name, 'fill="#1a1410" fill-opacity=".24"')


def ring(sheet: Sheet, x: float, y: float, radius: float, tilt: float, opacity: float = 0.16) -> None:
    """A turning mark: the near half of a ring round the body."""
    d = f"M{x - radius:g} {y:g}A{radius:g} {radius * tilt:.1f} 0 0 0 {x + radius:g} {y:g}"
    sheet.put(f'<path d="{d}" fill="none" stroke="#1a1410" stroke-opacity="{opacity:g}" stroke-width="2.4"/>')
    sheet.put(
        f'<path d="{d}" fill="none" stroke="#fff" stroke-opacity="{opacity * 1.3:g}" stroke-width="1.8"'
        ' transform="translate(0 3)"/>'
    )
