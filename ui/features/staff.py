"""The pages on which staff sign in, see who calls and how the devices are, and on which a lead unlocks who typed wrong PINs."""

from datetime import datetime

from edge.features.staff import calls
from edge.features.staff.feature import STAFF_FEATURE
from edge.store_context import StoreContext
from ui.features.ui_feature import UiFeature
from ui.staff import floor_tasks, login, pin_lock_pages, work_pages
from ui.staff.staff_tab import StaffTab
from ui.staff.task import TaskKind


def _open_calls(shop: StoreContext, _now: datetime) -> int:
    return calls.open_calls(shop.db)


STAFF = UiFeature(
    feature=STAFF_FEATURE,
    blueprints=(login.stations, login.login, pin_lock_pages.pins, work_pages.work),
    tabs=(
        StaffTab(name="work", icon="list-checks", endpoint="work.listed", order=5, count=_open_calls),
        StaffTab(name="devices", icon="activity", endpoint="devices.inside", order=90),
    ),
    tasks=(TaskKind(find=floor_tasks.call_tasks),),
)
