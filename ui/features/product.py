"""The staff's pages on which a product's stock is looked up."""

from edge.features.product import PRODUCT_FEATURE
from ui.features.ui_feature import UiFeature
from ui.staff.staff_tab import StaffTab

PRODUCT = UiFeature(
    feature=PRODUCT_FEATURE, tabs=(StaffTab(name="goods", icon="search", endpoint="staff.goods", order=40),)
)
