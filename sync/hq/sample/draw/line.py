"""Lines for drawings: half outlines made whole, folds as lenses, splines through points. Plane: 900 wide, y downwards."""

import math
import re
from collections.abc import Iterable, Sequence

WIDTH = 900
HEIGHT = 780

Point = tuple[float, float]

_TOKEN = re.compile(r"[MLC]|-?\d+(?:\.\d+)?")


def at(point: Point) -> str:
    """A point as SVG writes it, to a tenth."""
    return f"{point[0]:.1f} {point[1]:.1f}".replace(".0", "")


def _chain(half: str) -> list[Point]:
    """`M x y C … L …` as one chain of cubic curves: start, then three points for each."""
    tokens = _TOKEN.findall(half)
    points: list[Point] = []
    command, numbers = "M", [token for token in tokens if token not in "MLC"]
    pairs = [(float(x), float(y)) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    used = 0
    for token in tokens:
        if token in "MLC":
            command = token
            take = {"M": 1, "L": 1, "C": 3}[command]
            new, used = pairs[used : used + take], used + take
            if command == "L":
                (x0, y0), (x1, y1) = points[-1], new[0]
                new = [(x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3), (x1 - (x1 - x0) / 3, y1 - (y1 - y0) / 3), (x1, y1)]
            points += new
    return points


def _drawn(chain: Sequence[Point]) -> str:
    curves = (chain[i : i + 3] for i in range(1, len(chain), 3))
    return f"M{at(chain[0])}" + "".join("C" + " ".join(at(point) for point in curve) for curve in curves)


def whole(half: str) -> str:
    """A closed outline from its left half, drawn from the top of the middle line to its bottom (`M`, `C`, `L` only)."""
    chain = _chain(half)
    return _drawn([*chain, *flipped(chain)[::-1][1:]]) + "Z"


def flipped(points: Iterable[Point]) -> list[Point]:
    """The points seen in a mirror on the middle line."""
    return [(WIDTH - x, y) for x, y in points]


def flip(path: str) -> str:
    """A path of absolute points (no H, V, A) seen in a mirror on the middle line."""
    return re.sub(
        r"(-?\d+(?:\.\d+)?)[ ,](-?\d+(?:\.\d+)?)", lambda found: at((WIDTH - float(found[1]), float(found[2]))), path
    )


def lens(start: Point, end: Point, width: float, bend: float = 0) -> str:
    """A fold: pointed at both ends, `width` at its middle, bowed aside by `bend`."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0) or 1
    nx, ny = (y1 - y0) / length, (x0 - x1) / length
    mx, my = (x0 + x1) / 2, (y0 + y1) / 2
    one = (mx + nx * (bend + width), my + ny * (bend + width))
    two = (mx + nx * (bend - width), my + ny * (bend - width))
    # folds are blurred: whole units are enough, and halve their bytes
    a, b, c, d = (f"{round(x)} {round(y)}" for x, y in (start, one, end, two))
    return f"M{a}Q{b} {c}Q{d} {a}Z"


def spline(points: Sequence[Point], *, closed: bool = False) -> str:
    """A smooth curve through the points (Catmull-Rom as cubics)."""
    ring = list(points)
    padded = [ring[-1], *ring, ring[0], ring[1]] if closed else [ring[0], *ring, ring[-1]]
    text = f"M{at(ring[0])}"
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        one = (b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6)
        two = (c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6)
        text += f"C{at(one)} {at(two)} {at(c)}"
    return text + ("Z" if closed else "")
