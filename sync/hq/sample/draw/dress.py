"""Dresses: shirt dress with a belt, yoke dress with gathers, pinafore with straps."""

from typing import Literal

from sync.hq.sample.draw.block import MIDDLE, Block, neck_edge, sleeve
from sync.hq.sample.draw.line import flip, lens
from sync.hq.sample.draw.part import FLAT, ROUND, Cloth, buttons, folds, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.shirt import collar_of
from sync.hq.sample.draw.top import Top, cuff_lines, hem_line, lay

BOTTOM = 712


def dress(sheet: Sheet, *, kind: Literal["shirt", "yoke", "pinafore"], cloth: Cloth) -> None:
    """A dress from the front, down to the calf."""
    match kind:
        case "shirt":
            _shirt(sheet, cloth)
        case "yoke":
            _yoke(sheet, cloth)
        case "pinafore":
            _pinafore(sheet, cloth)


def _shirt(sheet: Sheet, cloth: Cloth) -> None:
    block = Block(
        neck=46,
        neck_y=70,
        drop=38,
        shoulder=140,
        shoulder_y=112,
        chest=130,
        armpit_y=252,
        waist=124,
        hem=188,
        bottom=BOTTOM,
        sag=18,
    )
    arm = sleeve(block, length=268, width=44, angle=19)
    lay(sheet, Top(block=block, arm=arm, cloth=cloth, rise=40))
    seam(sheet, f"M{MIDDLE + 14} 100V{BOTTOM + 18}", f"M{MIDDLE - 14} 100V{BOTTOM + 18}", opacity=0.24)
    collar_of(sheet, "button-down", cloth, up=19, scale=0.92)
    stitch(sheet, hem_line(block, 14), *cuff_lines(arm, 0.08))
    buttons(sheet, [(MIDDLE, y) for y in range(146, 700, 70)], 6.5, "#efe7d8")
    belt = "M322 404C370 418 530 418 578 404L580 432C530 446 370 446 320 432Z"
    under(sheet, "front", belt, 12, 0.34)
    part(sheet, "belt", belt, cloth, ROUND, fall=False)
    tails = (
        "M462 420C500 450 508 520 500 590L478 586C482 520 476 460 446 432ZM440 424C420 462 418 520 426 566"
        "L404 566C396 510 404 452 430 422Z"
    )
    under(sheet, "front", tails, 10, 0.3)
    part(sheet, "tails", tails, cloth, FLAT, fall=False)
    part(
        sheet,
        "knot",
        "M428 408C440 402 464 402 474 410C480 420 478 436 470 444C456 450 440 450 430 442C422 432 422 416 428 408Z",
        cloth,
        FLAT,
        fall=False,
    )


def _yoke(sheet: Sheet, cloth: Cloth) -> None:
    block = Block(
        neck=60,
        neck_y=76,
        drop=42,
        shoulder=140,
        shoulder_y=112,
        chest=138,
        armpit_y=250,
        waist=190,
        hem=252,
        bottom=BOTTOM,
        sag=22,
    )
    arm = sleeve(block, length=286, width=60, angle=20, puff=16)
    lay(sheet, Top(block=block, arm=arm, cloth=cloth, rise=14))
    line = "M326 218C390 240 510 240 574 218"
    dark, bright = [], []
    for number in range(15):
        share = (number + 0.5) / 15 * 2 - 1
        start = (MIDDLE + share * 122, 228 + sheet.dice.randint(0, 40))
        end = (MIDDLE + share * 262, BOTTOM + 30)
        dark.append(lens(start, end, sheet.dice.randint(8, 13), sheet.dice.randint(-8, 8)))
        bright.append(lens((start[0] + 10, start[1] + 40), (end[0] + 24, end[1]), 9))
    folds(sheet, "front", dark, bright, deep=0.3)
    gathers = "".join(
        f"M{x} {230 - abs(x - 450) // 14}q{(x - 450) // 30} 22 {(x - 450) // 14} {sheet.dice.randint(24, 76)}"
        for x in range(334, 570, 9)
    )
    sheet.put(f'<path d="{gathers}" fill="none" stroke="#1a1410" stroke-opacity=".24" stroke-width="2"/>')
    under(sheet, "front", line, 10, 0.24)
    seam(sheet, line, neck_edge(block, 13), opacity=0.4)
    stitch(sheet, hem_line(block, 26), *cuff_lines(arm, 0.08))
    seam(sheet, f"M{MIDDLE} 118V224")
    buttons(sheet, [(MIDDLE + 1, y) for y in (134, 168, 202)], 6)
    _gathered_cuffs(sheet, cuff_lines(arm, 0.12))


def _gathered_cuffs(sheet: Sheet, lines: list[str]) -> None:
    seam(sheet, *lines)


def _pinafore(sheet: Sheet, cloth: Cloth) -> None:
    block = Block(
        neck=84,
        neck_y=96,
        drop=96,
        shoulder=122,
        shoulder_y=98,
        chest=128,
        armpit_y=290,
        waist=150,
        hem=216,
        bottom=BOTTOM,
        sag=20,
    )
    lay(sheet, Top(block=block, arm=None, cloth=cloth, rise=-34))
    line = "M314 356C390 372 510 372 586 356"
    dark, bright = [], []
    for share in (-0.8, -0.5, -0.2, 0.12, 0.45, 0.78):
        start = (MIDDLE + share * 120, 372 + sheet.dice.randint(0, 40))
        end = (MIDDLE + share * 210, BOTTOM + 30)
        dark.append(lens(start, end, 14, sheet.dice.randint(-8, 8)))
        bright.append(lens((start[0] + 16, start[1] + 20), (end[0] + 34, end[1]), 11))
    folds(sheet, "front", dark, bright, deep=0.24)
    seam(sheet, line, neck_edge(block, 16))
    stitch(sheet, neck_edge(block, 8), hem_line(block, 18))
    pocket = "M342 430L422 436L420 540C418 548 410 552 402 550L350 544C342 542 338 536 338 528Z"
    for name, outline in (("pocket", pocket), ("pocket2", flip(pocket))):
        under(sheet, "front", outline, 8, 0.24)
        part(sheet, name, outline, cloth, FLAT, fall=False)
    stitch(sheet, "M343 448L421 454", flip("M343 448L421 454"))
    buttons(sheet, [(348, 118), (552, 118)], 12, "#5b4636")
