"""Bags: canvas tote, knotted Azuma bag, sacoche."""

from sync.hq.sample.draw.line import flip, lens
from sync.hq.sample.draw.part import FLAT, LEFT, RIGHT, ROUND, Cloth, buttons, cast, folds, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet

_THREAD = "#f4ecdb"


def _strap(sheet: Sheet, d: str, width: int, *, shade: bool = False) -> None:
    """Webbing: an edge, the band, its light and its two rows of stitching."""
    sheet.put(
        f'<g fill="none" stroke-linejoin="round"><path d="{d}" stroke="#1a1410" stroke-opacity=".5" stroke-width="{width + 2}"/>'
    )
    sheet.put(f'<path d="{d}" stroke="var(--fabric)" stroke-width="{width}"/>')
    if shade:
        sheet.put(f'<path d="{d}" stroke="#1a1410" stroke-opacity=".3" stroke-width="{width}"/>')
    sheet.put(
        f'<path d="{d}" stroke="#fff" stroke-opacity=".2" stroke-width="{width // 2}" transform="translate(-2 -2)"/>'
    )
    sheet.put(
        f'<path d="{d}" stroke="{_THREAD}" stroke-opacity=".55" stroke-width="{width - 7}" stroke-dasharray="none" opacity="0"/></g>'
    )


def tote(sheet: Sheet) -> None:
    """A heavy canvas tote standing up, handles sewn down to the bottom, a pocket between them."""
    cloth = Cloth(threads="canvas")
    body = "M218 268C370 280 530 280 682 268L706 650C708 670 696 684 676 686C530 696 370 696 224 686C204 684 192 670 194 650Z"
    back = "M226 258C370 244 530 244 674 258L682 270C530 284 370 284 218 270Z"
    far = "M350 262C352 150 392 96 450 96C508 96 548 150 550 262"
    near = "M330 690L330 300C330 170 376 84 450 84C524 84 570 170 570 300L570 690"
    cast(sheet, body)
    sheet.put(
        f'<path d="{near}" fill="none" stroke="#2b2318" stroke-opacity=".22" stroke-width="30" filter="{sheet.blur(7)}" transform="translate(12 18)"/>'
    )
    _strap(sheet, far, 28, shade=True)
    part(sheet, "back", back, cloth, FLAT)
    sheet.use("back", 'fill="#1a1410" fill-opacity=".42"')
    part(sheet, "body", body, cloth, ROUND)
    dark = [
        lens((232, 300), (214, 640), 14, 8),
        lens((668, 300), (690, 640), 14, -8),
        lens((250, 640), (420, 668), 8, 6),
    ]
    dark += [
        lens((400, 560), (640, 668), 9, -14),
        lens((280, 380), (300, 600), 9, 12),
        lens((620, 400), (604, 600), 9, -10),
    ]
    folds(sheet, "body", dark, [lens((300, 300), (280, 640), 14, 10), lens((610, 300), (630, 640), 12, -8)], deep=0.22)
    pocket = "M346 398L554 398L554 668L346 668Z"
    under(sheet, "body", pocket, 10, 0.26)
    part(sheet, "pocket", pocket, cloth, FLAT, fall=False)
    stitch(sheet, "M346 412H554M346 418H554", colour=_THREAD, opacity=0.9)
    under(sheet, "body", "M352 300V690M592 300V690", 10, 0.26)
    _strap(sheet, near, 30)
    for x in (319, 341, 559, 581):
        stitch(sheet, f"M{x} 292V684", colour=_THREAD, opacity=0.9)
    stitch(sheet, "M221 290C370 302 530 302 680 290", "M221 297C370 309 530 309 680 297", colour=_THREAD, opacity=0.9)
    for x in (330, 570):
        stitch(sheet, f"M{x - 13} 300L{x + 13} 326M{x + 13} 300L{x - 13} 326", colour=_THREAD, opacity=0.9)
    sheet.put(
        '<path d="M424 440h52v34h-52z" fill="#fbf8f1" stroke="#1a1410" stroke-opacity=".25"/><path d="M438 457h24" stroke="#1f4e79" stroke-width="5"/>'
    )


def azuma(sheet: Sheet) -> None:
    """A bag folded and sewn from one strip of cloth, its two ears knotted into a handle."""
    cloth = Cloth(threads="linen")
    body = "M450 352C380 330 300 312 244 330C196 346 176 420 184 500C194 604 300 668 450 668C600 668 706 604 716 500C724 420 704 346 656 330C600 312 520 330 450 352Z"
    ear = "M244 330C270 250 340 178 420 150C448 142 466 158 456 182C420 230 430 300 470 362C420 400 300 392 244 330Z"
    cast(sheet, body, ear, flip(ear))
    part(sheet, "far", flip(ear), cloth, RIGHT)
    folds(sheet, "far", [flip(d) for d in _EAR_DARK], [flip(d) for d in _EAR_BRIGHT], deep=0.3)
    part(sheet, "body", body, cloth, ROUND)
    dark = [
        lens((450, 356), (250, 600), 14, 30),
        lens((470, 360), (640, 610), 14, -30),
        lens((440, 380), (400, 660), 10, 12),
    ]
    dark += [
        lens((250, 340), (210, 560), 10, 12),
        lens((660, 340), (690, 560), 12, -12),
        lens((480, 400), (520, 660), 9, -8),
    ]
    bright = [
        lens((420, 380), (330, 640), 16, 20),
        lens((520, 390), (590, 620), 14, -16),
        lens((280, 350), (250, 560), 12, 10),
    ]
    folds(sheet, "body", dark, bright, deep=0.3)
    under(sheet, "body", ear, 20, 0.34)
    part(sheet, "near", ear, cloth, LEFT)
    folds(sheet, "near", _EAR_DARK, _EAR_BRIGHT, deep=0.32)
    seam(sheet, "M450 354C400 440 330 560 262 620", opacity=0.24)
    _knot(sheet, cloth)


