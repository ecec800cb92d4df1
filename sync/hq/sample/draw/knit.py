"""Sweaters, vests and cardigans: ribbed ends, cables, a dotted yoke; crew, V and high necks."""

from dataclasses import replace
from typing import Literal

from sync.hq.sample.draw.block import MIDDLE, Arm, Block, along, neck_edge, sleeve
from sync.hq.sample.draw.line import at, flip
from sync.hq.sample.draw.part import FLAT, LEFT, RIGHT, ROUND, Cloth, buttons, hollow, part, seam, under
from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.top import Top, lay

_CREW = Block(
    neck=62, neck_y=98, drop=46, hem=160, waist=176, chest=172, bottom=606, sag=8, shoulder=182, shoulder_y=152
)
_BLOCKS = {
    "crew": _CREW,
    "v": replace(_CREW, drop=150, v=True),
    "high": replace(_CREW, neck=56, neck_y=92, drop=34),
    "cardigan-v": replace(_CREW, drop=210, v=True),
}
_RIB = 46  # height of the ribbing at hem and cuffs
Neck = Literal["crew", "v", "high", "cardigan-v"]


def knit(
    sheet: Sheet,
    *,
    neck: Neck = "crew",
    cloth: Cloth,
    sleeved: bool = True,
    cables: bool = False,
    yoke: bool = False,
    opened: bool = False,
    pockets: bool = False,
    button: str = "#6d543c",
) -> None:
    """A sweater or (`opened`) a cardigan from the front."""
    block = _BLOCKS[neck]
    arm = sleeve(block, length=378, width=46, angle=17, puff=8) if sleeved else None
    band = {"high": 0, "cardigan-v": 30}.get(neck, 24)
    lay(sheet, Top(block=block, arm=arm, cloth=cloth, deep=0.22, rise=14, band=band))
    if cables:
        _cables(sheet, block)
    if yoke:
        _yoke(sheet)
    _ends(sheet, block, arm)
    hole = f"M{MIDDLE - block.shoulder:g} {block.shoulder_y:g}{block.armhole}"
    seam(sheet, hole, flip(hole), opacity=0.3)
    if arm is None:
        _bound(sheet, hole + flip(hole))
    if pockets:
        _pockets(sheet, cloth)
    _front(sheet, block, opened=opened, button=button)
    _neck(sheet, block, neck)


def _bound(sheet: Sheet, holes: str) -> None:
    """Ribbing round the armholes of a vest."""
    cut = f'<g clip-path="{sheet.clip("front")}" fill="none"><path d="{holes}"'
    sheet.put(f'{cut} stroke="#1a1410" stroke-opacity=".4" stroke-width="36"/><path d="{holes}" stroke="var(--fabric)"')
    sheet.put(f' stroke-width="33"/><path d="{holes}" stroke="#1a1410" stroke-opacity=".24" stroke-width="33"')
    sheet.put(' stroke-dasharray="4 5"/></g>')


def _ends(sheet: Sheet, block: Block, arm: Arm | None) -> None:
    """Ribbing at hem and cuffs, a little narrower than what it holds."""
    top, low, half = block.bottom - 6, block.bottom + _RIB, block.hem
    left, right = MIDDLE - half, MIDDLE + half
    hem = (
        f"M{left - 1:g} {top - 8:g}C{left + 90:g} {top + 6:g} {right - 90:g} {top + 6:g} {right + 1:g} {top - 8:g}"
        f"L{right - 7:g} {low - 6:g}C{right - 90:g} {low + 8:g} {left + 90:g} {low + 8:g} {left + 7:g} {low - 6:g}Z"
    )
    part(sheet, "hem", hem, Cloth(threads="rib"), ROUND, fall=False)
    if arm is None:
        return
    one, two = along(arm, 0.02)
    (ox, oy), (ix, iy) = along(arm, -0.12)
    cuff = f"M{at(one)}L{at(two)}L{ix - 8:.0f} {iy + 2:.0f}L{ox + 8:.0f} {oy - 2:.0f}Z"
    part(sheet, "cuff", cuff, Cloth(threads="rib"), LEFT, fall=False)
    part(sheet, "cuff2", flip(cuff), Cloth(threads="rib"), RIGHT, fall=False)


