"""One step of the store with an order: kept once, and sent to HQ as a fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlite_utils import Database

from edge.facts.fact import FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.features import stock
from edge.features.pickup import claims, step_detail
from edge.features.pickup.facts import FACT_OF_ACTION, Conflict, PickupStep
from edge.features.pickup.order import PickupOrder, ReplicaOrder, find_order, state_of_order, steps_of
from edge.features.pickup.pieces import missing_pieces
from edge.features.pickup.state_machine import Action, State, state_after
from edge.platform.clock import Now, utc_text
from edge.platform.database import first_row, writing
from edge.platform.idempotency_marks import read_mark, set_mark
from edge.replica import hq_replica


class TransitionRefused(Exception):
    """An order cannot take this step now; `state` says why."""

    def __init__(self, order: str, action: Action, state: State | None) -> None:
        super().__init__(f"order {order} is {state or 'not known here'}: cannot {action}")
        self.order, self.action, self.state = order, action, state


class ClaimedByAnother(TransitionRefused):
    """Somebody else collects the goods of this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does it and where; staff is None for the shopper's own arrival."""

    staff: str | None = None
    station: str | None = None
    causation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionRequest:
    """A step somebody wants. Asked twice with the same key, it is done once and answered the same.

    `judged`: the order as it was when what the step needs was checked. If its state, lines or bill are others by now (another
    tablet's step, HQ's next row), the step is refused; None: nothing was checked.
    """

    key: str
    order: str
    action: Action
    who: Actor = Actor()
    detail: Mapping[str, Any] = field(default_factory=dict)
    judged: PickupOrder | None = None


def is_taken(db: Database, key: str) -> bool:
    """Whether a step with that key was taken."""
    return first_row(db, "select 1 from pickup_steps where key = ?", (key,)) is not None


def apply_transition(db: Database, hq: Database, box: BoxIdentity, request: TransitionRequest, now: Now) -> PickupOrder:
    """Take a step inside the caller's transaction; returns the order after it. Raises TransitionRefused."""
    order = find_order(db, hq, box, request.order)
    if order is not None and is_taken(db, request.key):
        return order
    if order is None or order.row.store != box.store or not _can(order, request.action) or _has_changed(order, request):
        raise TransitionRefused(request.order, request.action, order.state if order else None)
    detail = step_detail.complete_detail(order, request.action, request.detail)
    if detail is None:
        raise TransitionRefused(request.order, request.action, order.state)
    who = request.who
    if order.state is State.PICKING and who.staff and claims.is_held_by_another(db, request.order, who.staff):
        raise ClaimedByAnother(request.order, request.action, order.state)
    about = FactAttributes(member=order.row.member, staff=who.staff, station=who.station, causation=who.causation)
    fact = tell(db, box, _fact(order, request.action, detail), now, about)
    _note(db, request, detail, fact, now)
    for gtin, moved in step_detail.moves_of(order, request.action, detail):
        stock.move_stock(db, box, gtin, moved, request.action, now, causation=f"journal/{fact}", staff=who.staff)
    _claim(db, order, request, now)
    done = find_order(db, hq, box, request.order)
    assert done is not None
    return done


def _can(order: PickupOrder, action: Action) -> bool:
    """Whether the order's life has that step now; an order that names no goods has none to hand over."""
    return state_after(order.state, action) is not None and (action is not Action.HAND_OVER or bool(order.row.lines))


def _has_changed(order: PickupOrder, request: TransitionRequest) -> bool:
    """Whether the order is another one than was judged."""
    was = request.judged
    return was is not None and _looked_at(was) != _looked_at(order)


def _looked_at(order: PickupOrder) -> tuple[object, ...]:
    """What ticks, bill and permission were looked at for."""
    return order.state, order.row.lines, order.row.paid, order.row.partial, missing_pieces(order)


def _fact(order: PickupOrder, action: Action, detail: Mapping[str, Any]) -> PickupStep:
    """The step as a fact for HQ. Raises msgspec.ValidationError for a detail that does not belong to the action."""
    told = {"order": order.row.order, "number": order.row.number, "from": order.state, **detail}
    return msgspec.convert(told, FACT_OF_ACTION[action])


def _note(db: Database, request: TransitionRequest, detail: Mapping[str, Any], fact: int, now: Now) -> None:
    db.conn.execute(
        """insert into pickup_steps (key, order_id, action, detail, staff, station, time, fact)
           values (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            request.key,
            request.order,
            request.action,
            msgspec.json.encode(detail).decode(),
            request.who.staff,
            request.who.station,
            now.text,
            fact,
        ),
    )


def _claim(db: Database, order: PickupOrder, request: TransitionRequest, now: Now) -> None:
    """Who begins to pick claims the order; any step out of picking releases it."""
    who = request.who
    if request.action is Action.PICK:
        claims.release_order(db, request.order)  # what is left of a time before
        if who.staff and who.station:
            claims.claim_order(db, request.order, who.staff, who.station, now)
    elif order.state is State.PICKING and state_after(order.state, request.action) is not State.PICKING:
        claims.release_order(db, request.order)


def note_conflicts(db: Database, hq: Database, box: BoxIdentity, now: Now) -> int:
    """Tell HQ, once each, of orders it cancelled after the store had handed them over; how many were new.

    The hand-over stays: what follows (refund or not) is a person's decision at HQ. The pen is taken only for new ones.
    """
    found = [order for order in _cancelled_after_all(db, hq, box) if not read_mark(db, f"conflict:{order.row.order}")]
    if found:
        with writing(db):
            for order in found:
                over = utc_text(order.handed_over_at or now.time)
                conflict = Conflict(order=order.row.order, number=order.row.number, handed_over_at=over)
                fact = tell(db, box, conflict, now, FactAttributes(member=order.row.member))
                set_mark(db, f"conflict:{order.row.order}", fact, now)
    return len(found)


def _cancelled_after_all(db: Database, hq: Database, box: BoxIdentity) -> list[PickupOrder]:
    """Orders that are cancelled by HQ's row and handed over by the store's own steps."""
    rows = hq_replica.rows_where(hq, "orders", ReplicaOrder, "json_extract(body, '$.state') = 'cancelled'")
    standing = [state_of_order(row, steps_of(db, row.order), box) for row in rows if row.store == box.store]
    return [order for order in standing if order.state is State.HANDED_OVER]
