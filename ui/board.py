"""The ready board: numbers that can be handed over, and numbers that are being prepared."""

from dataclasses import dataclass

from flask import Blueprint, Response

from edge.clock import now
from edge.pickup import order as orders
from edge.pickup.life import State
from edge.pickup.order import PickupOrder
from edge.shop import Shop
from edge.store import rows
from ui.here import house, shop, show

board = Blueprint("board", __name__)

READY = frozenset({State.READY, State.ARRIVED})
MAKING = frozenset({State.PLACED, State.ACCEPTED, State.PICKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """All a public board may know of orders."""

    ready: list[str]
    making: list[str]


def _made_ready(shop: Shop) -> dict[str, int]:
    """The seq of each order's last `ready` step: the newest stands first."""
    found = rows(shop.db, "select order_id, max(seq) as seq from pickup_steps where action = 'ready' group by order_id")
    return {row["order_id"]: row["seq"] for row in found}


def numbers(shop: Shop) -> Numbers:
    """The numbers as they stand: ready ones newest first, the others by promise."""
    here, made = orders.here(shop.db, shop.hq, shop.box, now().time), _made_ready(shop)

    def newest(order: PickupOrder) -> int:
        return -made.get(order.row.order, 0)

    ready = sorted((order for order in here if order.state in READY), key=newest)
    making = [order for order in here if order.state in MAKING]
    return Numbers(ready=[one.row.number for one in ready], making=[one.row.number for one in making])


def _show(template: str) -> str:
    return show(template, numbers=numbers(shop()), ja=house().voices["ja"], en=house().voices["en"])


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
    response.headers["Noren-Page"] = house().stamp
    return response
