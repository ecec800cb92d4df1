"""The staff's pages on which orders are prepared and handed over."""

from edge.features.pickup.feature import PICKUP_FEATURE
from ui.features.ui_feature import UiFeature
from ui.staff import checking, handover, order_tasks, part_short, today, work_list
from ui.staff.picking import claim_pages
from ui.staff.staff_tab import SERVING, StaffTab
from ui.staff.task import TaskKind

ORDERS_TAB = StaffTab(
    name="orders",
    icon="package-check",
    endpoint="staff.waiting",
    order=10,
    roles=SERVING,
    count=work_list.waiting_here,
)

ORDER_TASKS = TaskKind(find=order_tasks.order_tasks, roles=SERVING)

PICKUP = UiFeature(
    feature=PICKUP_FEATURE,
    blueprints=(checking.checking, claim_pages.claiming, part_short.part_short, handover.handover, today.today),
    tabs=(ORDERS_TAB,),
    tasks=(ORDER_TASKS,),
)
