"""A tile that repeats: what threads and patterns are made of."""


def tile(width: float, height: float, inside: str, turn: int = 0) -> str:
    """A pattern's element for `Sheet.define`, `width` by `height`, turned by degrees."""
    turned = f' patternTransform="rotate({turn})"' if turn else ""
    return f'<pattern ID width="{width:g}" height="{height:g}" patternUnits="userSpaceOnUse"{turned}>{inside}</pattern>'


def strokes(d: str, colour: str, opacity: float, width: float, more: str = "") -> str:
    """A path of lines; `more` are further attributes."""
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-opacity="{opacity:g}" stroke-width="{width:g}" {more}/>'
