"""A pickup code is read: a shopper is here for their order, or a clerk has the proof for a hand-over."""

from edge.codes.parsed_code import PickupCode
from edge.features.outcome import OrderOpened, Outcome, PickupArrived, PickupNo, PickupRefused
from edge.features.pickup import order as orders
from edge.features.pickup.state_machine import OPEN, Action, State
from edge.features.pickup.transition import Request, Who, take
from edge.platform.sqlite_file import key_of_connection
from edge.scan import guessing
from edge.scan.context import ScanContext
from edge.scan.guessing import GuessCounter

# What a screen says of an order that cannot be handed over.
_NO: dict[State, PickupNo] = {
    State.HANDED_OVER: "handed_over",
    State.RETURNED: "handed_over",
    State.CANCELLED: "cancelled",
    State.REJECTED: "rejected",
    State.UNFULFILLABLE: "rejected",
    State.RESTOCKED: "gone",
}


def by_code(case: ScanContext, code: PickupCode) -> Outcome:
    """At a kiosk it says "I am here"; at a staff station it is the proof for a hand-over."""
    shop = case.shop
    guesses = (
        GuessCounter(what="pickup", by="station", whose=case.scan.station, most=shop.policy.proofs.pickup_tries),
    )
    if guessing.is_locked_out(case, guesses):
        return PickupRefused(why="too_many")
    order = orders.find(shop.db, shop.hq, shop.box, code.order)
    if order is None:
        guessing.count_wrong_guess(case, guesses)
        return PickupRefused(why="unknown")
    row = order.row
    if row.store != shop.box.store:
        return PickupRefused(why="other_store", store=row.store)
    if not orders.holds(row, code.secret, key_of_connection(shop.hq.conn)):
        guessing.count_wrong_guess(case, guesses)
        return PickupRefused(why="wrong_secret")
    if no := _NO.get(order.state):
        return PickupRefused(why=no, order=row.order, number=row.number)
    if case.by_staff:
        return OrderOpened(order=row.order, number=row.number)
    if order.arrived_at is None:
        who = Who(station=case.scan.station, causation=case.cause)
        request = Request(key=f"arrive:{case.cause}", order=row.order, action=Action.ARRIVE, who=who)
        order = take(shop.db, shop.hq, shop.box, request, case.moment)
    ready = order.state not in OPEN - {State.READY, State.ARRIVED}
    return PickupArrived(order=row.order, number=row.number, ready=ready)
