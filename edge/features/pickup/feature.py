"""What picking up orders brings."""

from edge.codes.parsed_code import PickupCode
from edge.config.role import SERVED_ROLES
from edge.features.feature import Feature, Feed
from edge.features.pickup import arrival
from edge.features.pickup.facts import FACTS
from edge.features.pickup.order import OrderRow

PICKUP_FEATURE = Feature(
    name="pickup",
    answers={(SERVED_ROLES, PickupCode): arrival.answer_pickup_code},
    facts=FACTS,
    feeds=(Feed(name="orders", row=OrderRow, key="order"),),
    outcomes=arrival.OUTCOMES,
    is_on=lambda policy: policy.pickup.on,
)
