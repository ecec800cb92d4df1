"""The staff's pages on which orders are prepared and handed over."""

from edge.features.pickup.feature import PICKUP_FEATURE
from ui.features.ui_feature import UiFeature
from ui.staff.orders import handover, order_tasks, part_short, pickup_list, piece_checks, today
from ui.staff.picking import claim_pages
from ui.staff.staff_tab import SERVING, StaffTab
from ui.staff.task import TaskKind

ORDERS_TAB = StaffTab(
    name="orders",
    icon="package-check",
    endpoint="staff.waiting",
    order=10,
    roles=SERVING,
    count=pickup_list.waiting_here,
)

ORDER_TASKS = TaskKind(find=order_tasks.order_tasks, roles=SERVING)

PICKUP = UiFeature(
    feature=PICKUP_FEATURE,
    blueprints=(piece_checks.checking, claim_pages.claiming, part_short.part_short, handover.handover, today.today),
    tabs=(ORDERS_TAB,),
    tasks=(ORDER_TASKS,),
)
