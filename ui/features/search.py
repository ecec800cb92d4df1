"""The shopper's search by words on the kiosk."""

from edge.features.search.feature import SEARCH_FEATURE
from ui.features.ui_feature import UiFeature
from ui.kiosk import search
from ui.staff import floor_tasks
from ui.staff.staff_tab import SERVING
from ui.staff.task import TaskKind

COUNT_TASKS = TaskKind(find=floor_tasks.count_tasks, roles=SERVING)

SEARCH = UiFeature(feature=SEARCH_FEATURE, blueprints=(search.search,), tasks=(COUNT_TASKS,))
