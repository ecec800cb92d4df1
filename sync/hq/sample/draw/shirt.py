"""Shirts: band, button-down, round and open collars; long and short sleeves; pockets, plackets, shirt tails."""

import re
from typing import Literal

from sync.hq.sample.draw.block import MIDDLE, Arm, Block, sleeve
from sync.hq.sample.draw.line import at, flip
from sync.hq.sample.draw.part import FLAT, LEFT, Cloth, buttons, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.top import Top, cuff_lines, hem_line, lay

Collar = Literal["band", "button-down", "round", "open"]

_LEAVES = {
    "button-down": "M397 98C391 82 394 66 404 58C413 86 430 106 450 120L427 178C424 184 418 184 414 179L366 131"
    "C374 116 384 104 397 98Z",
    "round": "M400 84C374 98 350 122 346 146C350 172 384 188 416 178C438 170 450 152 450 134C428 124 408 106 400 84Z",
    "open": "M402 76C404 124 424 176 450 220L441 226C416 208 392 196 362 190L379 166L340 152C350 122 372 92 402 76Z",
}
_BAND = (
    "M395 100C390 84 392 69 401 62C413 92 433 107 450 111C467 107 487 92 499 62C508 69 510 84 505 100"
    "C492 126 470 137 450 139C430 137 408 126 395 100Z"
)
POCKET = "M512 268L588 264L590 340C590 347 586 351 580 354L553 366L524 356C518 353 515 350 515 344Z"


def shirt(
    sheet: Sheet,
    *,
    collar: Collar = "band",
    sleeves: Literal["long", "short"] = "long",
    cloth: Cloth,
    pockets: int = 1,
    tail: bool = False,
    bottom: float = 656,
    button: str = "#f6f1e7",
) -> None:
    """A shirt from the front, laid out; `tail` is a rounded hem, `bottom` how long it is."""
    opened = collar == "open"
    block = Block(neck=50, neck_y=88, drop=132 if opened else 40, v=opened, bottom=bottom, sag=26 if tail else 10)
    arm = _sleeve(block, sleeves)
    lay(sheet, Top(block=block, arm=arm, cloth=cloth, rise=34))
    _collar_back(sheet, block.neck - 5, block.neck_y - 8)
    top = 226 if opened else 124
    _placket(sheet, block, top, plain=opened)
    _collar(sheet, collar, cloth)
    _finish(sheet, block, arm, long=sleeves == "long")
    for number in range(pockets):
        _pocket(sheet, cloth, mirrored=number == 1)
    first = 246 if opened else 116 if collar == "band" else 152
    places = [(MIDDLE, y) for y in range(first, int(bottom) - 50, 88)]
    buttons(
        sheet, [*places, *(((-32 + MIDDLE, 168), (32 + MIDDLE, 168)) if collar == "button-down" else ())], 7, button
    )


def _sleeve(block: Block, length: str) -> Arm:
    if length == "long":
        return sleeve(block, length=410, width=44, angle=17)
    return sleeve(block, length=176, width=74, angle=26)


def _placket(sheet: Sheet, block: Block, top: float, *, plain: bool) -> None:
    low = block.bottom + block.sag
    left, right = MIDDLE - 16, MIDDLE + 16
    under(sheet, "front", f"M{right} {top + 10}V{low}", 9, 0.3)
    seam(sheet, f"M{right} {top + 6}V{low}")
    if not plain:
        seam(sheet, f"M{left} {top}V{low}", opacity=0.2)
        stitch(sheet, f"M{left + 4} {top}V{low}M{right - 4} {top}V{low}", opacity=0.22)


