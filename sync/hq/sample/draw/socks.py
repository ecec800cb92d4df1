"""A pair of socks, one upon the other."""

from sync.hq.sample.draw.line import lens
from sync.hq.sample.draw.part import LEFT, ROUND, Cloth, cast, folds, part, seam, under
from sync.hq.sample.draw.sheet import Sheet

_SOCK = (
    "M372 150C410 144 462 144 500 150C504 230 500 330 506 404C510 446 524 476 548 502C586 538 640 560 664 592"
    "C682 618 674 652 644 666C602 684 546 674 500 648C448 620 398 570 380 516C364 466 374 300 372 150Z"
)
_CUFF = "M366 92C408 84 464 84 506 92C508 128 506 160 502 196C460 204 414 204 370 196C366 160 364 128 366 92Z"
_HEEL = "M377 470C410 466 446 486 452 520C456 552 440 580 420 592C396 568 384 540 378 510C375 496 375 482 377 470Z"
_TOE = "M592 534C630 552 654 574 664 592C682 618 674 652 644 666C620 676 590 676 562 670C552 626 562 568 592 534Z"


def socks(sheet: Sheet, *, cloth: Cloth) -> None:
    """Ribbed cuffs, heels and toes knitted the other way."""
    moved = 'transform="translate(-112 10) rotate(7 440 400)"'
    cast(sheet, _SOCK + _CUFF)
    sheet.put(f"<g {moved}>")
    sheet.put(
        f'<path d="{_SOCK}{_CUFF}" fill="#2b2318" fill-opacity=".3" filter="{sheet.blur(5)}"'
        ' transform="translate(6 12)"/>'
    )
    _one(sheet, "far", cloth)
    sheet.use("farsock", 'fill="#1a1410" fill-opacity=".1"')
    sheet.put("</g>")
    sheet.put(
        f'<path d="{_SOCK}{_CUFF}" fill="#2b2318" fill-opacity=".4" filter="{sheet.blur(7)}"'
        ' transform="translate(-8 8)"/>'
    )
    _one(sheet, "near", cloth)


def _one(sheet: Sheet, name: str, cloth: Cloth) -> None:
    sock, heel, toe, cuff = f"{name}sock", f"{name}heel", f"{name}toe", f"{name}cuff"
    part(sheet, sock, _SOCK, cloth, ROUND)
    dark = [
        lens((380, 420), (470, 470), 9, 8),
        lens((392, 540), (520, 520), 8, -10),
        lens((500, 380), (450, 450), 8),
        lens((430, 210), (424, 420), 8, 8),
        lens((520, 640), (600, 560), 7, 6),
    ]
    bright = [lens((440, 220), (446, 420), 12, 6), lens((460, 520), (610, 620), 14, -8)]
    folds(sheet, sock, dark, bright, deep=0.26)
    for patch, d in ((heel, _HEEL), (toe, _TOE)):
        sheet.path(patch, d)
        sheet.use(patch, 'fill="var(--fabric)"')
        sheet.use(patch, 'fill="#1a1410" fill-opacity=".16"')
        sheet.use(patch, f'fill="{sheet.ref("tfine")}"' if "fine" in cloth.threads else f'fill="{sheet.ref("round")}"')
        seam(sheet, d, opacity=0.2)
    under(sheet, sock, _CUFF, 12, 0.26)
    part(sheet, cuff, _CUFF, Cloth(threads="rib"), LEFT, fall=False)
    sheet.put('<path d="M368 98C410 90 462 90 504 98" fill="none" stroke="#fff" stroke-opacity=".4" stroke-width="5"/>')
