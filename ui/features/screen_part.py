"""A part that a feature adds to the screen of another one's outcome."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.features.feature import Feature
from edge.features.outcome import Outcome
from edge.platform.clock import Now
from edge.store_context import StoreContext

Values = Callable[[StoreContext, Any, Now], Mapping[str, object]]
"""What the part shows for an outcome of its class now, as variables of its template; empty: it is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenPart:
    """`template` is included in the kiosk's screen of each outcome of the class, while the feature is on."""

    feature: Feature
    outcome: type[Outcome]
    template: str
    values: Values
