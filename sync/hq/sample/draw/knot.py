"""An Azuma bag: one strip of cloth, its two ears knotted into a handle."""

from sync.hq.sample.draw.line import flip, lens
from sync.hq.sample.draw.part import (
    LEFT,
    RIGHT,
    ROUND,
    Cloth,
    cast,
    folds,
    part,
    seam,
    under,
)
from sync.hq.sample.draw.sheet import Sheet


def azuma(sheet: Sheet) -> None:
    """A bag folded and sewn from one strip of cloth, its two ears knotted into a handle."""
    cloth = Cloth(threads="linen")
    body = (
        "M450 352C380 330 300 312 244 330C196 346 176 420 184 500C194 604 300 668 450 668C600 668 706 604 716 500"
        "C724 420 704 346 656 330C600 312 520 330 450 352Z"
    )
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