def _collar_back(sheet: Sheet, half: float, y: float, width: float = 17.6) -> None:
    """The collar going round behind the neck, `half` wide on each side at height y, its upper edge in the light."""
    left, right, lift = MIDDLE - half, MIDDLE + half, half * 0.76
    d = f"M{left:g} {y:g}C{left + 12:g} {y - lift:g} {right - 12:g} {y - lift:g} {right:g} {y:g}"
    sheet.put(f'<g fill="none"><path d="{d}" stroke="#1a1410" stroke-opacity=".45" stroke-width="{width + 2.4:g}"/>')
    sheet.put(f'<path d="{d}" stroke="var(--fabric)" stroke-width="{width:g}"/><path d="{d}" stroke="#1a1410"')
    sheet.put(f' stroke-opacity=".1" stroke-width="{width:g}"/><path d="{d}" stroke="#fff" stroke-opacity=".34"')
    sheet.put(f' stroke-width="4" transform="translate(0 {-width * 0.34:.1f})"/></g>')


def _collar(sheet: Sheet, collar: Collar, cloth: Cloth) -> None:
    if collar == "band":
        under(sheet, "front", "M395 100C408 126 430 137 450 139C470 137 492 126 505 100", 14)
        part(sheet, "collar", _BAND, cloth, FLAT, fall=False)
        stitch(sheet, "M397 96C410 121 431 132 450 134C469 132 490 121 503 96", opacity=0.26)
        return
    leaf = _LEAVES[collar]
    under(sheet, "front", leaf + flip(leaf), 14, 0.3)
    part(sheet, "leaf", leaf, cloth, FLAT, fall=False)
    part(sheet, "leaf2", flip(leaf), cloth, LEFT, fall=False)


def collar_of(sheet: Sheet, collar: Collar, cloth: Cloth, *, up: float, scale: float) -> None:
    """A shirt's collar on another garment: `up` units higher, `scale` times as large."""
    leaf = _moved(_LEAVES[collar], up, scale)
    _collar_back(sheet, 45 * scale, 100 - 20 * scale - up, 17.6 * scale)
    under(sheet, "front", leaf + flip(leaf), 14, 0.3)
    part(sheet, "leaf", leaf, cloth, FLAT, fall=False)
    part(sheet, "leaf2", flip(leaf), cloth, LEFT, fall=False)


def _moved(path: str, up: float, scale: float) -> str:
    def move(found: re.Match[str]) -> str:
        return at((MIDDLE + (float(found[1]) - MIDDLE) * scale, 100 + (float(found[2]) - 100) * scale - up))

    return re.sub(r"(-?[\d.]+) (-?[\d.]+)", move, path)


def _finish(sheet: Sheet, block: Block, arm: Arm, *, long: bool) -> None:
    """Seams of the armholes, the yoke, hems and cuffs."""
    x, y = MIDDLE - block.shoulder, block.shoulder_y
    hole = f"M{x:g} {y:g}{block.armhole}"
    seam(sheet, hole, flip(hole))
    inner = (
        f"M{x + 8:g} {y:g}C{x + 28:g} {y + 52:g} {x + 30:g} {y + 112:g} {MIDDLE - block.chest + 7:g} {block.armpit_y:g}"
    )
    stitch(sheet, inner, flip(inner), hem_line(block, 10), opacity=0.24)
    if long:
        seam(sheet, *cuff_lines(arm, 0.12))
        stitch(sheet, *cuff_lines(arm, 0.105, 0.012), opacity=0.24)
        x, y = arm.out
        buttons(sheet, [(x + 22, y - 16), (2 * MIDDLE - x - 22, y - 16)], 6)
    else:
        stitch(sheet, *cuff_lines(arm, 0.09), opacity=0.28)


def _pocket(sheet: Sheet, cloth: Cloth, *, mirrored: bool) -> None:
    d = flip(POCKET) if mirrored else POCKET
    name = "pocket2" if mirrored else "pocket"
    under(sheet, "front", d, 7, 0.26)
    part(sheet, name, d, cloth, FLAT, fall=False)
    hem = "M513 284L588 280"
    stitch(sheet, flip(hem) if mirrored else hem, opacity=0.3)
