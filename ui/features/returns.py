"""The staff's pages on which goods come back."""

from edge.features.returns.feature import RETURNS_FEATURE
from ui.features.ui_feature import UiFeature
from ui.returns import pages

RETURNS = UiFeature(feature=RETURNS_FEATURE, blueprints=(pages.returns,))
