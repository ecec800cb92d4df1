"""A pickup code is read: a shopper is here for their order, or a clerk has the proof for a hand-over."""

from typing import Literal

from edge.codes.parsed_code import OrderLabel, PickupCode
from edge.features.outcome import Outcome
from edge.features.pickup import order as orders
from edge.features.pickup.state_machine import OPEN_STATES, Action, State
from edge.features.pickup.transition import Actor, TransitionRequest, apply_transition
from edge.platform.sqlite_file import key_of_connection
from edge.scan import guessing
from edge.scan.context import ScanContext
from edge.scan.guessing import GuessCounter

PickupRefusalReason = Literal[
    "unknown", "wrong_secret", "other_store", "handed_over", "cancelled", "rejected", "gone", "not_ready", "too_many"
]


class PickupArrived(Outcome, frozen=True, kw_only=True, tag="pickup_arrived"):
    """A shopper is here for their order; `ready` is false while it is still being picked."""

    order: str
    number: str
    ready: bool


class OrderOpened(Outcome, frozen=True, kw_only=True, tag="order_opened"):
    """Staff read a shopper's pickup code: the proof for a hand-over."""

    order: str
    number: str


class PickupRefused(Outcome, frozen=True, kw_only=True, tag="pickup_refused"):
    """No hand-over for this code, and why. `store` names where the goods are when it is another one."""

    why: PickupRefusalReason
    order: str | None = None
    number: str | None = None
    store: str | None = None


class OrderLabelRead(Outcome, frozen=True, kw_only=True, tag="order_label"):
    """Staff read the label on a package: its order opens, and nothing of the shopper is proven."""

    order: str


OUTCOMES = (PickupArrived, OrderOpened, OrderLabelRead, PickupRefused)

# What a screen says of an order that cannot be handed over.
_NO: dict[State, PickupRefusalReason] = {
    State.HANDED_OVER: "handed_over",
    State.RETURNED: "handed_over",
    State.CANCELLED: "cancelled",
    State.REJECTED: "rejected",
    State.UNFULFILLABLE: "rejected",
    State.RESTOCKED: "gone",
}


def answer_pickup_code(case: ScanContext, code: PickupCode) -> Outcome:
    """At a kiosk it says "I am here"; at a staff station it is the proof for a hand-over."""
    shop = case.shop
    guesses = (
        GuessCounter(what="pickup", by="station", whose=case.scan.station, most=shop.policy.proofs.pickup_tries),
    )
    if guessing.is_locked_out(case, guesses):
        return PickupRefused(why="too_many")
    order = orders.find_order(shop.db, shop.hq, shop.box, code.order)
    if order is None:
        guessing.count_wrong_guess(case, guesses)
        return PickupRefused(why="unknown")
    row = order.row
    if row.store != shop.box.store:
        return PickupRefused(why="other_store", store=row.store)
    if not orders.matches_secret(row, code.secret, key_of_connection(shop.hq.conn)):
        guessing.count_wrong_guess(case, guesses)
        return PickupRefused(why="wrong_secret")
    if no := _NO.get(order.state):
        return PickupRefused(why=no, order=row.order, number=row.number)
    if case.by_staff:
        return OrderOpened(order=row.order, number=row.number)
    if order.arrived_at is None:
        who = Actor(station=case.scan.station, causation=case.cause)
        request = TransitionRequest(key=f"arrive:{case.cause}", order=row.order, action=Action.ARRIVE, who=who)
        order = apply_transition(shop.db, shop.hq, shop.box, request, case.moment)
    ready = order.state not in OPEN_STATES - {State.READY, State.ARRIVED}
    return PickupArrived(order=row.order, number=row.number, ready=ready)


def answer_order_label(case: ScanContext, code: OrderLabel) -> Outcome:
    """Open the order whose package has this label. Its id is no secret: a wrong one is no guess at one."""
    shop = case.shop
    order = orders.find_order(shop.db, shop.hq, shop.box, code.order)
    if order is None:
        return PickupRefused(why="unknown")
    if order.row.store != shop.box.store:
        return PickupRefused(why="other_store", store=order.row.store)
    return OrderLabelRead(order=order.row.order)
