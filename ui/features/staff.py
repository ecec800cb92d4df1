"""The pages on which staff sign in, and on which a lead unlocks who typed wrong PINs."""

from edge.features.staff.feature import STAFF_FEATURE
from ui.features.ui_feature import UiFeature
from ui.staff import login, pin_lock_pages

STAFF = UiFeature(feature=STAFF_FEATURE, blueprints=(login.stations, login.login, pin_lock_pages.pins))
