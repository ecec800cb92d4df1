"""The shopper's search by words on the kiosk."""

from edge.features.search.feature import SEARCH_FEATURE
from ui.features.ui_feature import UiFeature
from ui.kiosk import search

SEARCH = UiFeature(feature=SEARCH_FEATURE, blueprints=(search.search,))
