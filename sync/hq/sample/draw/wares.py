"""Bent-wood lunch box, candle, reed diffuser."""

from sync.hq.sample.draw.line import lens
from sync.hq.sample.draw.sheet import FABRIC, Sheet
from sync.hq.sample.draw.turned import body, glazed, shine, stand

X = 450


def lunch_box(sheet: Sheet) -> None:
    """An oval box of bent wood: a lid a little wider than the box, the joint sewn with cherry bark."""
    stand(sheet, X, 540, 262)
    _wall(sheet, "box", 262, 400, 530, 0.3)
    sheet.use("box", 'fill="#1a1410" fill-opacity=".12"')
    _wall(sheet, "lid", 272, 300, 432, 0.3)
    sheet.put(
        f'<path d="M{X - 262} 436A262 79 0 0 0 {X + 262} 436" fill="none" stroke="#1a1410" stroke-opacity=".5" stroke-width="8" filter="{sheet.blur(5)}"/>'
    )
    _joint(sheet)
    _top(sheet)


def _wall(sheet: Sheet, name: str, radius: float, top: float, low: float, tilt: float) -> None:
    glazed(sheet, name, body([(radius, top), (radius, low)], X, tilt), speckled=False)
    grain = ""
    for row in range(6):
        y = top + 12 + row * (low - top - 8) / 6
        drop = radius * tilt * 1.32
        grain += f"M{X - radius} {y:.0f}C{X - radius * 0.5:.0f} {y + drop + sheet.dice.randint(-4, 4):.0f} {X + radius * 0.5:.0f} {y + drop + sheet.dice.randint(-4, 4):.0f} {X + radius} {y:.0f}"
    sheet.put(
        f'<g clip-path="{sheet.clip(name)}" fill="none"><path d="{grain}" stroke="#5a3517" stroke-opacity=".26" stroke-width="2.4"/>'
    )
    sheet.put(f'<path d="{grain}" stroke="#fff" stroke-opacity=".22" stroke-width="2" transform="translate(0 5)"/></g>')


def _joint(sheet: Sheet) -> None:
    """Where the end of the board overlaps, sewn with two rows of bark."""
    edge = f"M{X + 42} 386L{X + 50} 520"
    sheet.put(
        f'<path d="{edge}" stroke="#1a1410" stroke-opacity=".34" stroke-width="7" filter="{sheet.blur(3)}" transform="translate(3 0)"/><path d="{edge}" stroke="#1a1410" stroke-opacity=".5" stroke-width="1.8"/>'
    )
    for x in (X - 22, X + 18):
        for number in range(4):
            y = 402 + number * 27 - abs(x - X) * 0.06
            sheet.put(
                f'<path d="M{x} {y:.0f}l-2 15" stroke="#4b2316" stroke-width="9"/><path d="M{x - 2} {y + 1:.0f}l-1 12" stroke="#fff" stroke-opacity=".3" stroke-width="2.4"/>'
            )


def _top(sheet: Sheet) -> None:
    ry = 272 * 0.3
    oval = f'<ellipse cx="{X}" cy="300" rx="272" ry="{ry:.1f}"'
    sheet.define("top", f"<clipPath ID>{oval}/></clipPath>")
    sheet.put(f'{oval} fill="{FABRIC}" stroke="#1a1410" stroke-opacity=".35" stroke-width="1.5"/>')
    grain = ""
    for row in range(-13, 14):
        y = 300 + row * 6.6 + sheet.dice.uniform(-1.5, 1.5)
        bow = 16 - abs(row + 2) * 1.5
        grain += f"M{X - 290} {y:.0f}C{X - 120} {y - bow:.0f} {X + 60} {y + bow * 0.6:.0f} {X + 290} {y - 2:.0f}"
    eye = "".join(
        f"M{X - 40 - r * 3} 292C{X - 30 - r} {292 - r} {X + 30 + r} {290 - r} {X + 70 + r * 3.4:.0f} 294C{X + 30 + r} {298 + r} {X - 30 - r} {300 + r} {X - 40 - r * 3} 292Z"
        for r in (8, 15, 23)
    )
    cut = sheet.ref("top")
    sheet.put(
        f'<g clip-path="{cut}" fill="none" stroke="#5a3517"><path d="{grain}" stroke-opacity=".22" stroke-width="1.8"/><path d="{eye}" stroke-opacity=".34" stroke-width="2"/></g>'
    )
    sheet.put(f'{oval} fill="{sheet.ramp("lidlight", "0:.34 .5:.06 1:-.22", y2=0.4)}"/>')
    inner = f'<ellipse cx="{X}" cy="299" rx="261" ry="{ry - 7:.1f}" fill="none"'
    sheet.put(
        f'{inner} stroke="#1a1410" stroke-opacity=".3" stroke-width="2"/>{inner} stroke="#fff" stroke-opacity=".5" stroke-width="2" transform="translate(0 2.6)"/>'
    )
    sheet.put(
        f'<path d="{lens((X - 190, 286), (X - 20, 252), 12, -8)}" fill="#fff" fill-opacity=".4" filter="{sheet.blur(7)}"/>'
    )


