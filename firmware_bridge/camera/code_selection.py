"""Several codes before the lens at once: which of them count, and in which order."""

from collections.abc import Iterable
from typing import Literal

from firmware_bridge.decode.detection import BelievedCode

SelectionRule = Literal["all", "centre"]


def select_codes(found: Iterable[BelievedCode], size: tuple[int, int], rule: SelectionRule) -> tuple[BelievedCode, ...]:
    """The codes that count in a frame of `size` (width, height) pixels.

    `all`: every code, from the top down, as the two rows on a Japanese book are read. `centre`: the code nearest the middle,
    for a camera over a belt or a shelf full of labels.
    """
    match rule:
        case "all":
            return tuple(sorted(found, key=_reading_order))
        case "centre":
            return tuple(sorted(found, key=lambda code: _off_centre(code, size))[:1])


def _middle(code: BelievedCode) -> tuple[float, float]:
    xs, ys = zip(*code.corners, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)


def _reading_order(code: BelievedCode) -> tuple[float, float]:
    x, y = _middle(code)
    return y, x


def _off_centre(code: BelievedCode, size: tuple[int, int]) -> float:
    x, y = _middle(code)
    return (x - size[0] / 2) ** 2 + (y - size[1] / 2) ** 2