_EAR_DARK = [
    lens((430, 160), (300, 340), 10, 20),
    lens((440, 170), (380, 360), 9, 12),
    lens((436, 190), (440, 350), 8, 14),
]
_EAR_BRIGHT = [
    lens((420, 160), (270, 330), 9, 16),
    lens((430, 180), (420, 370), 9, 10),
    lens((424, 160), (340, 370), 7, 14),
]


def _knot(sheet: Sheet, cloth: Cloth) -> None:
    tails = (
        ("tail", "M424 146C380 122 336 70 318 34C350 40 410 70 446 118Z", LEFT),
        ("tail2", "M470 140C500 100 548 62 590 44C586 82 540 132 486 160Z", RIGHT),
    )
    for name, d, light in tails:
        part(sheet, name, d, cloth, light, fall=False)
    fold = [lens((440, 130), (330, 46), 6, 6), lens((480, 146), (580, 54), 5, 6)]
    folds(sheet, "tail", fold[:1], [], deep=0.34)
    folds(sheet, "tail2", fold[1:], [], deep=0.34)
    knot = "M414 128C432 108 474 106 490 126C502 146 496 178 478 190C456 200 428 194 414 178C404 164 404 142 414 128Z"
    sheet.put(
        f'<path d="{knot}" fill="#2b2318" fill-opacity=".45" filter="{sheet.blur(5)}" transform="translate(3 8)"/>'
    )
    part(sheet, "knot", knot, cloth, ROUND)
    folds(
        sheet,
        "knot",
        [lens((416, 132), (484, 186), 6, 8), lens((440, 114), (492, 150), 4, 4)],
        [lens((424, 124), (486, 164), 5, 6)],
        deep=0.4,
    )


def sacoche(sheet: Sheet) -> None:
    """A flat pouch with a flap, a cotton cord looped above it."""
    cloth = Cloth(threads="canvas")
    cord = "M262 300C190 190 250 70 420 92C560 112 640 120 668 190C682 232 660 276 638 300"
    body = "M250 300C380 308 520 308 650 300C656 420 658 520 656 612C656 632 646 640 628 642C520 650 380 650 272 642C254 640 244 632 244 612C242 520 244 420 250 300Z"
    flap = "M246 292C380 300 520 300 654 292C658 350 656 410 652 448C650 462 642 468 630 469C520 476 380 476 270 469C258 468 250 462 248 448C244 410 242 350 246 292Z"
    cast(sheet, body)
    sheet.put(
        f'<g fill="none" stroke-linecap="round"><path d="{cord}" stroke="#2b2318" stroke-opacity=".3" stroke-width="12" filter="{sheet.blur(5)}" transform="translate(6 12)"/>'
        f'<path d="{cord}" stroke="#8d7a5f" stroke-width="12"/><path d="{cord}" stroke="#efe6d3" stroke-width="10"/>'
        f'<path d="{cord}" stroke="#1a1410" stroke-opacity=".3" stroke-width="10" stroke-dasharray="2.5 5"/></g>'
    )
    part(sheet, "body", body, cloth, ROUND)
    folds(
        sheet,
        "body",
        [lens((280, 480), (300, 640), 9, 8), lens((430, 480), (400, 650), 9), lens((610, 480), (600, 640), 9, -8)],
        [lens((340, 480), (350, 640), 10), lens((520, 480), (530, 640), 10)],
        deep=0.24,
    )
    under(sheet, "body", flap, 18, 0.4)
    part(sheet, "flap", flap, cloth, FLAT)
    folds(
        sheet,
        "flap",
        [lens((260, 310), (420, 460), 9, 16), lens((640, 320), (560, 460), 8, -8)],
        [lens((300, 310), (470, 440), 10, 14)],
        deep=0.2,
    )
    stitch(
        sheet,
        "M254 446C258 458 264 461 272 461C380 468 520 468 628 461C636 460 642 456 646 446",
        "M250 304C380 312 520 312 650 304",
        colour=_THREAD,
        opacity=0.8,
    )
    stitch(
        sheet,
        "M252 606C252 622 258 632 274 634C380 642 520 642 626 634C642 632 648 622 648 606",
        colour=_THREAD,
        opacity=0.8,
    )
    for x in (262, 638):
        sheet.put(f'<path d="M{x - 11} 284h22v34h-22z" fill="#6d543c" stroke="#1a1410" stroke-opacity=".4"/>')
    buttons(sheet, [(262, 302), (638, 302)], 5, "#c9a566")
    buttons(sheet, [(450, 444)], 11, "#c9a566")
