"""Patterns in cloth: woven, dyed, stitched."""

from sync.hq.sample.draw.sheet import Sheet
from sync.hq.sample.draw.tile import strokes, tile

_CROSSES = "M6 24H18M30 24H42M24 6V18M24 30V42M-6 0H6M42 0H54M-6 48H6M42 48H54M0 -6V6M48 -6V6M0 42V54M48 42V54"
_DYED = {
    "stripe": tile(
        30, 10, '<path d="M0 0H9V10H0Z" fill="#fff" fill-opacity=".62"/><path d="M20 0H21.5V10H20Z" fill-opacity=".3"/>'
    ),
    "border": tile(10, 46, '<path d="M0 0H10V15H0Z" fill="#20344f" fill-opacity=".86"/>'),
    "light-border": tile(10, 40, '<path d="M0 0H10V13H0Z" fill="#f6f1e6" fill-opacity=".85"/>'),
    "check": tile(
        72,
        72,
        '<path d="M0 0H34V72H0ZM0 0V34H72V0Z" fill-opacity=".2"/>'
        '<path d="M50 0H53V72H50ZM0 50V53H72V50Z" fill="#fff" fill-opacity=".55"/>',
    ),
    "fine-check": tile(
        44,
        44,
        '<path d="M0 0H20V44H0ZM0 0V20H44V0Z" fill="#fff" fill-opacity=".2"/>'
        '<path d="M30 0H32V44H30ZM0 30V32H44V30Z" fill-opacity=".3"/>',
    ),
    # seigaiha, the blue sea: rings of waves, each row half over the one below
    "waves": tile(
        68,
        34,
        "".join(
            f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" stroke="#fff" stroke-opacity=".85" stroke-width="2.6"/>'
            for y in (34, 51, 68)
            for x in ((0, 68) if y != 51 else (34,))
            for r, fill in ((33, "var(--fabric)"), (24, "none"), (15, "none"))
        ),
    ),
    # crosses of running stitches: jujizashi
    "sashiko": tile(
        48,
        48,
        strokes(_CROSSES, "#1a1410", 0.3, 2.6, 'transform="translate(1 1.4)"')
        + strokes(_CROSSES, "#fff", 0.85, 2.6, 'stroke-linecap="round"'),
    ),
}


def dyed(sheet: Sheet, pattern: str) -> str:
    """How an attribute names a pattern in the cloth: `stripe`, `border`, `check`, `dots`, `sashiko`."""
    return sheet.define(f"d{pattern}", _DYED[pattern])
