"""The end of a hold: HQ hears of it in time to remind the shopper, and at the hour set who did not come is a no-show."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from edge.facts.fact import About, Fact, FactTime, Lane
from edge.facts.journal import tell
from edge.features.pickup.order import PickupOrder, orders_at_store, steps_of
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import TransitionRefused, TransitionRequest, apply_transition
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import writing
from edge.platform.idempotency_marks import mark, set_mark
from edge.store_context import StoreContext

LEFT_AFTER = timedelta(hours=2)  # where nothing has happened for so long, whoever came has left without the goods


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


def end_holds(shop: StoreContext, now: Now) -> int:
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
        if hold is None or order.state not in (State.READY, State.ARRIVED):
            continue
        if hold <= swept:
            told += _end(shop, order, now)
        elif order.state is State.READY and now.time < hold <= soon:
            told += _remind(shop, order, hold, now)
    return told


def _end(shop: StoreContext, order: PickupOrder, now: Now) -> bool:
    """Make the order a no-show; False if its shopper is in the store, or a clerk's step was quicker."""
    last = next(reversed(steps_of(shop.db, order.row.order)), None)
    lately = parse_utc(last.time) if last else order.arrived_at
    if order.state is State.ARRIVED and lately and now.time - lately <= LEFT_AFTER:
        return False
    key = f"no_show:{order.row.order}:{last.seq if last else 0}"
    request = TransitionRequest(key=key, order=order.row.order, action=Action.NO_SHOW)
    try:
        with writing(shop.db):
            apply_transition(shop.db, shop.hq, shop.box, request, now)
    except TransitionRefused:
        return False
    return True


def _remind(shop: StoreContext, order: PickupOrder, hold: datetime, now: Now) -> bool:
    """Tell HQ that the hold ends, if it was not told of this end before."""
    name = f"hold_ending:{order.row.order}:{utc_text(hold)}"
    if mark(shop.db, name):
        return False
    ending = HoldEnding(order=order.row.order, number=order.row.number, hold_until=utc_text(hold))
    with writing(shop.db):
        fact = tell(shop.db, shop.box, ending, now, About(member=order.row.member))
        set_mark(shop.db, name, fact, now)
    return True
