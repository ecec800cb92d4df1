"""Orders as tasks of the work list: who is here, what is to be picked, what goes back on sale."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from edge.store_context import StoreContext
from ui.staff.orders import pickup_list
from ui.staff.orders.pickup_list import TO_PREPARE, OrderOnList, PromiseDue
from ui.staff.task import Task, Urgency

_ICONS = {"arrived": "footprints", "pick_now": "footprints", "pick": "package-open", "put_back": "undo-2"}
_URGENCY = {"past": Urgency.LATE, "red": Urgency.SOON, "soon": Urgency.SOON, "calm": Urgency.LATER}


def order_tasks(shop: StoreContext, now: datetime) -> Iterator[Task]:
    """One task for each order that needs a clerk: to hand over or pick while its shopper waits, to pick, or to put back."""
    for row in pickup_list.all_rows(shop, now):
        if row.waited is not None:
            since = pickup_list.minutes_ago(now, row.waited)
            yield _task("arrived" if row.state not in TO_PREPARE else "pick_now", row, Urgency.WAITED_FOR, since)
        elif row.state in TO_PREPARE:
            yield _task("pick", row, _pressing(row.due), due=row.due.at if row.due else None)
        elif row.put_back:
            yield _task("put_back", row, Urgency.LATER)


def _pressing(due: PromiseDue | None) -> Urgency:
    return _URGENCY[due.level] if due else Urgency.LATER


def _task(
    kind: str, row: OrderOnList, urgency: Urgency, since: datetime | None = None, due: datetime | None = None
) -> Task:
    back = 1 if kind == "put_back" else None
    return Task(
        kind=kind,
        icon=_ICONS[kind],
        about=row.order,
        title=row.number,
        urgency=urgency,
        since=since,
        due=due,
        pieces=row.pieces,
        shelf=row.shelf,
        page=url_for("handover.show_order", order=row.order, back=back),
    )
