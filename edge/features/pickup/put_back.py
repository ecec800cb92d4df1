"""Goods that were collected for an order and that nobody will fetch any more: they go back on sale."""

import msgspec
from sqlite_utils import Database

from edge.facts.journal import BoxIdentity
from edge.features.pickup.order import PickupOrder, ReplicaOrder, present_order
from edge.features.pickup.pieces import present_pieces
from edge.features.pickup.state_machine import Action, State, state_after
from edge.replica import hq_replica

_COLLECTING = frozenset({Action.PICK, Action.READY, Action.PART_SHORT, Action.SHORT})
# Of many cancelled orders few were collected: by HQ's word they have a shelf, by the store's own a step.
_ENDED = """json_extract(body, '$.store') = :store
    and json_extract(body, '$.state') in ('cancelled', 'rejected', 'unfulfillable')
    and (coalesce(json_extract(body, '$.shelf'), '') <> '' or key in (select value from json_each(:collected)))"""


def is_to_put_back(db: Database, order: PickupOrder) -> bool:
    """Whether goods that were collected for an order still lie there, and nobody is expected to fetch them."""
    if state_after(order.state, Action.RESTOCK) is None:
        return False
    steps = order.steps
    if any(step.action is Action.RESTOCK for step in steps[-1:]):
        return False  # HQ may say afterwards that it was cancelled
    collected = any(step.action in _COLLECTING for step in steps) or bool(order.row.shelf)
    return (collected or order.state is State.NO_SHOW) and bool(present_pieces(order))


def ended_orders_with_goods(db: Database, hq: Database, box: BoxIdentity) -> list[PickupOrder]:
    """Orders that HQ has ended, however long ago, and whose goods are still to be put back."""
    steps = db.conn.execute(
        "select distinct order_id from pickup_steps where action in ('pick', 'ready', 'part_short', 'short')"
    )
    collected = msgspec.json.encode([row[0] for row in steps]).decode()
    found = hq_replica.rows_where(hq, "orders", ReplicaOrder, _ENDED, {"store": box.store, "collected": collected})
    return [order for order in (present_order(db, row, box) for row in found) if is_to_put_back(db, order)]
