"""Hats: bucket hat, ribbed cap."""

from sync.hq.sample.draw.line import lens, whole
from sync.hq.sample.draw.part import FLAT, ROUND, Cloth, cast, folds, label, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet


def bucket(sheet: Sheet) -> None:
    """A bucket hat with a stitched brim."""
    cloth = Cloth(threads="linen")
    brim = whole(
        "M450 396 C330 388 282 398 262 418 C214 462 166 516 138 556 C128 574 136 590 158 596 C260 634 360 644 450 644"
    )
    crown = whole("M450 176 C370 174 324 186 310 210 C290 280 270 350 258 424 C310 456 390 464 450 464")
    top = whole("M450 170 C366 168 316 182 312 206 C318 230 376 242 450 242")
    cast(sheet, brim, crown)
    part(sheet, "brim", brim, cloth, ROUND)
    dark = [
        lens((300, 456), (200, 590), 10, 8),
        lens((400, 468), (380, 640), 9),
        lens((560, 466), (640, 616), 12, -8),
        lens((500, 470), (500, 640), 7),
    ]
    folds(sheet, "brim", dark, [lens((340, 464), (290, 616), 14, 6), lens((600, 450), (690, 586), 9, -6)], deep=0.26)
    rows = [
        f"M{258 - 14 * n - n * n * 0.8:.0f} {436 + n * 22}"
        f"C{330 - 8 * n} {478 + n * 25} {570 + 8 * n} {478 + n * 25} {642 + 14 * n + n * n * 0.8:.0f}"
        f" {436 + n * 22}"
        for n in range(1, 7)
    ]
    stitch(sheet, *rows, opacity=0.3)
    under(sheet, "brim", "M258 424C310 456 390 464 450 464C510 464 590 456 642 424", 24, 0.42)
    part(sheet, "crown", crown, cloth, ROUND)
    dark = [
        lens((340, 230), (316, 440), 12, 10),
        lens((470, 244), (486, 460), 10, -8),
        lens((590, 230), (612, 430), 14, -10),
    ]
    folds(sheet, "crown", dark, [lens((400, 240), (390, 450), 16, 6), lens((540, 240), (560, 440), 10, -6)], deep=0.26)
    part(sheet, "top", top, cloth, FLAT, fall=False)
    seam(
        sheet,
        "M312 206C318 230 376 242 450 242C524 242 582 230 588 206",
        "M262 410C320 442 390 450 450 450C510 450 580 442 638 410",
    )
    stitch(sheet, "M311 216C320 240 378 252 450 252C522 252 580 240 589 216", opacity=0.3)
    for y in (300, 320):
        sheet.put(
            f'<circle cx="362" cy="{y}" r="5" fill="#1a1410" fill-opacity=".6" stroke="#fff" stroke-opacity=".4"/>'
        )
    label(sheet, 579, 412, 46, turn=-10)


def cap(sheet: Sheet) -> None:
    """A ribbed cap with a deep turn-up."""
    dome = whole("M450 112 C352 112 270 190 246 318 C238 366 234 420 234 470 C300 496 380 502 450 502")
    turn = whole("M450 470 C370 470 290 462 224 446 C216 500 214 560 220 612 C290 636 372 644 450 644")
    cast(sheet, dome, turn)
    part(sheet, "dome", dome, Cloth(threads="plain"), ROUND)
    _ribs(sheet, "dome", [(n / 20 * 2 - 1) for n in range(21)])
    folds(
        sheet,
        "dome",
        [
            lens((300, 250), (250, 470), 14, 10),
            lens((600, 240), (650, 470), 16, -10),
            lens((420, 130), (390, 300), 8, 10),
        ],
        [lens((370, 170), (320, 460), 20, 20)],
        deep=0.24,
    )
    under(sheet, "dome", "M224 446C290 462 370 470 450 470S610 462 676 446", 26, 0.4)
    part(sheet, "turn", turn, Cloth(threads="plain"), ROUND)
    _turn_ribs(sheet)
    folds(
        sheet,
        "turn",
        [lens((240, 470), (232, 620), 12), lens((640, 470), (664, 620), 16), lens((520, 480), (524, 640), 8)],
        [lens((360, 480), (350, 640), 18)],
        deep=0.2,
    )
    sheet.put(
        '<path d="M224 452C290 468 370 476 450 476S610 468 676 452" fill="none" stroke="#fff" stroke-opacity=".4"'
        ' stroke-width="7"/>'
    )
    label(sheet, 586, 556, 48, turn=-6)


def _ribs(sheet: Sheet, name: str, shares: list[float]) -> None:
    """Ribs that run together at the crown."""
    d = "".join(
        f"M{450 + s * 16:.0f} 116C{450 + s * 130:.0f} 150 {450 + s * 222:.0f} 300 {450 + s * 226:.0f} 510"
        for s in shares
    )
    _both(sheet, name, d)


def _turn_ribs(sheet: Sheet) -> None:
    d = "".join(
        f"M{450 + s * 228:.0f} {474 - abs(s) * 24:.0f}L{450 + s * 234:.0f} {650 - abs(s) * 30:.0f}"
        for s in (n / 17 * 2 - 1 for n in range(18))
    )
    _both(sheet, "turn", d, 10)


def _both(sheet: Sheet, name: str, d: str, width: int = 7) -> None:
    sheet.put(
        f'<g clip-path="{sheet.clip(name)}" fill="none">'
        f'<path d="{d}" stroke="#1a1410" stroke-opacity=".3" stroke-width="{width}"/>'
    )
    sheet.put(
        f'<path d="{d}" stroke="#fff" stroke-opacity=".3" stroke-width="{width - 1}"'
        f' transform="translate(-{width + 1})"/>'
    )
    sheet.put(
        f'<path d="{d}" stroke="#1a1410" stroke-opacity=".2" stroke-width="{width * 3}" stroke-dasharray="1.5 7"/></g>'
    )
