"""What offers bring."""

from edge.features.feature import Feature, Feed
from edge.features.offer.row import Offer

OFFER = Feature(name="offer", feeds=(Feed(name="offers", row=Offer, key="offer"),))