def candle(sheet: Sheet) -> None:
    """A beeswax candle burning in a glass: flame, glow in the wax, light on the glass."""
    radius, top, low = 128, 262, 560
    stand(sheet, X, low + 6, radius)
    glow = sheet.define(
        "glow",
        '<radialGradient ID><stop stop-color="#fff3c4" stop-opacity=".95"/><stop offset=".3" stop-color="#ffdf8e" stop-opacity=".5"/><stop offset="1" stop-color="#ffd070" stop-opacity="0"/></radialGradient>',
    )
    wax = body([(radius - 9.0, 346.0), (radius - 9, low - 12)], X, 0.18)
    glazed(sheet, "wax", wax, speckled=False)
    sheet.put(f'<ellipse cx="{X}" cy="372" rx="112" ry="110" fill="{glow}" clip-path="{sheet.clip("wax")}"/>')
    pool = f'<ellipse cx="{X}" cy="346" rx="{radius - 9}" ry="{(radius - 9) * 0.18:.1f}"'
    sheet.put(
        f'{pool} fill="{FABRIC}"/>{pool} fill="#fff2cf" fill-opacity=".6"/><ellipse cx="{X}" cy="347" rx="74" ry="12" fill="#fff6da" fill-opacity=".8"/>'
    )
    sheet.put(f'<ellipse cx="{X}" cy="268" rx="150" ry="150" fill="{glow}" opacity=".75"/>')
    sheet.put(
        f'<path d="M{X} 348C{X - 2} 338 {X + 2} 330 {X + 1} 318" stroke="#2b1d12" stroke-width="4.6" fill="none" stroke-linecap="round"/>'
    )
    _flame(sheet)
    glass = body([(radius, top), (radius, low - 30), (radius - 8, low)], X, 0.18)
    sheet.path("glass", glass)
    sheet.use("glass", 'fill="#fff" fill-opacity=".1" stroke="#6f6a60" stroke-opacity=".5" stroke-width="2"')
    sheet.use("glass", f'fill="{sheet.ramp("glass-light", "0:-.3 .05:.5 .1:.05 .5:0 .9:.04 .95:.4 1:-.3")}"')
    sheet.put(
        f'<ellipse cx="{X}" cy="{top}" rx="{radius}" ry="{radius * 0.18:.1f}" fill="#fff" fill-opacity=".08" stroke="#6f6a60" stroke-opacity=".55" stroke-width="2"/>'
    )
    sheet.put(
        f'<path d="M{X - radius} {top}A{radius} {radius * 0.18:.1f} 0 0 0 {X + radius} {top}" fill="none" stroke="#fff" stroke-opacity=".8" stroke-width="3"/>'
    )
    shine(sheet, "glass", X - 84, 290, 540, 12)
    _label(sheet, 440, 60)


