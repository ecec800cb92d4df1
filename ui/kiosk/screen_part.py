"""A part that a feature adds to the screen of another one's outcome."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app

from edge.features.outcome import Outcome
from edge.platform.clock import Now
from edge.store_context import StoreContext

PartValues = Callable[[StoreContext, Any, Now], Mapping[str, object]]
"""What the part shows for an outcome of its class now, as variables of its template; empty: it is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenPart:
    """`template` is included in the kiosk's screen of each outcome of the class."""

    outcome: type[Outcome]
    template: str
    values: PartValues


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """A part with what it shows: its template reads `part.values`."""

    template: str
    values: Mapping[str, object]


PartsOf = Callable[[StoreContext, Outcome, Now], list[ShownPart]]


def install(app: Flask, parts_of: PartsOf) -> None:
    """Give the kiosk's pages what features add to them. The pages know no feature."""
    app.extensions["screen parts"] = parts_of


def parts_of(shop: StoreContext, outcome: Outcome, now: Now) -> list[ShownPart]:
    """What features that are on have to add to the screen of an outcome."""
    return cast(PartsOf, current_app.extensions["screen parts"])(shop, outcome, now)
