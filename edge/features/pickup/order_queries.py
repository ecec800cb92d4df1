"""Questions about some of the store's orders, answered by the database: only the orders they are about are decoded."""

import msgspec
from sqlite_utils import Database

from edge.facts.journal import BoxIdentity
from edge.features.pickup.order import PickupOrder, ReplicaOrder, present_order
from edge.features.pickup.put_back import is_to_put_back
from edge.features.pickup.state_machine import State
from edge.replica import hq_replica

SHELVED_STATES = frozenset({State.READY, State.ARRIVED, State.NO_SHOW})

# `touched`: what the store's own steps say and HQ may not have counted. Names of columns of `body` are HQ's.
_ARRIVED = """json_extract(body, '$.store') = :store and (key in (select value from json_each(:undone))
    or json_extract(body, '$.state') in ('placed', 'accepted', 'picking', 'ready_for_pickup', 'customer_arrived',
                                         'expired_no_show')
    and (json_extract(body, '$.state') = 'customer_arrived' or json_extract(body, '$.arrived_at') is not null
         or key in (select value from json_each(:arrived))))"""
_ON_SHELF = """json_extract(body, '$.store') = :store and json_extract(body, '$.state') <> 'restocked' and (
    upper(json_extract(body, '$.shelf')) = upper(:shelf) and
    (json_extract(body, '$.state') not in ('handed_over', 'returned') or key in (select value from json_each(:undone)))
    or key in (select value from json_each(:touched)))"""


def orders_with_steps(db: Database, condition: str, args: tuple[str, ...] = ()) -> str:
    """The ids of orders with a step that meets an SQL condition, as a JSON list."""
    found = db.conn.execute(f"select distinct order_id from pickup_steps where {condition}", args)
    return msgspec.json.encode([row[0] for row in found]).decode()


def arrived_orders(db: Database, hq: Database, box: BoxIdentity) -> list[PickupOrder]:
    """The open orders whose shopper is in the store."""
    args = {
        "store": box.store,
        "arrived": orders_with_steps(db, "action = 'arrive'"),
        "undone": orders_with_steps(db, "action = 'undo'"),
    }
    found = (present_order(db, row, box) for row in hq_replica.rows_where(hq, "orders", ReplicaOrder, _ARRIVED, args))
    return [order for order in found if order.is_here]


def orders_on_shelf(db: Database, hq: Database, box: BoxIdentity, shelf: str) -> list[PickupOrder]:
    """The orders whose goods lie on a shelf (its name in any case), to be fetched or to be put back."""
    on_it = "action = 'ready' and upper(json_extract(detail, '$.shelf')) = upper(?)"
    args = {
        "store": box.store,
        "shelf": shelf,
        "touched": orders_with_steps(db, on_it, (shelf,)),
        "undone": orders_with_steps(db, "action = 'undo'"),
    }
    found = (present_order(db, row, box) for row in hq_replica.rows_where(hq, "orders", ReplicaOrder, _ON_SHELF, args))
    return [
        order
        for order in found
        if (_shelf(db, order) or "").upper() == shelf.upper()
        and (order.state in SHELVED_STATES or is_to_put_back(db, order))
    ]


def _shelf(db: Database, order: PickupOrder) -> str | None:
    """Where the store's staff have put it last, else where HQ says that it is."""
    sql = (
        "select json_extract(detail, '$.shelf') from pickup_steps where order_id = ? and action = 'ready' order by seq"
    )
    put = [row[0] for row in db.conn.execute(sql, (order.row.order,)) if row[0]]
    return put[-1] if put else order.row.shelf
