"""A part of a thing: its outline filled with cloth, lit from the upper left, folded, sewn."""

from collections.abc import Sequence
from dataclasses import dataclass

from sync.hq.sample.brand import BRAND
from sync.hq.sample.draw.cloth import threads
from sync.hq.sample.draw.dyed import dyed
from sync.hq.sample.draw.sheet import FABRIC, SHADE, Sheet

EDGE = 'stroke="#1a1410" stroke-opacity=".3" stroke-width="1.4" stroke-linejoin="round"'

# how light falls on a part, left to right: `offset:light`, shade with a minus
ROUND = "0:-.2 .1:-.03 .3:.24 .58:.02 .86:-.1 1:-.24"
LEFT = "0:-.06 .3:.22 .62:-.02 1:-.26"
RIGHT = "0:-.3 .3:-.04 .55:.12 1:-.2"
FLAT = "0:.2 .5:.03 1:-.12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloth:
    """Threads by name, and a pattern in them or none; `tint` is another colour than the product's."""

    threads: str = "plain"
    dyed: str | None = None
    tint: str = FABRIC


def cast(sheet: Sheet, *outlines: str, dx: int = 16, dy: int = 28) -> None:
    """The shadow all outlines throw on the ground behind them: a wide soft one, and a narrow one where they touch."""
    d = "".join(outlines)
    sheet.path("cast", d)
    for by, opacity, x, y in ((18, 0.26, dx, dy), (5, 0.22, dx // 4, dy // 4)):
        sheet.put(f'<g filter="{sheet.blur(by)}" opacity="{opacity}" transform="translate({x} {y})">')
        sheet.use("cast", f'fill="{SHADE}"')
        sheet.put("</g>")


def part(sheet: Sheet, name: str, outline: str, cloth: Cloth, light: str = ROUND, *, fall: bool = True) -> None:
    """Fill an outline: colour, pattern, threads, light across, and (where it hangs: `fall`) light from above."""
    sheet.path(name, outline)
    sheet.use(name, f'fill="{cloth.tint}" {EDGE}')
    if cloth.dyed:
        sheet.use(name, f'fill="{dyed(sheet, cloth.dyed)}"')
    sheet.use(name, f'fill="{threads(sheet, cloth.threads)}"')
    sheet.use(name, f'fill="{lit(sheet, light)}"')
    if fall:
        sheet.use(name, f'fill="{sheet.ramp("fall", "0:.14 .4:0 1:-.14", x2=0, y2=1)}"')


def lit(sheet: Sheet, light: str) -> str:
    """How an attribute names the gradient of a light; each is defined once."""
    names = {ROUND: "round", LEFT: "left", RIGHT: "right", FLAT: "flat"}
    return sheet.ramp(names[light], light, y2=0.12)


def folds(sheet: Sheet, name: str, dark: Sequence[str], bright: Sequence[str], *, deep: float = 0.3) -> None:
    """Soft folds inside a kept outline: hollows dark, ridges bright."""
    sheet.put(f'<g clip-path="{sheet.clip(name)}"><g filter="{sheet.blur(7)}">')
    sheet.put(f'<path d="{"".join(dark)}" fill="#1a1410" fill-opacity="{deep:g}"/>')
    sheet.put(f'<path d="{"".join(bright)}" fill="#fff" fill-opacity="{deep * 1.2:g}"/></g></g>')


def under(sheet: Sheet, name: str, d: str, width: int = 16, opacity: float = 0.34) -> None:
    """The shadow an edge throws on the part below it, kept inside that part."""
    sheet.put(
        f'<g clip-path="{sheet.clip(name)}"><path d="{d}" filter="{sheet.blur(5)}" fill="none" stroke="#1a1410"'
        f' stroke-opacity="{opacity:g}" stroke-width="{width}" transform="translate(3 6)"/></g>'
    )


def seam(sheet: Sheet, *paths: str, opacity: float = 0.3) -> None:
    """Lines where parts are sewn together: a dark one, and light on its lower lip."""
    d = "".join(paths)
    sheet.put(f'<g fill="none"><path d="{d}" stroke="#1a1410" stroke-opacity="{opacity:g}" stroke-width="1.6"/>')
    sheet.put(
        f'<path d="{d}" stroke="#fff" stroke-opacity=".22" stroke-width="1.2" transform="translate(1.4 1.4)"/></g>'
    )


def stitch(sheet: Sheet, *paths: str, colour: str = "#1a1410", opacity: float = 0.34) -> None:
    """Top stitching."""
    sheet.put(
        f'<path d="{"".join(paths)}" fill="none" stroke="{colour}" stroke-opacity="{opacity:g}" stroke-width="1.5"'
        ' stroke-dasharray="5 3.4"/>'
    )


def buttons(sheet: Sheet, places: Sequence[tuple[float, float]], size: float = 7.5, colour: str = "#f6f1e7") -> None:
    """Buttons with four holes, a rim and their own small shadow, each drawn once and used."""
    s = size
    holes = f"M{-s / 3:g} {-s / 3:g}h.1M{s / 3:g} {-s / 3:g}h.1M{-s / 3:g} {s / 3:g}h.1M{s / 3:g} {s / 3:g}h.1"
    sheet.define(
        "button",
        f'<g ID><circle cx="1.2" cy="2.4" r="{s + 0.6:g}" fill="#1a1410" fill-opacity=".35"/>'
        f'<circle r="{s:g}" fill="{colour}" stroke="#1a1410" stroke-opacity=".35"/>'
        f'<circle r="{s * 0.66:g}" fill="none" stroke="#1a1410" stroke-opacity=".16"/>'
        f'<path d="{holes}" stroke="#1a1410" stroke-opacity=".65" stroke-width="{s / 3.4:.1f}"'
        ' stroke-linecap="round"/></g>',
    )
    for x, y in places:
        sheet.put(f'<use href="#{sheet.id("button")}" x="{x:g}" y="{y:g}"/>')


def label(sheet: Sheet, x: float, y: float, width: float, *, turn: float = 0) -> None:
    """The brand's cotton label, middle at (x, y): white with a short bar of the brand's blue."""
    w, h = width / 2, width * 0.33
    turned = f' transform="rotate({turn:g} {x:g} {y:g})"' if turn else ""
    sheet.put(f'<g{turned}><path d="M{x - w:g} {y - h:g}H{x + w:g}V{y + h:g}H{x - w:g}Z" fill="#fbf8f1"')
    sheet.put(f' stroke="#1a1410" stroke-opacity=".25"/><path d="M{x - w * 0.46:g} {y:g}H{x + w * 0.46:g}"')
    sheet.put(f' stroke="{BRAND.colour}" stroke-width="{width * 0.1:g}"/></g>')


def hollow(sheet: Sheet, d: str, dark: float) -> None:
    """An inside seen through an opening: the cloth, in deep shade."""
    sheet.put(f'<path d="{d}" fill="{FABRIC}"/><path d="{d}" fill="#1a1410" fill-opacity="{dark:g}"/>')


def cord(sheet: Sheet, d: str, width: float) -> None:
    """A plaited cotton cord, with its shadow."""
    sheet.put('<g fill="none" stroke-linecap="round">')
    sheet.put(
        f'<path d="{d}" stroke="#2b2318" stroke-opacity=".4" stroke-width="{width + 2:g}" transform="translate(3 6)"'
    )
    sheet.put(f' filter="{sheet.blur(3)}"/><path d="{d}" stroke="#8d7a5f" stroke-width="{width + 1.6:g}"/>')
    sheet.put(f'<path d="{d}" stroke="#efe6d3" stroke-width="{width:g}"/><path d="{d}" stroke="#1a1410"')
    sheet.put(f' stroke-opacity=".26" stroke-width="{width:g}" stroke-dasharray="2 4"/></g>')
