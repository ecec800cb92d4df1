"""Facts of any type with any data, for tests of what carries facts and does not look into them."""

from functools import cache
from typing import Any, cast

import msgspec

from edge.facts.fact import Fact, Lane

# The lanes of the first versions, by what a type begins with; a test keeps the classes to them.
FIRST_LANES = {
    "pickup": Lane.PROMISES,
    "return": Lane.PROMISES,
    "box": Lane.PROMISES,
    "product": Lane.VIEWS,
    "scan": Lane.VIEWS,
}
ATTRIBUTES = ("member", "staff", "station", "causation")


def first_lane(kind: str) -> Lane:
    return FIRST_LANES.get(kind.partition(".")[0], Lane.STORE)


@cache
def _class(kind: str, fields: tuple[str, ...]) -> type[Fact]:
    about = {"TYPE": kind, "LANE": first_lane(kind), "ABOUT": ATTRIBUTES}
    given: list[Any] = [(field, Any) for field in fields]
    made: Any = msgspec.defstruct("AnyFact", given, bases=(Fact,), namespace=about, frozen=True, kw_only=True)
    return cast(type[Fact], made)


def fact(kind: str, data: dict[str, Any] | None = None) -> Fact:
    """A fact of a type with just this data."""
    data = data or {}
    return _class(kind, tuple(data))(**data)
