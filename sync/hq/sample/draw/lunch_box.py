"""A lunch box of bent wood."""

from sync.hq.sample.draw.line import lens
from sync.hq.sample.draw.sheet import FABRIC, Sheet
from sync.hq.sample.draw.turned import body, glazed, stand

X = 450


def lunch_box(sheet: Sheet) -> None:
    """An oval box of bent wood: a lid a little wider than the box, the joint sewn with cherry bark."""
    stand(sheet, X, 540, 262)
    _wall(sheet, "box", 262, 400, 530, 0.3)
    sheet.use("box", 'fill="#1a1410" fill-opacity=".12"')
    _wall(sheet, "lid", 272, 300, 432, 0.3)
    sheet.put(
        f'<path d="M{X - 262} 436A262 79 0 0 0 {X + 262} 436" fill="none" stroke="#1a1410" stroke-opacity=".5"'
        f' stroke-width="8" filter="{sheet.blur(5)}"/>'
    )
    _joint(sheet)
    _top(sheet)


def _wall(sheet: Sheet, name: str, radius: float, top: float, low: float, tilt: float) -> None:
    glazed(sheet, name, body([(radius, top), (radius, low)], X, tilt), speckled=False)
    grain = ""
    for row in range(6):
        y = top + 12 + row * (low - top - 8) / 6
        drop = radius * tilt * 1.32
        grain += (
            f"M{X - radius} {y:.0f}C{X - radius * 0.5:.0f} {y + drop + sheet.dice.randint(-4, 4):.0f}"
            f" {X + radius * 0.5:.0f} {y + drop + sheet.dice.randint(-4, 4):.0f} {X + radius} {y:.0f}"
        )
    sheet.put(
        f'<g clip-path="{sheet.clip(name)}" fill="none">'
        f'<path d="{grain}" stroke="#5a3517" stroke-opacity=".26" stroke-width="2.4"/>'
    )
    sheet.put(f'<path d="{grain}" stroke="#fff" stroke-opacity=".22" stroke-width="2" transform="translate(0 5)"/></g>')


def _joint(sheet: Sheet) -> None:
    """Where the end of the board overlaps, sewn with two rows of bark."""
    edge = f"M{X + 42} 386L{X + 50} 520"
    sheet.put(
        f'<path d="{edge}" stroke="#1a1410" stroke-opacity=".34" stroke-width="7" filter="{sheet.blur(3)}"'
        f' transform="translate(3 0)"/><path d="{edge}" stroke="#1a1410" stroke-opacity=".5" stroke-width="1.8"/>'
    )
    for x in (X - 22, X + 18):
        for number in range(4):
            y = 402 + number * 27 - abs(x - X) * 0.06
            sheet.put(
                f'<path d="M{x} {y:.0f}l-2 15" stroke="#4b2316" stroke-width="9"/>'
                f'<path d="M{x - 2} {y + 1:.0f}l-1 12" stroke="#fff" stroke-opacity=".3" stroke-width="2.4"/>'
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
        f"M{X - 40 - r * 3} 292C{X - 30 - r} {292 - r} {X + 30 + r} {290 - r} {X + 70 + r * 3.4:.0f} 294"
        f"C{X + 30 + r} {298 + r} {X - 30 - r} {300 + r} {X - 40 - r * 3} 292Z"
        for r in (8, 15, 23)
    )
    cut = sheet.ref("top")
    sheet.put(
        f'<g clip-path="{cut}" fill="none" stroke="#5a3517">'
        f'<path d="{grain}" stroke-opacity=".22" stroke-width="1.8"/>'
        f'<path d="{eye}" stroke-opacity=".34" stroke-width="2"/></g>'
    )
    sheet.put(f'{oval} fill="{sheet.ramp("lidlight", "0:.34 .5:.06 1:-.22", y2=0.4)}"/>')
    inner = f'<ellipse cx="{X}" cy="299" rx="261" ry="{ry - 7:.1f}" fill="none"'
    sheet.put(
        f'{inner} stroke="#1a1410" stroke-opacity=".3" stroke-width="2"/>{inner} stroke="#fff" stroke-opacity=".5"'
        ' stroke-width="2" transform="translate(0 2.6)"/>'
    )
    sheet.put(
        f'<path d="{lens((X - 190, 286), (X - 20, 252), 12, -8)}" fill="#fff" fill-opacity=".4"'
        f' filter="{sheet.blur(7)}"/>'
    )
