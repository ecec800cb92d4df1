"""The coupons of a check-in, on the kiosk's screen that greets the member."""

from collections.abc import Mapping

from edge.features.check_in import CheckedIn
from edge.features.offer.coupon import coupons_of
from edge.features.offer.feature import OFFER_FEATURE
from edge.platform.clock import Now
from edge.store_context import StoreContext
from ui.features.ui_feature import UiFeature
from ui.kiosk.screen_part import ScreenPart

MAX_COUPONS_SHOWN = 2  # on one screen, the first to end before the others; a card has to be read at arm's length


def _coupons(shop: StoreContext, seen: CheckedIn, now: Now) -> Mapping[str, object]:
    found = coupons_of(shop, seen, now)
    return (
        {"coupons": found[:MAX_COUPONS_SHOWN], "others": len(found[MAX_COUPONS_SHOWN:]), "now": now.time}
        if found
        else {}
    )


COUPONS_PART = ScreenPart(outcome=CheckedIn, template="offer/coupons.html", values=_coupons)

OFFER = UiFeature(feature=OFFER_FEATURE, parts=(COUPONS_PART,))