def _flame(sheet: Sheet) -> None:
    outer = f"M{X + 1} 326C{X - 26} 318 {X - 24} 284 {X - 8} 258C{X - 2} 246 {X + 1} 232 {X + 2} 218C{X + 16} 244 {X + 30} 270 {X + 26} 298C{X + 23} 316 {X + 14} 326 {X + 1} 326Z"
    inner = f"M{X + 1} 322C{X - 14} 314 {X - 12} 292 {X - 2} 276C{X + 1} 270 {X + 2} 264 {X + 3} 256C{X + 12} 274 {X + 17} 288 {X + 14} 304C{X + 12} 316 {X + 8} 322 {X + 1} 322Z"
    sheet.put(
        f'<path d="{outer}" fill="#ffb347" fill-opacity=".85" filter="{sheet.blur(3)}"/><path d="{outer}" fill="#ffcf6b" fill-opacity=".9"/><path d="{inner}" fill="#fffbe6"/>'
    )
    sheet.put(f'<ellipse cx="{X + 1}" cy="318" rx="9" ry="7" fill="#6f93c9" fill-opacity=".5"/>')


def _label(sheet: Sheet, y: int, half: int) -> None:
    """The paper label with the brand's mark."""
    sheet.put(
        f'<path d="M{X - half} {y}q{half} 10 {2 * half} 0v70q-{half} 10-{2 * half} 0z" fill="#fbf8f1" stroke="#1a1410" stroke-opacity=".25"/>'
    )
    sheet.put(
        f'<path d="M{X - half * 0.34:.0f} {y + 33}q{half * 0.34:.0f} 3 {half * 0.68:.0f} 0" stroke="#1f4e79" stroke-width="8" fill="none"/>'
    )
    sheet.put(
        f'<path d="M{X - half * 0.6:.0f} {y + 54}q{half * 0.6:.0f} 5 {half * 1.2:.0f} 0" stroke="#1a1410" stroke-opacity=".4" stroke-width="2" stroke-dasharray="9 4" fill="none"/>'
    )


def diffuser(sheet: Sheet) -> None:
    """A bottle of scent with seven reeds."""
    profile = [(34.0, 336.0), (34, 376), (40, 392), (96, 420), (112, 452), (112, 600), (104, 622), (96, 630)]
    stand(sheet, X, 638, 112)
    for lean, length in ((-96, 262), (-58, 290), (-24, 300), (8, 286), (42, 304), (74, 270), (104, 246)):
        tip = (X + lean * 1.25, 338 - length)
        reed = f"M{X + lean * 0.16:.0f} 346L{tip[0]:.0f} {tip[1]}"
        sheet.put(
            f'<path d="{reed}" stroke="#1a1410" stroke-opacity=".4" stroke-width="8" stroke-linecap="round"/><path d="{reed}" stroke="#d9bd92" stroke-width="6.4" stroke-linecap="round"/><path d="{reed}" stroke="#fff" stroke-opacity=".4" stroke-width="2" transform="translate(-1.4)"/>'
        )
    glazed(sheet, "bottle", body(profile, X, 0.18), speckled=False)
    liquid = f"M{X - 110} 500A110 18 0 0 0 {X + 110} 500V660H{X - 110}Z"
    sheet.put(
        f'<path d="{liquid}" clip-path="{sheet.clip("bottle")}" fill="#1a1410" fill-opacity=".3"/><ellipse cx="{X}" cy="500" rx="108" ry="18" fill="#fff" fill-opacity=".14"/>'
    )
    sheet.put(
        f'<path d="M{X - 112} 470V606" stroke="#fff" stroke-opacity=".35" stroke-width="5" transform="translate(9 0)" filter="{sheet.blur(3)}"/>'
    )
    shine(sheet, "bottle", X - 70, 420, 612, 13)
    collar = body([(37.0, 330.0), (37, 366)], X, 0.2)
    glazed(sheet, "collar", collar, speckled=False, colour="#c9a97c")
    sheet.put(
        f'<ellipse cx="{X}" cy="330" rx="37" ry="7.4" fill="#d8bb90" stroke="#1a1410" stroke-opacity=".35"/><ellipse cx="{X}" cy="331" rx="27" ry="5" fill="#1a1410" fill-opacity=".7"/>'
    )
    for lean in (-96, -58, -24, 8, 42, 74, 104):
        sheet.put(
            f'<path d="M{X + lean * 0.16:.0f} 334L{X + lean * 0.3:.0f} 300" stroke="#d9bd92" stroke-width="6.4"/>'
        )
    _label(sheet, 506, 62)