def _neck(sheet: Sheet, block: Block, neck: Neck) -> None:
    if neck == "high":
        d = (
            "M392 100C389 78 391 58 397 46C430 56 470 56 503 46C509 58 511 78 508 100C492 128 470 138 450 138"
            "C430 138 408 128 392 100Z"
        )
        under(sheet, "front", "M392 100C408 128 430 138 450 138C470 138 492 128 508 100", 14)
        part(sheet, "collar", d, Cloth(threads="rib"), ROUND, fall=False)
        seam(sheet, "M393 72C420 88 480 88 507 72", opacity=0.2)
        opening = "M397 46C430 34 470 34 503 46C470 57 430 57 397 46Z"
        hollow(sheet, opening, 0.5)
        return
    width = 24 if neck != "cardigan-v" else 30
    line = neck_edge(block, width / 2)
    under(sheet, "front", neck_edge(block, width), 10, 0.24)
    sheet.put(
        f'<path d="{line}" fill="none" stroke="var(--fabric)" stroke-width="{width}"/>'
        f'<path d="{line}" fill="none" stroke="#1a1410" stroke-opacity=".24" stroke-width="{width}"'
        ' stroke-dasharray="4 5"/>'
        f'<path d="{neck_edge(block, 5)}" fill="none" stroke="#fff" stroke-opacity=".26" stroke-width="6"/>'
    )
    seam(sheet, neck_edge(block, width), neck_edge(block))


def _front(sheet: Sheet, block: Block, *, opened: bool, button: str) -> None:
    """The button band of a cardigan."""
    if not opened:
        return
    top, low = block.neck_y + block.drop + 4, block.bottom + _RIB
    band = f"M435 {top:g}L465 {top:g}L466 {low:g}L434 {low:g}Z"
    under(sheet, "front", f"M466 {top:g}V{low:g}", 10, 0.34)
    part(sheet, "band", band, Cloth(threads="rib"), FLAT, fall=False)
    step = (low - top - 44) / 5
    buttons(sheet, [(MIDDLE, round(top + 22 + step * number)) for number in range(6)], 9, button)


def _pockets(sheet: Sheet, cloth: Cloth) -> None:
    d = "M312 494L404 498L404 604L314 602Z"
    for name, outline in (("pocket", d), ("pocket2", flip(d))):
        under(sheet, "front", outline, 7, 0.26)
        part(sheet, name, outline, cloth, FLAT, fall=False)
    rib = "M311 492L405 496L405 516L311 512Z"
    part(sheet, "welt", rib, Cloth(threads="rib"), FLAT, fall=False)
    part(sheet, "welt2", flip(rib), Cloth(threads="rib"), FLAT, fall=False)


def _cables(sheet: Sheet, block: Block) -> None:
    """Three plaits of two strands, crossing every 52 units, with a purl ditch beside each."""
    tall = 52
    over = f"M6 0C6 {tall * 0.45:g} 40 {tall * 0.55:g} 40 {tall}L26 {tall}C26 {tall * 0.6:g} -8 {tall * 0.5:g} -8 0Z"
    back = f"M40 0C40 {tall * 0.45:g} 6 {tall * 0.55:g} 6 {tall}L-8 {tall}C-8 {tall * 0.6:g} 26 {tall * 0.5:g} 26 0Z"
    ditch = f'<path d="M-16 0H-8V{tall}H-16ZM40 0H48V{tall}H40Z" fill="#1a1410" fill-opacity=".2"/>'
    strand = 'fill="var(--fabric)" stroke="#1a1410" stroke-opacity=".38" stroke-width="2"'
    glow = (
        f'<path d="M2 6C4 {tall * 0.5:g} 32 {tall * 0.5:g} 34 {tall - 4}" fill="none" stroke="#fff"'
        ' stroke-opacity=".4" stroke-width="7"/>'
    )
    sheet.define(
        "plait",
        f'<g ID>{ditch}<path d="{back}" {strand}/><path d="{back}" fill="#1a1410" fill-opacity=".12"/>'
        f'<path d="{over}" {strand}/>{glow}</g>',
    )
    sheet.put(f'<g clip-path="{sheet.clip("front")}">')
    for x in (340, 434, 528):
        for y in range(int(block.neck_y) + 30, int(block.bottom), tall):
            sheet.put(f'<use href="#{sheet.id("plait")}" x="{x}" y="{y}"/>')
    sheet.put("</g>")
    sheet.use("front", f'fill="{sheet.ref("round")}"')


def _yoke(sheet: Sheet) -> None:
    """Rings of snow dots round the shoulders."""
    sheet.put(f'<g clip-path="{sheet.clip("front")}" fill="none" stroke="#f4efe4" stroke-linecap="round">')
    for radius, width, gap in ((132, 9, 22), (158, 6, 15), (184, 11, 30), (212, 6, 15), (238, 8, 26)):
        arc = (
            f"M{MIDDLE - radius * 1.3:g} 60C{MIDDLE - radius * 1.1:g} {80 + radius * 1.05:g}"
            f" {MIDDLE + radius * 1.1:g} {80 + radius * 1.05:g} {MIDDLE + radius * 1.3:g} 60"
        )
        sheet.put(f'<path d="{arc}" stroke-width="{width}" stroke-dasharray=".1 {gap}" stroke-opacity=".9"/>')
    sheet.put("</g>")
