"""The staff's pages on which orders are prepared and handed over."""

from edge.features.pickup.feature import PICKUP_FEATURE
from ui.features.ui_feature import UiFeature
from ui.staff import checking, handover

PICKUP = UiFeature(feature=PICKUP_FEATURE, blueprints=(checking.checking, handover.handover))
