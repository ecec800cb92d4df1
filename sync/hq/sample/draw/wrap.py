"""Stoles, mufflers and tenugui: long cloths laid over each other, with fringes or a dyed pattern."""

from sync.hq.sample.draw.line import Point, at, lens
from sync.hq.sample.draw.part import FLAT, ROUND, Cloth, cast, folds, label, part, stitch, under
from sync.hq.sample.draw.sheet import Sheet

_BACK = "M470 96C540 84 610 96 636 118C646 250 652 470 660 612C600 624 540 622 486 610C478 470 470 260 470 96Z"
_LOOP = (
    "M254 128C300 84 400 66 470 72C560 74 628 92 640 122C646 156 628 186 590 196C500 214 340 212 282 188"
    "C252 174 244 150 254 128Z"
)
_FRONT = "M262 140C330 168 440 176 512 156C510 320 498 500 484 664C408 680 310 678 236 660C240 500 250 300 262 140Z"


def stole(sheet: Sheet, *, cloth: Cloth, fringe: int = 44, thick: bool = False) -> None:
    """A stole hung double: the far end behind, the near end in front, the turn on top; `fringe` is its length."""
    step = 11 if thick else 7
    back_end, front_end = ((486, 610), (660, 612)), ((236, 660), (484, 664))
    cast(sheet, _BACK, _LOOP, _FRONT)
    _fringe(sheet, *back_end, fringe, step, 9)
    part(sheet, "back", _BACK, cloth, ROUND)
    folds(sheet, "back", *_falls(sheet, 486, 656, 170, 640), deep=0.3)
    part(sheet, "loop", _LOOP, cloth, FLAT)
    folds(sheet, "loop", *_turns(sheet), deep=0.3)
    under(sheet, "back", _FRONT, 26, 0.34)
    under(sheet, "back", _LOOP, 20, 0.3)
    _fringe(sheet, *front_end, fringe, step, 14)
    part(sheet, "front", _FRONT, cloth, ROUND)
    folds(sheet, "front", *_falls(sheet, 250, 492, 160, 690), deep=0.32)
    label(sheet, 277, 646, 40, turn=2)


def _falls(sheet: Sheet, left: int, right: int, top: int, low: int) -> tuple[list[str], list[str]]:
    """Long folds from the turn to the end."""
    dice = sheet.dice
    dark, bright = [], []
    for x in range(left + 20, right - 10, 46):
        lean = dice.randint(-16, 12)
        dark.append(lens((x, top + dice.randint(-30, 40)), (x + lean, low), dice.randint(7, 12), dice.randint(-10, 10)))
        bright.append(lens((x + 22, top + dice.randint(-10, 60)), (x + 20 + lean, low), dice.randint(6, 10), 6))
    return dark, bright


def _turns(sheet: Sheet) -> tuple[list[str], list[str]]:
    dark = [
        lens((268, 150 + 13 * n), (630, 128 + 14 * n), 5, -34 + 8 * n + sheet.dice.randint(-3, 3)) for n in range(4)
    ]
    bright = [lens((280, 142 + 13 * n), (610, 118 + 14 * n), 5, -36 + 8 * n) for n in range(4)]
    return dark, bright


def _fringe(sheet: Sheet, start: Point, end: Point, length: int, step: int, sag: int) -> None:
    """Twisted threads along the end, each a little different."""
    dice = sheet.dice
    d = ""
    count = int((end[0] - start[0]) / step)
    for number in range(1, count):
        share = number / count
        x = start[0] + (end[0] - start[0]) * share
        y = start[1] + (end[1] - start[1]) * share + sag * 4 * share * (1 - share) - 3
        tip = (x + dice.randint(-5, 5), y + length + dice.randint(-6, 6))
        d += f"M{at((x, y))}Q{at((x + dice.randint(-4, 4), y + length / 2))} {at(tip)}"
    width = step * 0.46
    sheet.put(
        f'<path d="{d}" fill="none" stroke="#1a1410" stroke-opacity=".4" stroke-width="{width + 1.4:.1f}"'
        ' stroke-linecap="round"/>'
    )
    sheet.put(f'<path d="{d}" fill="none" stroke="var(--fabric)" stroke-width="{width:.1f}" stroke-linecap="round"/>')
    sheet.put(
        f'<path d="{d}" fill="none" stroke="#fff" stroke-opacity=".2" stroke-width="{width / 2:.1f}"'
        ' transform="translate(-.8)"/>'
    )


