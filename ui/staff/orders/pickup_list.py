"""The pickup list as clerks read it: who is here, what is to be prepared, what runs out today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from edge.config.policy import Pickup
from edge.features.member import NAME_MASK
from edge.features.pickup import claims, put_back
from edge.features.pickup import order as orders
from edge.features.pickup.claims import Claim
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.order_queries import SHELVED_STATES, arrived_orders, orders_on_shelf
from edge.features.pickup.state_machine import State
from edge.platform.database import rows
from edge.replica import hq_replica
from edge.store_context import StoreContext
from ui.staff.orders.order_search import matching_orders

Tab = Literal["waiting", "prepare", "today", "back", "done"]
TAB_NAMES: tuple[Tab, ...] = ("waiting", "prepare", "today", "back", "done")

TO_PREPARE = frozenset({State.PLACED, State.ACCEPTED, State.PICKING})
AMBER_FACTOR = 2  # a promise turns amber so many times as long before it is due as it turns red
MAX_FOUND = 60  # orders that a question finds; with more it was too short
MAX_DONE = 60  # handed-over orders on the list: a day's, and enough to find yesterday's


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseDue:
    """An order's promise: its time, minutes left (negative when it is past), and how pressing that is."""

    at: datetime
    minutes: int
    level: Literal["calm", "soon", "red", "past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOnList:
    """An order on the list; the name is masked, because a tablet on a counter is seen by customers."""

    order: str
    number: str
    name: str
    pieces: int
    shelf: str | None
    paid: bool
    state: State
    waited: int | None  # minutes since the shopper came
    due: PromiseDue | None
    age: int | None  # minutes since the order was placed, while it is to be prepared
    claim: Claim | None  # who collects it
    hold: date | None  # last day the goods are kept
    hold_days: int  # days left: 0 is today, negative is over
    given: datetime | None
    put_back: bool  # nobody is expected to fetch the goods any more, and they still lie there


@dataclass(frozen=True, slots=True, kw_only=True)
class TabContents:
    """A tab, or what was found: shoppers who are here first, then the rest."""

    tab: Tab | Literal["find"]
    here: list[OrderOnList]
    rest: list[OrderOnList]
    counts: Mapping[Tab, int]


def half_masked(name: str) -> str:
    """A name as clerks see it on the list: family name and the first kana of the given name. `サトウ ミ＊＊`."""
    family, gap, given = name.partition(" ")
    return f"{family} {given[:1]}{NAME_MASK}" if gap else f"{name[:1]}{NAME_MASK}"


def _due(order: PickupOrder, policy: Pickup, now: datetime) -> PromiseDue | None:
    at = orders.promised_time(order.row, policy.promise_hours)
    if at is None or order.state not in TO_PREPARE:
        return None
    left = at - now
    return PromiseDue(at=at, minutes=round(left.total_seconds() / 60), level=_level(left, policy.red_minutes))


def _level(left: timedelta, red_minutes: int) -> Literal["calm", "soon", "red", "past"]:
    red = timedelta(minutes=red_minutes)
    if left < timedelta():
        return "past"
    return "red" if left <= red else "soon" if left <= red * AMBER_FACTOR else "calm"


def _minutes_since(then: datetime | None, now: datetime) -> int | None:
    return max(0, round((now - then).total_seconds() // 60)) if then else None


def staff_shelves(shop: StoreContext) -> dict[str, str]:
    """The shelves where the store's own staff have put orders, until HQ's row has the same."""
    found = rows(
        shop.db,
        """select order_id, json_extract(detail, '$.shelf') as shelf from pickup_steps
           where action = 'ready' and json_extract(detail, '$.shelf') is not null order by seq""",
    )
    return {row["order_id"]: row["shelf"] for row in found}


def _row(shop: StoreContext, order: PickupOrder, shelf: str | None, claim: Claim | None, now: datetime) -> OrderOnList:
    row, zone = order.row, shop.config.zone
    hold, waited = row.hold_until, _minutes_since(order.arrived_at, now)
    last = hold.astimezone(zone).date() if hold and order.state in SHELVED_STATES else None
    return OrderOnList(
        order=row.order,
        number=row.number,
        name=half_masked(row.name) if row.name else "",
        pieces=sum(line.quantity for line in row.lines),
        shelf=shelf or row.shelf,
        paid=row.paid,
        state=order.state,
        waited=waited if waited is not None else (0 if order.state is State.ARRIVED else None),
        due=_due(order, shop.policy.pickup, now),
        age=_minutes_since(row.placed_at, now) if order.state in TO_PREPARE else None,
        claim=claim if order.state is State.PICKING else None,
        hold=last,
        hold_days=(last - now.astimezone(zone).date()).days if last else 0,
        given=order.handed_over_at if order.state is State.HANDED_OVER else None,
        put_back=put_back.is_to_put_back(shop.db, order),
    )


def _in(tab: Tab, row: OrderOnList) -> bool:
    match tab:
        case "waiting":
            return row.state in SHELVED_STATES or (row.waited is not None and row.state in TO_PREPARE)
        case "prepare":
            return row.state in TO_PREPARE
        case "today":
            return row.state in SHELVED_STATES and row.hold is not None and row.hold_days <= 0
        case "back":
            return row.put_back
        case "done":
            return row.state is State.HANDED_OVER


def minutes_ago(now: datetime, minutes: int) -> datetime:
    """The moment so many whole minutes before now."""
    return now - timedelta(minutes=minutes)


def all_rows(shop: StoreContext, now: datetime) -> list[OrderOnList]:
    """Every order that is open, has ended lately, or whose goods are still to be put back."""
    return _all(shop, now)


def _all(shop: StoreContext, now: datetime) -> list[OrderOnList]:
    put, here, claimed = staff_shelves(shop), _here(shop, now), claims.all_claims(shop.db, now)
    known = {order.row.order for order in here}
    ended = put_back.ended_orders_with_goods(shop.db, shop.hq, shop.box)
    found = here + [order for order in ended if order.row.order not in known]

    def row(order: PickupOrder) -> OrderOnList:
        return _row(shop, order, put.get(_key(order)), claimed.get(_key(order)), now)

    return hq_replica.decode_rows("orders", found, _key, row)


def _key(order: PickupOrder) -> str:
    return order.row.order


def _here(shop: StoreContext, now: datetime) -> list[PickupOrder]:
    hours = shop.policy.pickup.promise_hours
    return orders.orders_at_store(shop.db, shop.hq, shop.box, now, promise_hours=hours)


def tab_contents(shop: StoreContext, tab: Tab, now: datetime) -> TabContents:
    """The orders of a tab: the longest waiting shopper first, then by due time; done ones newest first."""
    every = _all(shop, now)
    counts = {one: sum(_in(one, row) for row in every) for one in TAB_NAMES}
    found = [row for row in every if _in(tab, row)]
    if tab == "done":
        newest = sorted(found, key=lambda row: row.given.timestamp() if row.given else 0, reverse=True)
        return TabContents(tab=tab, here=[], rest=newest[:MAX_DONE], counts=counts)
    here = sorted((row for row in found if row.waited is not None), key=lambda row: -(row.waited or 0))
    rest = [row for row in found if row.waited is None]
    if tab == "back":
        rest.sort(key=lambda row: (row.shelf or "", row.number))
    elif tab != "prepare":
        rest.sort(key=lambda row: (row.hold or date.max, row.number))
    return TabContents(tab=tab, here=here, rest=rest, counts=counts)


def found_orders(shop: StoreContext, asked: str, now: datetime) -> TabContents:
    """The orders that a question finds, those that can be fetched first; at most as many as anybody reads."""
    every, matching = _all(shop, now), matching_orders(shop, asked, _here(shop, now))
    found = [row for row in every if row.order in matching]
    found.sort(key=lambda row: (row.state not in SHELVED_STATES | TO_PREPARE, row.number))
    counts = {one: sum(_in(one, row) for row in every) for one in TAB_NAMES}
    return TabContents(tab="find", here=[], rest=found[:MAX_FOUND], counts=counts)


def numbers_on_shelf(shop: StoreContext, shelf: str | None, order: str) -> list[str]:
    """The numbers of other orders whose goods lie on the same shelf."""
    lying = orders_on_shelf(shop.db, shop.hq, shop.box, shelf) if shelf else []
    return sorted(one.row.number for one in lying if one.row.order != order)


def order_to_put_back(shop: StoreContext, gtin: str, now: datetime) -> str | None:
    """The first order of the tab of goods to be put back that holds a product; None if none does."""
    for row in tab_contents(shop, "back", now).rest:
        order = orders.find_order(shop.db, shop.hq, shop.box, row.order)
        if order is not None and any(line.gtin == gtin for line in order.row.lines):
            return row.order
    return None


def waiting_here(shop: StoreContext, _now: datetime) -> int:
    """How many shoppers wait in the store for an order."""
    return len(arrived_orders(shop.db, shop.hq, shop.box))
