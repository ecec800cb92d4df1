"""Coats: stand-fall collar, hood, collarless."""

from typing import Literal

from sync.hq.sample.draw.block import MIDDLE, Block, sleeve
from sync.hq.sample.draw.line import flip
from sync.hq.sample.draw.part import (
    FLAT,
    LEFT,
    RIGHT,
    ROUND,
    Cloth,
    buttons,
    cast,
    hollow,
    part,
    seam,
    stitch,
    under,
)
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
    hollow(sheet, hole, 0.55)
    seam(sheet, hole, opacity=0.5)
    stitch(sheet, "M376 128C362 82 380 42 416 33C438 29 462 29 484 33C520 42 538 82 524 128", opacity=0.36)


def _hood_front(sheet: Sheet, cloth: Cloth) -> None:
    leaf = "M352 112C372 104 386 98 394 86C402 116 424 140 452 152L446 200C404 190 366 160 352 112Z"
    under(sheet, "front", leaf + flip(leaf), 14, 0.34)
    part(sheet, "leaf", leaf, cloth, FLAT, fall=False)
    part(sheet, "leaf2", flip(leaf), cloth, RIGHT, fall=False)
    for x in (424, 476):
        sheet.put(
            f'<path d="M{x} 158C{x - 4} 200 {x + 6} 240 {x} 276" fill="none" stroke="#efe7d6" stroke-width="6"'
            ' stroke-linecap="round"/>'
            f'<path d="M{x} 276v26" stroke="{_DARK}" stroke-width="9" stroke-linecap="round"/>'
        )
