"""Bags of canvas: a tote, a sacoche."""

from sync.hq.sample.draw.line import lens
from sync.hq.sample.draw.part import FLAT, ROUND, Cloth, buttons, cast, cord, folds, label, part, stitch, under
from sync.hq.sample.draw.sheet import Sheet

_THREAD = "#f4ecdb"


def _strap(sheet: Sheet, d: str, width: int, *, shade: bool = False) -> None:
    """Webbing: an edge, the band, its light and its two rows of stitching."""
    sheet.put(
        '<g fill="none" stroke-linejoin="round">'
        f'<path d="{d}" stroke="#1a1410" stroke-opacity=".5" stroke-width="{width + 2}"/>'
    )
    sheet.put(f'<path d="{d}" stroke="var(--fabric)" stroke-width="{width}"/>')
    if shade:
        sheet.put(f'<path d="{d}" stroke="#1a1410" stroke-opacity=".3" stroke-width="{width}"/>')
    sheet.put(
        f'<path d="{d}" stroke="#fff" stroke-opacity=".2" stroke-width="{width // 2}" transform="translate(-2 -2)"/>'
    )
    sheet.put("</g>")


def tote(sheet: Sheet) -> None:
    """A heavy canvas tote standing up, handles sewn down to the bottom, a pocket between them."""
    cloth = Cloth(threads="canvas")
    body = (
        "M218 268C370 280 530 280 682 268L706 650C708 670 696 684 676 686C530 696 370 696 224 686"
        "C204 684 192 670 194 650Z"
    )
    back = "M226 258C370 244 530 244 674 258L682 270C530 284 370 284 218 270Z"
    far = "M350 262C352 150 392 96 450 96C508 96 548 150 550 262"
    near = "M330 690L330 300C330 170 376 84 450 84C524 84 570 170 570 300L570 690"
    cast(sheet, body)
    sheet.put(
        f'<path d="{near}" fill="none" stroke="#2b2318" stroke-opacity=".22" stroke-width="30"'
        f' filter="{sheet.blur(7)}" transform="translate(12 18)"/>'
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
    label(sheet, 450, 457, 52)


def sacoche(sheet: Sheet) -> None:
    """A flat pouch with a flap, a cotton cord looped above it."""
    cloth = Cloth(threads="canvas")
    loop = "M262 300C190 190 250 70 420 92C560 112 640 120 668 190C682 232 660 276 638 300"
    body = (
        "M250 300C380 308 520 308 650 300C656 420 658 520 656 612C656 632 646 640 628 642C520 650 380 650 272 642"
        "C254 640 244 632 244 612C242 520 244 420 250 300Z"
    )
    flap = (
        "M246 292C380 300 520 300 654 292C658 350 656 410 652 448C650 462 642 468 630 469C520 476 380 476 270 469"
        "C258 468 250 462 248 448C244 410 242 350 246 292Z"
    )
    cast(sheet, body)
    cord(sheet, loop, 10)
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
