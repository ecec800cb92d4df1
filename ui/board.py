"""The ready board: numbers that can be handed over, and numbers that are being prepared."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response

from edge.features.pickup import order as orders
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.state_machine import State
from edge.platform.clock import parse_utc
from edge.platform.database import rows
from edge.store_context import StoreContext
from ui.request_context import process_state, render_page, request_moment, shop

board = Blueprint("board", __name__)

READY_STATES = frozenset({State.READY, State.ARRIVED})
MAKING_STATES = frozenset({State.PLACED, State.ACCEPTED, State.PICKING})

# The board is for who waits before it. Goods made ready days ago wait on their shelf for somebody who is not here yet: they
# come onto the board when that shopper says "I am here".
READY_CALL_DURATION = timedelta(
    hours=2
)  # how long a number made ready calls for a shopper who has not said that they are here
ARRIVED_WAIT_DURATION = timedelta(hours=4)  # how long a shopper who has said so is believed to wait
PROMISE_WINDOW = timedelta(hours=12)  # how far from now an order's promise lies that is called "being prepared"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardNumbers:
    """All a public board may know of orders."""

    ready: list[str]
    making: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyStep:
    """An order's last `ready` step: its seq, and when."""

    seq: int
    time: datetime


def _made_ready(shop: StoreContext) -> dict[str, ReadyStep]:
    found = rows(
        shop.db, "select order_id, max(seq) as seq, time from pickup_steps where action = 'ready' group by order_id"
    )
    return {row["order_id"]: ReadyStep(seq=row["seq"], time=parse_utc(row["time"])) for row in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTime:
    """The inputs of the board: the time, and after how many hours an order is promised if HQ does not say."""

    time: datetime
    promise_hours: int

    def is_near(self, moment: datetime | None, within: timedelta) -> bool:
        return moment is not None and abs(self.time - moment) <= within

    def is_called(self, order: PickupOrder, made: ReadyStep | None) -> bool:
        """Whether the number of an order that can be handed over is shown on the board.

        For an order that HQ, and not the store, has made ready, the promised time counts.
        """
        if order.arrived_at is not None and self.is_near(order.arrived_at, ARRIVED_WAIT_DURATION):
            return True
        if made is not None or order.arrived_at is not None:
            return self.is_near(made.time if made else None, READY_CALL_DURATION)
        return self.is_near(orders.promised_time(order.row, self.promise_hours), READY_CALL_DURATION)

    def is_in_preparation(self, order: PickupOrder) -> bool:
        """Whether the number of an order that is not ready yet is shown: it is due soon, or its shopper waits."""
        due = orders.promised_time(order.row, self.promise_hours)
        return self.is_near(order.arrived_at, ARRIVED_WAIT_DURATION) or self.is_near(due, PROMISE_WINDOW)


def board_numbers(shop: StoreContext, time: datetime) -> BoardNumbers:
    """The present numbers: ready ones newest first, the others by promised time."""
    if not shop.policy.pickup.on:
        return BoardNumbers(ready=[], making=[])
    now = BoardTime(time=time, promise_hours=shop.policy.pickup.promise_hours)
    here = orders.orders_at_store(shop.db, shop.hq, shop.box, time, promise_hours=now.promise_hours)
    made = _made_ready(shop)

    def newest(order: PickupOrder) -> int:
        step = made.get(order.row.order)
        return -step.seq if step else 0

    called = [
        order for order in here if order.state in READY_STATES and now.is_called(order, made.get(order.row.order))
    ]
    making = [order for order in here if order.state in MAKING_STATES and now.is_in_preparation(order)]
    return BoardNumbers(
        ready=[one.row.number for one in sorted(called, key=newest)], making=[one.row.number for one in making]
    )


def _show(template: str) -> str:
    return render_page(
        template,
        numbers=board_numbers(shop(), request_moment().time),
        ja=process_state().voices["ja"],
        en=process_state().voices["en"],
    )


@board.get("/board")
def page() -> str:
    """The board, on a television."""
    return _show("board/board.html")


@board.get("/board/numbers")
def only_numbers() -> str:
    """The numbers alone, for the board to put in."""
    return _show("board/numbers.html")


@board.after_request
def is_a_page(response: Response) -> Response:
    """Mark our own answers, as the kiosk does."""
    response.headers["Noren-Page"] = process_state().stamp
    return response
