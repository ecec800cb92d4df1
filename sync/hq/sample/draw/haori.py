"""A haori, and a padded hanten: square sleeves, a long collar, cords."""

from sync.hq.sample.draw.block import MIDDLE
from sync.hq.sample.draw.line import flip, lens
from sync.hq.sample.draw.part import (
    LEFT,
    RIGHT,
    ROUND,
    Cloth,
    cast,
    cord,
    folds,
    hollow,
    label,
    part,
    seam,
    stitch,
    under,
)
from sync.hq.sample.draw.sheet import Sheet

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
    hollow(sheet, gap, 0.52)
    label(sheet, MIDDLE, 73, 34)
    collar = "M392 66C396 60 402 58 409 60C414 200 424 420 422 657L384 657C388 430 384 200 392 66Z"
    under(sheet, "front", collar + flip(collar), 14, 0.3)
    tint = Cloth(threads=cloth.threads, tint="#2b2a2e") if quilted else Cloth(threads="linen")
    part(sheet, "collar", collar, tint, LEFT, fall=False)
    part(sheet, "collar2", flip(collar), tint, RIGHT, fall=False)
    cords = "M414 372C430 400 470 400 486 372M444 392C436 420 438 450 434 486M456 392C462 420 460 452 466 480"
    cord(sheet, cords, 7)
    sheet.put('<circle cx="450" cy="391" r="9" fill="#efe6d3" stroke="#1a1410" stroke-opacity=".3"/>')


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
        + '"/><path d="M0 1H900" stroke="#1a1410" stroke-opacity=".4" stroke-width="1.6" stroke-dasharray="5 4"/>'
        "</pattern>",
    )
    sheet.use("front", f'fill="{sheet.ref("quilt")}"')