def tenugui(sheet: Sheet) -> None:
    """A tenugui over a bamboo rod, waves left white in the dye."""
    cloth = Cloth(threads="plain", dyed="waves")
    front = "M318 132C380 140 520 140 582 132C588 300 592 470 596 646C520 656 392 654 306 644C310 470 314 300 318 132Z"
    back = "M340 140L610 134C622 260 630 420 634 560L330 566Z"
    cast(sheet, front, back)
    part(sheet, "back", back, Cloth(threads="plain"), ROUND)
    sheet.use("back", 'fill="#fff" fill-opacity=".28"')
    _rod(sheet)
    under(sheet, "back", front, 22, 0.36)
    part(sheet, "front", front, cloth, ROUND)
    dark, bright = _falls(sheet, 318, 590, 150, 670)
    folds(sheet, "front", dark, bright, deep=0.22)
    over = "M318 134C316 108 322 98 334 96C400 104 500 104 566 96C578 98 584 108 582 134C520 142 380 142 318 134Z"
    part(sheet, "over", over, cloth, FLAT)
    stitch(sheet, "M306 632C392 642 520 644 596 634", opacity=0.2)


def _rod(sheet: Sheet) -> None:
    """A length of bamboo behind the cloth."""
    rod = "M170 104H730C736 104 738 110 738 117S736 130 730 130H170C164 130 162 124 162 117S164 104 170 104Z"
    sheet.put(
        f'<path d="{rod}" fill="#2b2318" fill-opacity=".3" filter="{sheet.blur(5)}" transform="translate(6 14)"/>'
    )
    sheet.put(f'<path d="{rod}" fill="#c8a975" stroke="#1a1410" stroke-opacity=".35"/>')
    sheet.put(f'<path d="{rod}" fill="{sheet.ramp("rod", "0:.4 .4:0 1:-.4", x2=0, y2=1)}"/>')
    sheet.put('<path d="M236 104v26M664 104v26" stroke="#6d5230" stroke-width="3"/>')


def hung(sheet: Sheet, *, cloth: Cloth, bands: bool = False) -> None:
    """A towel over a rod, its far end a little lower; `bands` are woven stripes at both ends."""
    back = "M316 128L614 124C620 300 624 480 626 664C540 674 420 672 330 664Z"
    front = "M288 130C360 140 500 140 572 130C578 270 580 430 582 588C500 600 370 600 278 590C280 430 284 270 288 130Z"
    over = "M288 132C286 104 292 92 306 90C390 98 480 98 556 90C568 92 574 104 572 132C500 142 360 142 288 132Z"
    cast(sheet, front, back)
    part(sheet, "back", back, cloth, ROUND)
    sheet.use("back", 'fill="#1a1410" fill-opacity=".07"')
    _rod(sheet)
    under(sheet, "back", front, 28, 0.36)
    part(sheet, "front", front, cloth, ROUND)
    folds(sheet, "front", *_falls(sheet, 290, 578, 170, 610), deep=0.2)
    part(sheet, "over", over, cloth, FLAT)
    if bands:
        for y in (520, 538, 546):
            sheet.put(
                f'<path d="M279 {y}C370 {y + 10} 500 {y + 10} 581 {y}" fill="none" stroke="#f6f1e6"'
                ' stroke-opacity=".75"'
                f' stroke-width="{9 if y == 520 else 3}"/>'
            )
    stitch(sheet, "M279 574C370 584 500 584 582 574", opacity=0.3)
    sheet.put(
        '<path d="M420 592v34c0 8 14 8 14 0v-33" fill="none" stroke="#efe7d6" stroke-width="6"/>'
        '<path d="M420 592v34c0 8 14 8 14 0v-33" fill="none" stroke="#1a1410" stroke-opacity=".3" stroke-width="1"/>'
    )
