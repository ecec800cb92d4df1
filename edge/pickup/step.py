"""What the store does with an order: one step, kept once, told to HQ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlite_utils import Database

from edge import mirror, stock
from edge.clock import Now
from edge.journal import Box, Fact, tell
from edge.marks import mark, set_mark
from edge.pickup.life import FACTS, Action, State, after
from edge.pickup.order import OrderRow, PickupOrder, find, stand, steps_of
from edge.store import one, writing


class NotAllowed(Exception):
    """An order cannot take this step now; `state` says why."""

    def __init__(self, order: str, action: Action, state: State | None) -> None:
        super().__init__(f"order {order} is {state or 'not known here'}: cannot {action}")
        self.order, self.action, self.state = order, action, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who does it and where; staff is None for the shopper's own arrival."""

    staff: str | None = None
    station: str | None = None
    causation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A step somebody wants. Asked twice with the same key, it is done once and answered the same."""

    key: str
    order: str
    action: Action
    who: Who = Who()
    detail: Mapping[str, Any] = field(default_factory=dict)


def take(db: Database, hq: Database, box: Box, request: Request, now: Now) -> PickupOrder:
    """Take a step inside the caller's transaction; the order as it then stands. Raises NotAllowed."""
    order = find(db, hq, box, request.order)
    if order is not None and one(db, "select 1 from pickup_steps where key = ?", (request.key,)):
        return order
    if order is None or order.row.store != box.store or after(order.state, request.action) is None:
        raise NotAllowed(request.order, request.action, order.state if order else None)
    fact = tell(db, box, _fact(order, request), now)
    _note(db, request, fact, now)
    _goods(db, box, order.row, request, fact, now)
    done = find(db, hq, box, request.order)
    assert done is not None
    return done


def _fact(order: PickupOrder, request: Request) -> Fact:
    return Fact(
        kind=FACTS[request.action],
        data={"order": order.row.order, "number": order.row.number, "from": order.state, **request.detail},
        member=order.row.member,
        staff=request.who.staff,
        station=request.who.station,
        causation=request.who.causation,
    )


def _note(db: Database, request: Request, fact: int, now: Now) -> None:
    db.conn.execute(
        """insert into pickup_steps (key, order_id, action, detail, staff, station, time, fact)
           values (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            request.key,
            request.order,
            request.action,
            msgspec.json.encode(request.detail).decode(),
            request.who.staff,
            request.who.station,
            now.text,
            fact,
        ),
    )


def _goods(db: Database, box: Box, row: OrderRow, request: Request, fact: int, now: Now) -> None:
    """Goods handed over leave the shelf and the reserve together; an undone hand-over puts them back."""
    sign = {Action.HAND_OVER: -1, Action.UNDO: 1}.get(request.action)
    if sign is None:
        return
    for line in row.lines:
        moved = stock.Moved(quantity=sign * line.quantity, reserved=sign * line.quantity)
        cause = f"journal/{fact}"
        stock.move(db, box, line.gtin, moved, request.action, now, causation=cause, staff=request.who.staff)


def note_conflicts(db: Database, hq: Database, box: Box, now: Now) -> int:
    """Tell HQ, once each, of orders it cancelled after the store had handed them over; how many were new.

    The hand-over stays: what follows (refund or not) is a person's decision at HQ. The pen is taken only for new ones.
    """
    found = [order for order in _cancelled_after_all(db, hq, box) if not mark(db, f"conflict:{order.row.order}")]
    if found:
        with writing(db):
            for order in found:
                data = {"order": order.row.order, "number": order.row.number, "handed_over_at": order.handed_over_at}
                fact = tell(db, box, Fact(kind="pickup.conflict", data=data, member=order.row.member), now)
                set_mark(db, f"conflict:{order.row.order}", fact, now)
    return len(found)


def _cancelled_after_all(db: Database, hq: Database, box: Box) -> list[PickupOrder]:
    """Orders that HQ's word has as cancelled and the store's own steps as handed over."""
    rows = mirror.where(hq, "orders", OrderRow, "json_extract(body, '$.state') = 'cancelled'")
    standing = [stand(row, steps_of(db, row.order), box) for row in rows if row.store == box.store]
    return [order for order in standing if order.state is State.HANDED_OVER]
