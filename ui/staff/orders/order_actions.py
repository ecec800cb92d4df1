"""What a clerk can do with an order, and how long a hand-over can be taken back."""

from datetime import timedelta
from enum import StrEnum

from edge.features.pickup import put_back
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.state_machine import Action, State, state_after
from edge.platform.clock import Now, parse_utc
from edge.platform.database import first_row
from edge.store_context import StoreContext
from ui.staff.orders.pickup_list import TO_PREPARE

UNDO_WITHIN = timedelta(seconds=10)  # experience.md rule 28
UNDOABLE = frozenset({Action.HAND_OVER, Action.SHORT})
PRESS_DELIVERY_GRACE = timedelta(seconds=2)  # what a press in the last moment may take to arrive
SAME_PERSON = "name"  # the proof: number and name were said by the shopper themselves


class OrderOptions(StrEnum):
    """What a clerk can do with an order."""

    HAND = "hand"
    PREPARE = "prepare"
    GIVEN = "given"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    GONE = "gone"
    AWAY = "away"  # another store's


_CLOSED = {
    State.HANDED_OVER: OrderOptions.GIVEN,
    State.RETURNED: OrderOptions.GIVEN,
    State.CANCELLED: OrderOptions.CANCELLED,
    State.REJECTED: OrderOptions.REJECTED,
    State.UNFULFILLABLE: OrderOptions.REJECTED,
    State.RESTOCKED: OrderOptions.GONE,
}


def order_options(shop: StoreContext, order: PickupOrder) -> OrderOptions:
    """What can be done with an order here."""
    if order.row.store != shop.box.store:
        return OrderOptions.AWAY
    if order.state in TO_PREPARE:
        return OrderOptions.PREPARE
    return OrderOptions.HAND if state_after(order.state, Action.HAND_OVER) else _CLOSED[order.state]


def step_to_check(shop: StoreContext, order: PickupOrder, *, back: bool = False) -> Action | None:
    """The next step, if every piece must be ticked before it: goods go onto the shelf, to the shopper, or back on sale.

    `back`: goods that a late shopper could still fetch are put back, too.
    """
    options = order_options(shop, order)
    if options is OrderOptions.AWAY:
        return None
    if order.state is State.PICKING:
        return Action.READY
    if (back or options is not OrderOptions.HAND) and put_back.is_to_put_back(shop.db, order):
        return Action.RESTOCK
    return Action.HAND_OVER if options is OrderOptions.HAND else None


def undo_seconds_left(shop: StoreContext, order: str, station: str, now: Now, *, late: bool = False) -> float | None:
    """Seconds in which a hand-over, or that an order was given up, can still be taken back at `station`, or None.

    `late` allows for the way here.
    """
    row = first_row(
        shop.db, "select action, station, time from pickup_steps where order_id = ? order by seq desc limit 1", (order,)
    )
    if row is None or row[0] not in UNDOABLE or row[1] != station:
        return None
    age = now.time - parse_utc(row[2])
    left = (UNDO_WITHIN + PRESS_DELIVERY_GRACE if late else UNDO_WITHIN) - age
    return left.total_seconds() if timedelta() < left and age >= timedelta() else None
