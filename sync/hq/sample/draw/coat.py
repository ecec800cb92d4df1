"""Coats and jackets: haori, stand-fall collar, hood, quilted hanten, collarless."""

from typing import Literal

from sync.hq.sample.draw.block import MIDDLE, Block, sleeve
from sync.hq.sample.draw.line import flip, lens
from sync.hq.sample.draw.part import FLAT, LEFT, RIGHT, ROUND, Cloth, buttons, cast, folds, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.shirt import collar_of
from sync.hq.sample.draw.top import Top, cuff_lines, hem_line, lay

_DARK = "#33291f"


def coat(sheet: Sheet, *, kind: Literal["stand-fall", "hooded", "collarless"], cloth: Cloth) -> None:
    """A coat from the front, closed, down to the knee."""
    neck = {"stand-fall": (52, 38), "hooded": (60, 44), "collarless": (62, 116)}[kind]
    block = Block(
        neck=neck[0],
        neck_y=76,
        drop=neck[1],
        v=kind == "collarless",
        shoulder=172,
        shoulder_y=122,
        chest=160,
        armpit_y=286,
        waist=160,
        hem=188,
        bottom=726,
        sag=8,
    )
    arm = sleeve(block, length=432, width=47, angle=15)
    if kind == "hooded":
        _hood(sheet, cloth)
    lay(sheet, Top(block=block, arm=arm, cloth=cloth, rise=36 if kind == "stand-fall" else 12))
    hole = f"M{MIDDLE - block.shoulder:g} {block.shoulder_y:g}{block.armhole}"
    seam(sheet, hole, flip(hole))
    edge = MIDDLE + 30
    top = block.neck_y + block.drop
    under(sheet, "front", f"M{edge} {top + 8:g}V740", 14, 0.4)
    seam(sheet, f"M{edge} {top - 4:g}V734")
    stitch(sheet, f"M{edge - 8} {top + 6:g}V734", hem_line(block, 22), *cuff_lines(arm, 0.09))
    _welts(sheet, cloth)
    match kind:
        case "stand-fall":
            collar_of(sheet, "button-down", cloth, up=8, scale=1.22)
            buttons(sheet, [(MIDDLE + 2, 136)], 10, "#4c3c2e")
        case "hooded":
            _hood_front(sheet, cloth)
            buttons(sheet, [(MIDDLE + 6, y) for y in range(190, 700, 104)], 11, _DARK)
        case "collarless":
            seam(sheet, "M391 78C394 120 418 160 450 194", "M509 78C506 120 482 160 450 194")
            buttons(sheet, [(MIDDLE + 4, y) for y in (230, 350, 470)], 15, _DARK)


def _welts(sheet: Sheet, cloth: Cloth) -> None:
    welt = "M318 452L344 446L372 566L346 572Z"
    for name, outline, light in (("welt", welt, LEFT), ("welt2", flip(welt), RIGHT)):
        under(sheet, "front", outline, 8, 0.3)
        part(sheet, name, outline, cloth, FLAT if light == LEFT else light, fall=False)
    stitch(sheet, "M324 455L342 451L366 562", flip("M324 455L342 451L366 562"), opacity=0.26)


def _hood(sheet: Sheet, cloth: Cloth) -> None:
    """The hood behind the neck, with its opening in shade."""
    back = "M346 134C330 84 352 28 404 18C434 13 466 13 496 18C548 28 570 84 554 134C520 168 380 168 346 134Z"
    hole = "M384 126C372 84 388 48 418 40C438 36 462 36 482 40C512 48 528 84 516 126C500 160 400 160 384 126Z"
    cast(sheet, back)
    part(sheet, "hood", back, cloth, ROUND)
    sheet.put(f'<path d="{hole}" fill="var(--fabric)"/><path d="{hole}" fill="#1a1410" fill-opacity=".55"/>')
    seam(sheet, hole, opacity=0.5)
    stitch(sheet, "M376 128C362 82 380 42 416 33C438 29 462 29 484 33C520 42 538 82 524 128", opacity=0.36)


def _hood_front(sheet: Sheet, cloth: Cloth) -> None:
    leaf = "M352 112C372 104 386 98 394 86C402 116 424 140 452 152L446 200C404 190 366 160 352 112Z"
    under(sheet, "front", leaf + flip(leaf), 14, 0.34)
    part(sheet, "leaf", leaf, cloth, FLAT, fall=False)
    part(sheet, "leaf2", flip(leaf), cloth, RIGHT, fall=False)
    for x in (424, 476):
        sheet.put(
            f'<path d="M{x} 158C{x - 4} 200 {x + 6} 240 {x} 276" fill="none" stroke="#efe7d6" stroke-width="6" stroke-linecap="round"/>'
            f'<path d="M{x} 276v26" stroke="{_DARK}" stroke-width="9" stroke-linecap="round"/>'
        )


