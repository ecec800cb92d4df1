"""How much less likely the next best text of a symbology is, if the likelihood of each character is known."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode.evidence.bar_widths import EAN_DIGIT_WIDTHS, Widths

Costs = Mapping[Widths, float]  # for each sign in the place of a read character: how much less likely it is

EAN13_PARITIES = (  # of the left digits of an EAN-13, by its first digit (GS1 General Specifications 5.2.1.2.1)
    "OOOOOO",
    "OOEOEE",
    "OOEEOE",
    "OOEEEO",
    "OEOOEE",
    "OEEOOE",
    "OEEEOO",
    "OEOEOE",
    "OEOEEO",
    "OEEOEO",
)
COST_OF_OWN_SIGN = np.nan  # the cost of the sign that was read: it is no other
SECOND_LEAST_COST_FACTOR = (
    0.7  # of the cost of the second least sure character: with two digits misread under a fold it was 0.28
)


def lead_over_others(symbology: Symbology, data: bytes, costs: Sequence[Costs]) -> float:
    """The least cost of any other text, below 0 if one is more likely; `costs` in the order of the characters.

    For an EAN or UPC-A it is the cost of the nearest valid one; for others with a check digit, that of the two cheapest characters.
    A check digit settles one character, not two: if two are unsure, the lead is no more than that of the surer one.
    """
    each = sorted(min(others.values()) for others in costs)
    match symbology:
        case Symbology.EAN13:
            least = ean_margin(data, EAN13_PARITIES, costs)
        case Symbology.UPCA:
            least = ean_margin(b"0" + data, EAN13_PARITIES, costs)
        case Symbology.EAN8:
            least = ean_margin(data, ("O" * 4,), costs)
        case Symbology.UPCE | Symbology.CODE128:
            least = sum(each[:2])
        case _:
            return each[0]
    return min(least, SECOND_LEAST_COST_FACTOR * each[1])


def ean_margin(data: bytes, parities: Sequence[str], costs: Sequence[Costs]) -> float:
    """The least cost of another number with a valid check digit, by the remainders of its weighted sum."""
    numbers = [byte - ord("0") for byte in data]
    implied = len(numbers) - len(costs)  # 1 if parities give the first digit
    best = np.full((len(parities), 2, 10), np.inf)  # by parities, whether it differs already, and remainder
    for first in range(len(parities)):
        best[first, int(implied and first != numbers[0]), first * implied] = 0.0
    for n, others in enumerate(costs):
        odd, even = (
            np.array([others.get(drawn[::way], COST_OF_OWN_SIGN) for drawn in EAN_DIGIT_WIDTHS]) for way in (1, -1)
        )
        cost = np.array([even if n < len(parity) and parity[n] == "E" else odd for parity in parities])
        own = np.isnan(cost)[:, :, None]
        weight = (1, 3)[(len(costs) - n) % 2 == 0]
        moved = best[:, :, _before(weight)]  # by parities, whether it differs already, digit, and remainder
        same = np.where(own[:, None], moved, np.inf)
        other = np.where(own, np.inf, np.minimum(moved[:, 0], moved[:, 1]) + cost[:, :, None])
        best = np.stack([same[:, 0].min(axis=1), np.minimum(same[:, 1], other).min(axis=1)], axis=1)
    return float(best[:, 1, 0].min())


@lru_cache(2)
def _before(weight: int) -> np.ndarray:
    """The remainder before each digit (down) of a weight that gives each remainder (across)."""
    return (np.arange(10) - weight * np.arange(10)[:, None]) % 10
