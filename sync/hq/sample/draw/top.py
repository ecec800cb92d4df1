"""What all tops share: sleeves behind, front before them, folds in both, the dark inside of the neck."""

from dataclasses import dataclass

from sync.hq.sample.draw.block import MIDDLE, Arm, Block, along, arm_folds, body_folds, torso
from sync.hq.sample.draw.line import at, flip
from sync.hq.sample.draw.part import LEFT, RIGHT, ROUND, Cloth, cast, folds, label, part, under
from sync.hq.sample.draw.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """A block, its left sleeve (None: sleeveless), its cloth, and how deep its folds are (knits fold less).

    `rise` is how high the back of the neck stands above the shoulders, `band` how wide its ribbing is.
    """

    block: Block
    arm: Arm | None
    cloth: Cloth
    deep: float = 0.28
    rise: float = 12
    band: int = 0


def lay(sheet: Sheet, top: Top) -> None:
    """Draw the garment without its details."""
    front = torso(top.block)
    arms = [top.arm.outline, flip(top.arm.outline)] if top.arm else []
    cast(sheet, front, *arms)
    if top.arm:
        _sleeves(sheet, top, top.arm)
    inside(sheet, top.block, rise=top.rise)
    if top.band:
        _back_band(sheet, top.block, top.rise, top.band)
    part(sheet, "front", front, top.cloth, ROUND)
    folds(sheet, "front", *body_folds(sheet, top.block), deep=top.deep)


def _sleeves(sheet: Sheet, top: Top, arm: Arm) -> None:
    dark, bright = arm_folds(sheet, arm)
    hole = f"M{MIDDLE - top.block.shoulder:g} {top.block.shoulder_y:g}{top.block.armhole}"
    for name, light, turn in (("left", LEFT, False), ("right", RIGHT, True)):
        part(sheet, name, flip(arm.outline) if turn else arm.outline, top.cloth, light)
        lines = [[flip(d) if turn else d for d in both] for both in (dark, bright)]
        folds(sheet, name, lines[0], lines[1], deep=top.deep)
        under(sheet, name, flip(hole) if turn else hole, 13, 0.3)


def inside(sheet: Sheet, block: Block, *, rise: float = 12) -> None:
    """The back of the neck seen through the opening: in shade, with the brand's label."""
    left, right = MIDDLE - block.neck, MIDDLE + block.neck
    y = block.neck_y
    low = y + block.drop * (1.15 if block.v else 1.06)
    d = (
        f"M{left:g} {y:g}C{left + 14:g} {y - rise:g} {right - 14:g} {y - rise:g} {right:g} {y:g}"
        f"C{right - 4:g} {y + block.drop * 0.7:g} {MIDDLE + block.neck * 0.5:g} {low:g} {MIDDLE} {low:g}"
        f"C{MIDDLE - block.neck * 0.5:g} {low:g} {left + 4:g} {y + block.drop * 0.7:g} {left:g} {y:g}Z"
    )
    sheet.path("inside", d)
    sheet.use("inside", 'fill="var(--fabric)"')
    sheet.use("inside", 'fill="#1a1410" fill-opacity=".4"')
    sheet.use("inside", f'fill="{sheet.ramp("well", "0:-.05 1:-.4", x2=0, y2=1)}"')
    label(sheet, MIDDLE, y + 8 + max(0, -rise), 34)


def _back_band(sheet: Sheet, block: Block, rise: float, width: int) -> None:
    """The ribbing of the neck going round behind."""
    left, right, y = MIDDLE - block.neck - width / 2 + 3, MIDDLE + block.neck + width / 2 - 3, block.neck_y + 2
    lift = rise + width * 0.34
    d = f"M{left:g} {y:g}C{left + 16:g} {y - lift:g} {right - 16:g} {y - lift:g} {right:g} {y:g}"
    sheet.put(f'<g fill="none"><path d="{d}" stroke="#1a1410" stroke-opacity=".4" stroke-width="{width + 2}"/>')
    sheet.put(f'<path d="{d}" stroke="var(--fabric)" stroke-width="{width}"/><path d="{d}" stroke="#1a1410"')
    sheet.put(f' stroke-opacity=".24" stroke-width="{width}" stroke-dasharray="3 4"/></g>')


def hem_line(block: Block, up: float) -> str:
    """A line along the hem, `up` units above it."""
    y, x = block.bottom - up, MIDDLE - block.hem + 3
    low = y + block.sag + 1
    return (
        f"M{x:g} {y:g}C{x + block.hem * 0.4:g} {low:g} {2 * MIDDLE - x - block.hem * 0.4:g} {low:g}"
        f" {2 * MIDDLE - x:g} {y:g}"
    )


def cuff_lines(arm: Arm, *shares: float) -> list[str]:
    """Lines across both sleeves at shares of their length from the end."""
    left = [f"M{at(one)}L{at(two)}" for one, two in (along(arm, share) for share in shares)]
    return left + [flip(line) for line in left]