_HAORI = (
    "M392 66C352 82 300 96 250 104L96 150C88 153 84 158 85 166L118 392C119 400 125 404 133 402L276 372"
    "L282 330L262 640C262 650 268 656 278 657L622 657C632 656 638 650 638 640L618 330L624 372L767 402"
    "C775 404 781 400 782 392L815 166C816 158 812 153 804 150L650 104C600 96 548 82 508 66"
    "C500 58 400 58 392 66Z"
)


def haori(sheet: Sheet, *, cloth: Cloth, quilted: bool = False) -> None:
    """A haori, or (`quilted`) a padded hanten with a dark collar, laid out with its square sleeves."""
    cast(sheet, _HAORI)
    part(sheet, "front", _HAORI, cloth, ROUND)
    folds(sheet, "front", *_haori_folds(quilted=quilted), deep=0.28)
    if quilted:
        _puffs(sheet)
    for line in ("M284 372C292 280 290 190 282 100", "M268 640L284 372"):
        under(sheet, "front", line + flip(line), 12, 0.24)
    seam(sheet, "M284 372C292 280 290 190 282 100", flip("M284 372C292 280 290 190 282 100"))
    stitch(sheet, "M262 636L638 636", "M118 388L276 358", flip("M118 388L276 358"), opacity=0.3)
    _haori_front(sheet, cloth, quilted=quilted)


def _haori_front(sheet: Sheet, cloth: Cloth, *, quilted: bool) -> None:
    """The gap in front with the lining behind it, the long collar on both sides, the cords."""
    gap = "M408 62C420 54 480 54 492 62C486 180 476 420 478 657L422 657C424 420 414 180 408 62Z"
    sheet.put(f'<path d="{gap}" fill="var(--fabric)"/><path d="{gap}" fill="#1a1410" fill-opacity=".52"/>')
    sheet.put(
        '<path d="M433 66h34v15h-34z" fill="#fbf8f1"/><path d="M443 73.5h14" stroke="#1f4e79" stroke-width="3.4"/>'
    )
    collar = "M392 66C396 60 402 58 409 60C414 200 424 420 422 657L384 657C388 430 384 200 392 66Z"
    under(sheet, "front", collar + flip(collar), 14, 0.3)
    tint = Cloth(threads=cloth.threads, tint="#2b2a2e") if quilted else Cloth(threads="linen")
    part(sheet, "collar", collar, tint, LEFT, fall=False)
    part(sheet, "collar2", flip(collar), tint, RIGHT, fall=False)
    cord = "M414 372C430 400 470 400 486 372M444 392C436 420 438 450 434 486M456 392C462 420 460 452 466 480"
    sheet.put(
        f'<g fill="none" stroke-linecap="round"><path d="{cord}" stroke="#1a1410" stroke-opacity=".4" stroke-width="9" transform="translate(2 5)"/>'
        f'<path d="{cord}" stroke="#efe6d3" stroke-width="7"/><path d="{cord}" stroke="#1a1410" stroke-opacity=".25" stroke-width="7" stroke-dasharray="2 4"/></g>'
        '<circle cx="450" cy="391" r="9" fill="#efe6d3" stroke="#1a1410" stroke-opacity=".3"/>'
    )


def _haori_folds(*, quilted: bool) -> tuple[list[str], list[str]]:
    wide = 15 if quilted else 11
    dark = [
        lens((272, 300), (330, 470), wide, 14),
        lens((300, 420), (292, 660), wide, 8),
        lens((350, 300), (344, 660), wide - 3, -6),
    ]
    dark += [
        lens((240, 130), (150, 396), wide, 10),
        lens((180, 170), (230, 384), wide - 4, -10),
        lens((120, 190), (140, 396), wide - 5),
    ]
    bright = [
        lens((320, 260), (318, 660), wide, 8),
        lens((200, 150), (190, 390), wide, 8),
        lens((366, 140), (366, 640), wide - 5),
    ]
    return dark + [flip(d) for d in dark], bright + [flip(d) for d in bright]


def _puffs(sheet: Sheet) -> None:
    """Rows of quilting, each a soft swelling."""
    sheet.define(
        "quilt",
        '<pattern ID width="900" height="62" patternUnits="userSpaceOnUse"><path d="M0 0H900V62H0Z" fill="'
        + sheet.ramp("puff", "0:-.24 .2:.2 .6:0 1:-.26", x2=0, y2=1)
        + '"/><path d="M0 1H900" stroke="#1a1410" stroke-opacity=".4" stroke-width="1.6" stroke-dasharray="5 4"/></pattern>',
    )
    sheet.use("front", f'fill="{sheet.ref("quilt")}"')
