"""The pages on which tablets and screens are paired with the box."""

from edge.features.paired_devices import PAIRED_DEVICES_FEATURE
from ui.access import pairing_pages
from ui.features.ui_feature import UiFeature

PAIRED_DEVICES = UiFeature(feature=PAIRED_DEVICES_FEATURE, blueprints=(pairing_pages.pairing,))
