"""What online brought to this store today: drawn, and to be printed."""

from flask import Blueprint, Response

from edge.features.pickup import order as orders
from edge.features.pickup.day_figures import OrderMoments, business_hours, day_figures
from edge.features.pickup.order import PickupOrder, promised_time
from edge.features.pickup.state_machine import Action, State
from edge.platform.clock import parse_utc
from edge.store_context import StoreContext
from ui.request_context import request_moment, shop
from ui.staff import shell
from ui.staff.shell import page

today = Blueprint("today", __name__, url_prefix="/staff/<station>/today")
shell.install(today)
today.before_request(shell.require_sign_in)
today.before_request(shell.require_orders)


def moments_of(shop: StoreContext, order: PickupOrder) -> OrderMoments:
    """When what happened to an order: by the store's own steps, else by HQ's row."""
    at = {step.action: parse_utc(step.time) for step in orders.steps_of(shop.db, order.row.order)}  # the last of each
    given = order.handed_over_at if order.state is State.HANDED_OVER else None
    return OrderMoments(
        placed=order.row.placed_at,
        promised=promised_time(order.row, shop.policy.pickup.promise_hours),
        ready=at.get(Action.READY),
        arrived=at.get(Action.ARRIVE) or order.row.arrived_at,
        handed_over=given,
        no_show=at.get(Action.NO_SHOW) if order.state in (State.NO_SHOW, State.RESTOCKED) else None,
        off=order.state is State.CANCELLED and Action.READY not in at,
    )


@today.get("")
def figures() -> Response:
    """The day so far, by the store's time."""
    here, now = shop(), request_moment().time
    begins, ends = business_hours(now, here.config.zone, here.config.store.day_starts)
    hours = here.policy.pickup.promise_hours
    found = orders.orders_at_store(here.db, here.hq, here.box, now, promise_hours=hours)
    day = day_figures((moments_of(here, one) for one in found), begins, ends, now)
    busy = [one for one in day.hours if one.placed or one.handed_over]
    shown = [one for one in day.hours if busy and busy[0].begins <= one.begins <= busy[-1].begins]
    most = max((max(one.placed, one.handed_over) for one in shown), default=1)
    return page("staff/today.html", figures=day, begins=begins, shown=shown, most=most)
