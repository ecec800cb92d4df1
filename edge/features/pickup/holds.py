"""The end of a hold: HQ hears of it in time to remind the shopper, and at the hour set who did not come is a no-show."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from edge.facts.fact import Fact, FactAttributes, FactTime, Lane
from edge.facts.journal import tell
from edge.features.pickup.order import PickupOrder, find_order, orders_at_store, steps_of
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import TransitionRefused, TransitionRequest, apply_transition
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import writing
from edge.platform.idempotency_marks import read_mark, set_mark
from edge.store_context import StoreContext

WAITING_STATES = frozenset({State.READY, State.ARRIVED})
SHOPPER_LEFT_AFTER = timedelta(
    hours=2
)  # where nothing has happened for so long, whoever came has left without the goods


class HoldEnding(Fact, frozen=True, kw_only=True):
    """The hold of an order ends soon and nobody has come: HQ may remind the shopper. Told once for each end of a hold."""

    TYPE = "pickup.hold_ending"
    LANE = Lane.PROMISES
    ABOUT = ("member",)

    order: str
    number: str
    hold_until: FactTime


FACTS = (HoldEnding,)


def last_sweep(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The last moment, up to now, at which it was `hour` o'clock in the store."""
    local = now.astimezone(zone)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


def sweep_holds(shop: StoreContext, now: Now) -> int:
    """Remind of holds that end soon, and end those that were over at the last sweep; returns how many facts were told.

    If the box was off at the hour, it does so when it is on again; with a clock that was never set it does nothing, because
    nobody shall lose their order to a wrong date. A no-show can be handed over until the goods are put back.
    """
    pickup = shop.policy.pickup
    if not pickup.on or now.clock == "unset":
        return 0
    swept = last_sweep(now.time, pickup.no_show_hour, shop.config.zone)
    soon = now.time + timedelta(hours=pickup.remind_hours)
    told = 0
    for order in orders_at_store(shop.db, shop.hq, shop.box, now.time):
        hold = order.row.hold_until
        if hold is None or order.state not in WAITING_STATES:
            continue
        if hold <= swept:
            told += end_hold(shop, order.row.order, now)
        elif order.state is State.READY and now.time < hold <= soon:
            told += _remind(shop, order, hold, now)
    return told


def end_hold(shop: StoreContext, order_id: str, now: Now) -> bool:
    """Make an order a no-show; False if its shopper is in the store.

    Decided inside the transaction: the shopper may have come since the orders were read.
    """
    with writing(shop.db):
        order = find_order(shop.db, shop.hq, shop.box, order_id)
        if order is None or order.state not in WAITING_STATES or _is_in_store(shop, order, now):
            return False
        last = next(reversed(steps_of(shop.db, order_id)), None)
        key = f"no_show:{order_id}:{last.seq if last else 0}"
        request = TransitionRequest(key=key, order=order_id, action=Action.NO_SHOW)
        try:
            apply_transition(shop.db, shop.hq, shop.box, request, now)
        except TransitionRefused:  # HQ's next word came in between
            return False
    return True


def _is_in_store(shop: StoreContext, order: PickupOrder, now: Now) -> bool:
    """Whether the shopper has come, here or by HQ's word, and something has happened lately."""
    if order.state is not State.ARRIVED:
        return False
    moments = [parse_utc(step.time) for step in steps_of(shop.db, order.row.order)]
    lately = max((*moments, *((order.row.arrived_at,) if order.row.arrived_at else ())), default=None)
    return lately is not None and now.time - lately <= SHOPPER_LEFT_AFTER


def _remind(shop: StoreContext, order: PickupOrder, hold: datetime, now: Now) -> bool:
    """Tell HQ that the hold ends, if it was not told of this end before."""
    name = f"hold_ending:{order.row.order}:{utc_text(hold)}"
    if read_mark(shop.db, name):
        return False
    ending = HoldEnding(order=order.row.order, number=order.row.number, hold_until=utc_text(hold))
    with writing(shop.db):
        fact = tell(shop.db, shop.box, ending, now, FactAttributes(member=order.row.member))
        set_mark(shop.db, name, fact, now)
    return True
