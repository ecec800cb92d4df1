"""T-shirts: crew, boat and V necks, short to long sleeves, a pocket, stripes."""

from typing import Literal

from sync.hq.sample.draw.block import MIDDLE, Block, neck_edge, sleeve
from sync.hq.sample.draw.line import flip
from sync.hq.sample.draw.part import FLAT, Cloth, part, seam, stitch, under
from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.top import Top, cuff_lines, hem_line, lay

_SLEEVES = {"short": (182.0, 74.0, 25.0), "elbow": (300.0, 57.0, 19.0), "long": (408.0, 42.0, 17.0)}
_NECKS = {
    "crew": Block(neck=62, neck_y=96, drop=52),
    "boat": Block(neck=92, neck_y=104, drop=30),
    "v": Block(neck=64, neck_y=96, drop=116, v=True),
}
_POCKET = "M514 262L584 260L586 340C586 346 582 350 576 350L524 351C519 351 516 347 516 342Z"


def tee(
    sheet: Sheet,
    *,
    neck: Literal["crew", "boat", "v"] = "crew",
    sleeves: Literal["short", "elbow", "long"] = "short",
    cloth: Cloth,
    pocket: bool = False,
    bound: int = 20,
) -> None:
    """A T-shirt from the front; `bound` is how wide the band of the neck is, 0 for a plain edge."""
    block = _NECKS[neck]
    length, width, angle = _SLEEVES[sleeves]
    arm = sleeve(block, length=length, width=width, angle=angle)
    lay(sheet, Top(block=block, arm=arm, cloth=cloth, deep=0.24, rise=14, band=bound))
    x, y = MIDDLE - block.shoulder, block.shoulder_y
    hole = f"M{x:g} {y:g}{block.armhole}"
    seam(sheet, hole, flip(hole), opacity=0.24)
    stitch(sheet, hem_line(block, 14), hem_line(block, 19), *cuff_lines(arm, 16 / length, 22 / length), opacity=0.24)
    if bound:
        _band(sheet, block, bound)
    if pocket:
        under(sheet, "front", _POCKET, 7, 0.24)
        part(sheet, "pocket", _POCKET, cloth, FLAT, fall=False)
        stitch(sheet, "M515 276L584 274", opacity=0.3)


def _band(sheet: Sheet, block: Block, width: int) -> None:
    """The ribbed band of the neck: cloth on cloth, a seam below it, light along its edge."""
    mid = neck_edge(block, width / 2)
    sheet.put(
        f'<path d="{mid}" fill="none" stroke="var(--fabric)" stroke-width="{width}"/>'
        f'<path d="{mid}" fill="none" stroke="#1a1410" stroke-opacity=".2" stroke-width="{width}"'
        ' stroke-dasharray="1.6 3"/>'
        f'<path d="{neck_edge(block, 3)}" fill="none" stroke="#fff" stroke-opacity=".3" stroke-width="4"/>'
    )
    seam(sheet, neck_edge(block, width))
    seam(sheet, neck_edge(block), opacity=0.4)
