"""Labels that staff print."""

from edge.features.printing.feature import PRINTING_FEATURE
from ui.features.ui_feature import UiFeature
from ui.staff.orders import label_pages

PRINTING = UiFeature(feature=PRINTING_FEATURE, blueprints=(label_pages.labels,))
