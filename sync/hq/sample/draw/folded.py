"""Folded cloths: bath towel, kitchen cloth, throw."""

from sync.hq.sample.draw.line import lens
from sync.hq.sample.draw.part import LEFT, ROUND, Cloth, cast, folds, label, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet


def _layer(left: float, right: float, top: float, tall: float) -> str:
    """One fold of a thick cloth from its front: round at the turn on the right, soft on the left."""
    low, mid = top + tall, top + tall / 2
    return (
        f"M{left + 26:g} {top:g}C{left + 160:g} {top - 6:g} {right - 160:g} {top - 4:g} {right - 40:g} {top:g}"
        f"C{right - 8:g} {top + 2:g} {right:g} {mid - 18:g} {right:g} {mid:g}"
        f"C{right:g} {mid + 18:g} {right - 8:g} {low - 2:g} {right - 40:g} {low:g}"
        f"C{right - 160:g} {low + 5:g} {left + 160:g} {low + 4:g} {left + 26:g} {low:g}"
        f"C{left + 4:g} {low - 4:g} {left - 4:g} {mid + 12:g} {left - 2:g} {mid:g}"
        f"C{left - 4:g} {mid - 14:g} {left + 4:g} {top + 4:g} {left + 26:g} {top:g}Z"
    )


def towels(sheet: Sheet) -> None:
    """A bath towel folded in four, seen from its turns, with a woven border and the brand's tag."""
    cloth = Cloth(threads="terry")
    layers = [
        _layer(184, 724, 488, 112),
        _layer(176, 716, 382, 112),
        _layer(190, 730, 276, 112),
        _layer(182, 718, 170, 112),
    ]
    sheet.put(
        f'<ellipse cx="462" cy="602" rx="296" ry="24" fill="#2b2318" fill-opacity=".5" filter="{sheet.blur(14)}"/>'
    )
    cast(sheet, *layers)
    for number, layer in enumerate(layers):
        name = f"layer{number}"
        part(sheet, name, layer, cloth, ROUND)
        sheet.use(name, f'fill="{sheet.ramp("swell", "0:.26 .35:.02 .75:-.12 1:-.44", x2=0, y2=1)}"')
        y = 488 - 106 * number
        dark = [lens((230, y + 70), (520, y + 84), 5, 4), lens((560, y + 40), (710, y + 56), 6, -6)]
        folds(sheet, name, dark, [lens((240, y + 26), (640, y + 22), 8, -4)], deep=0.24)
        turn = f"M{238 + number * 7} {y + 62}C{360} {y + 68} 560 {y + 54} 700 {y + 58}"
        seam(sheet, turn, opacity=0.34)
    for x, width in ((262, 15), (290, 6), (302, 6)):
        sheet.put(
            f'<path d="M{x} 166C{x - 8} 200 {x - 8} 250 {x} 288" fill="none" stroke="#fff" stroke-opacity=".4"'
            f' stroke-width="{width}"/>'
        )
    label(sheet, 633, 288, 58)


def kitchen_cloth(sheet: Sheet) -> None:
    """A linen cloth folded twice, its end turned back to show the stripes."""
    cloth = Cloth(threads="linen")
    base = "M214 214C360 204 540 204 690 212C698 340 702 480 704 610C560 622 350 622 202 612C204 480 208 340 214 214Z"
    fold = "M196 180C340 168 520 168 668 178C678 320 682 450 684 574C540 586 330 588 184 578C186 450 190 320 196 180Z"
    corner = "M668 178C640 250 596 330 520 380C480 340 440 260 424 170C510 168 590 172 668 178Z"
    cast(sheet, base, fold)
    part(sheet, "base", base, cloth, ROUND)
    under(sheet, "base", fold, 22, 0.4)
    part(sheet, "fold", fold, cloth, ROUND)
    stripes = ((498, 16), (522, 5), (534, 5))
    for y, width in stripes:
        sheet.put(
            f'<path d="M186 {y}C330 {y + 11} 540 {y + 9} 682 {y - 3}" fill="none" stroke="#2a4768" stroke-opacity=".8"'
            f' stroke-width="{width}"/>'
        )
    dark = [
        lens((320, 190), (300, 570), 12, 10),
        lens((420, 300), (430, 580), 9, -8),
        lens((560, 380), (590, 574), 11, 8),
        lens((210, 300), (420, 340), 6, 10),
    ]
    folds(sheet, "fold", dark, [lens((260, 200), (250, 570), 14, 8), lens((490, 400), (500, 570), 10)], deep=0.22)
    under(sheet, "fold", "M668 178C640 250 596 330 520 380C480 340 440 260 424 170", 24, 0.4)
    part(sheet, "corner", corner, cloth, LEFT)
    sheet.use("corner", 'fill="#1a1410" fill-opacity=".06"')
    folds(sheet, "corner", [lens((640, 190), (520, 370), 10, 10)], [lens((560, 180), (500, 340), 12, 8)], deep=0.24)
    stitch(sheet, "M184 564C330 574 540 572 683 560", opacity=0.34)
    sheet.put(
        '<path d="M232 182c-8-46 30-46 24-2" fill="none" stroke="#efe7d6" stroke-width="8"/>'
        '<path d="M232 182c-8-46 30-46 24-2" fill="none" stroke="#1a1410" stroke-opacity=".3"/>'
    )


def throw(sheet: Sheet) -> None:
    """A wool throw folded in three, fringe hanging over its front."""
    cloth = Cloth(threads="felt", dyed="fine-check")
    layers = [_layer(170, 734, 470, 120), _layer(160, 726, 356, 120), _layer(176, 736, 242, 120)]
    sheet.put(
        f'<ellipse cx="462" cy="594" rx="306" ry="24" fill="#2b2318" fill-opacity=".5" filter="{sheet.blur(14)}"/>'
    )
    cast(sheet, *layers)
    for number, layer in enumerate(layers):
        name = f"layer{number}"
        part(sheet, name, layer, cloth, ROUND)
        sheet.use(name, f'fill="{sheet.ramp("swell", "0:.22 .35:.02 .75:-.12 1:-.44", x2=0, y2=1)}"')
        y = 470 - 114 * number
        seam(sheet, f"M226 {y + 66}C360 {y + 74} 560 {y + 58} 712 {y + 62}", opacity=0.34)
    front = "M300 236C360 230 430 230 492 236C498 330 500 430 498 512C430 522 366 522 302 512C300 430 298 330 300 236Z"
    for number, _ in enumerate(layers):
        under(sheet, f"layer{number}", front, 20, 0.34)
    _tassels(sheet)
    part(sheet, "front", front, cloth, ROUND)
    dark = [lens((350, 250), (346, 520), 10, 6), lens((440, 250), (446, 520), 10, -6)]
    folds(sheet, "front", dark, [lens((390, 250), (392, 520), 12)], deep=0.26)


def _tassels(sheet: Sheet) -> None:
    d = "".join(
        f"M{x} 512Q{x + sheet.dice.randint(-4, 4)} 540 {x + sheet.dice.randint(-6, 6)}"
        f" {560 + sheet.dice.randint(-5, 7)}"
        for x in range(308, 496, 9)
    )
    for colour, opacity, width in (("#1a1410", 0.5, 6.4), ("var(--fabric)", 1, 5), ("#fff", 0.24, 2)):
        sheet.put(
            f'<path d="{d}" fill="none" stroke="{colour}" stroke-opacity="{opacity}" stroke-width="{width}"'
            ' stroke-linecap="round"/>'
        )
