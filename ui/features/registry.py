"""The parts that features add to screens. A new feature that has one has one line here."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.features.outcome import Outcome
from edge.platform.clock import Now
from edge.store_context import StoreContext
from ui.features import offer
from ui.features.screen_part import ScreenPart

SCREEN_PARTS: tuple[ScreenPart, ...] = (offer.COUPONS_PART,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """A part with what it shows: its template reads `part.values`."""

    template: str
    values: Mapping[str, object]


def parts_of(shop: StoreContext, outcome: Outcome, now: Now) -> list[ShownPart]:
    """What features that are on have to add to the screen of an outcome."""
    found = [
        ShownPart(template=part.template, values=part.values(shop, outcome, now))
        for part in SCREEN_PARTS
        if isinstance(outcome, part.outcome) and part.feature.is_on(shop.policy)
    ]
    return [part for part in found if part.values]
