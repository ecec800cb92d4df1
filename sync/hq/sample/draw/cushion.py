"""Cushions, swollen in the middle, their corners drawn out."""

from sync.hq.sample.draw.line import lens, whole
from sync.hq.sample.draw.part import FLAT, Cloth, buttons, cast, folds, label, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet


def cushion(sheet: Sheet, *, cloth: Cloth, buttoned: bool = False) -> None:
    """A full cushion: corners drawn out, light on its swelling, creases at the corners."""
    outline = whole(
        "M450 128 C350 138 250 134 176 112 C160 108 152 116 156 132 C176 230 186 320 184 384 C186 460 176 550 152"
        " 640 C148 656 156 664 172 660 C250 640 350 634 450 644"
    )
    cast(sheet, outline)
    part(sheet, "front", outline, cloth, FLAT)
    dark, bright = [], []
    for cx, cy, sx, sy in ((176, 132, 1, 1), (724, 132, -1, 1), (176, 640, 1, -1), (724, 640, -1, -1)):
        dark += [
            lens((cx, cy), (cx + sx * 150, cy + sy * 96), 10, 12 * sx * sy),
            lens((cx, cy), (cx + sx * 74, cy + sy * 160), 9, -8 * sx * sy),
        ]
        bright.append(lens((cx + sx * 10, cy + sy * 8), (cx + sx * 130, cy + sy * 142), 10))
    folds(sheet, "front", dark, bright, deep=0.3)
    glow = sheet.define(
        "swollen",
        '<radialGradient ID cx=".42" cy=".38" r=".68"><stop stop-color="#fff" stop-opacity=".34"/>'
        '<stop offset=".5" stop-color="#fff" stop-opacity="0"/>'
        '<stop offset="1" stop-color="#1a1410" stop-opacity=".38"/></radialGradient>',
    )
    sheet.use("front", f'fill="{glow}"')
    if buttoned:
        under(sheet, "front", "M186 520C330 532 570 532 714 520", 12, 0.3)
        seam(sheet, "M184 520C330 532 570 532 716 520", opacity=0.4)
        stitch(sheet, "M185 508C330 520 570 520 715 508", opacity=0.3)
        buttons(sheet, [(300, 500), (450, 504), (600, 500)], 13, "#efe6d4")
    label(sheet, 728, 423, 40)
