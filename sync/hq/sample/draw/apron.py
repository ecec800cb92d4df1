"""A bib apron."""

from sync.hq.sample.draw.line import flip, lens, whole
from sync.hq.sample.draw.part import FLAT, ROUND, Cloth, buttons, cast, folds, label, part, stitch, under
from sync.hq.sample.draw.sheet import Sheet


def apron(sheet: Sheet) -> None:
    """A bib apron with a neck strap, ties, and a wide pocket."""
    cloth = Cloth(threads="denim")
    body = whole(
        "M450 190 C400 190 370 186 344 180 C338 178 334 182 334 190 C332 270 300 330 226 372 C216 376 212 384 213"
        " 394 C208 500 206 590 204 690 C204 700 208 706 218 707 C300 716 380 718 450 718"
    )
    strap = "M352 186C340 60 400 40 450 40C500 40 560 60 548 186"
    tie = "M222 384C170 420 150 480 168 560M216 396C190 450 190 520 206 600"
    for d in (strap, tie, flip(tie)):
        sheet.put(
            f'<path d="{d}" fill="none" stroke="#2b2318" stroke-opacity=".3" stroke-width="17"'
            f' filter="{sheet.blur(5)}" transform="translate(5 12)"/>'
        )
        sheet.put(
            f'<path d="{d}" fill="none" stroke="#1a1410" stroke-opacity=".5" stroke-width="19"/>'
            f'<path d="{d}" fill="none" stroke="var(--fabric)" stroke-width="17"/>'
        )
        sheet.put(
            f'<path d="{d}" fill="none" stroke="#fff" stroke-opacity=".16" stroke-width="7" transform="translate(-2'
            ' -1)"/>'
        )
    cast(sheet, body)
    part(sheet, "front", body, cloth, ROUND)
    dark = [
        lens((300, 380), (250, 700), 14, 10),
        lens((600, 380), (656, 710), 16, -10),
        lens((340, 230), (330, 380), 9, 8),
        lens((560, 230), (580, 400), 9, -8),
    ]
    dark += [lens((420, 560), (400, 718), 10), lens((520, 580), (530, 718), 9)]
    folds(sheet, "front", dark, [lens((350, 400), (320, 710), 15, 8), lens((470, 220), (480, 400), 12)], deep=0.26)
    pocket = "M306 450L594 450L590 596C588 606 582 610 572 610L328 610C318 610 312 606 310 596Z"
    under(sheet, "front", pocket, 10, 0.3)
    part(sheet, "pocket", pocket, cloth, FLAT, fall=False)
    thread = "#e9d9b8"
    stitch(sheet, "M307 464H593M307 470H593M450 470V610M454 470V610", "M336 196H564", colour=thread, opacity=0.8)
    stitch(
        sheet,
        "M344 200C342 280 306 342 228 384",
        flip("M344 200C342 280 306 342 228 384"),
        "M208 690C300 704 600 704 692 690",
        colour=thread,
        opacity=0.7,
    )
    buttons(sheet, [(356, 200), (544, 200), (306, 458), (594, 458)], 5, "#c9a566")
    label(sheet, 450, 320, 60)
