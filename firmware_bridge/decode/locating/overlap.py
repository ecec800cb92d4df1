"""Where a code is in the picture, and whether two are at the same place: plain geometry on four corners."""

from collections.abc import Iterator

from firmware_bridge.decode.detection import Corners

Point = tuple[float, float]

MIN_ASPECT = (
    0.25  # least breadth of a code, relative to its longer side: engines report some bars as hardly more than a line
)


def overlap(a: Corners, b: Corners) -> bool:
    """Whether two codes (four points each, in pixels of one frame) overlap.

    Bars that were read along one line count as a band: the next frame's line is elsewhere on the same bars.
    The rows of a Japanese book, 0.38 of a code's width apart, do not overlap, however they are turned.
    """
    one, other = _band(a), _band(b)
    return not any(_apart(one, other, axis) for axis in (*_axes(one), *_axes(other), (1.0, 0.0), (0.0, 1.0)))


def _band(corners: Corners) -> tuple[Point, ...]:
    """The corners, moved apart if they enclose less than a band of MIN_ASPECT."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    along = ((bx - ax + cx - dx) / 2, (by - ay + cy - dy) / 2)
    across = ((dx - ax + cx - bx) / 2, (dy - ay + cy - by) / 2)
    along, across = _broad(along, across), _broad(across, along)
    x, y = (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4
    return tuple(
        (x + (m * along[0] + n * across[0]) / 2, y + (m * along[1] + n * across[1]) / 2)
        for m, n in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    )


def _broad(side: Point, other: Point) -> Point:
    """A side; if it is shorter than MIN_ASPECT of the other, one of that length at right angles to the other."""
    length, least = (side[0] ** 2 + side[1] ** 2) ** 0.5, MIN_ASPECT * (other[0] ** 2 + other[1] ** 2) ** 0.5
    return side if length >= least else (-MIN_ASPECT * other[1], MIN_ASPECT * other[0])


def _axes(corners: tuple[Point, ...]) -> Iterator[Point]:
    """Across each of two sides; two convex shapes are apart exactly if they are apart along one side's axis."""
    (ax, ay), (bx, by), _, (dx, dy) = corners
    yield ay - by, bx - ax
    yield ay - dy, dx - ax


def _apart(one: tuple[Point, ...], other: tuple[Point, ...], axis: Point) -> bool:
    mine, theirs = ([x * axis[0] + y * axis[1] for x, y in corners] for corners in (one, other))
    return max(mine) < min(theirs) or max(theirs) < min(mine)
