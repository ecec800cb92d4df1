"""What offers bring."""

from edge.features.check_in import CheckedIn
from edge.features.feature import Feature, Feed
from edge.features.offer import coupon
from edge.features.offer.row import Offer

OFFER_FEATURE = Feature(
    name="offer",
    after={CheckedIn: coupon.give_coupons},
    on_rows={"offers": coupon.note_offers},
    facts=coupon.FACTS,
    feeds=(Feed(name="offers", row=Offer, key="offer", same_for_all=True),),
    tables=(coupon.COUPONS_TABLE,),
    is_on=lambda policy: policy.offer.on,
)
