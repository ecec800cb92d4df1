"""The sample's orders, as a store has them once they are pushed, and what their pickup codes hold."""

from dataclasses import replace
from datetime import datetime

from edge.features.pickup.order import OrderRow
from sync.hq.sample.keys import pickup_secret
from sync.hq.sample.tables import source_of_table, typed_item


def orders_of_store(store: str, now: datetime) -> list[OrderRow]:
    """A store's own orders. Raises BadFile."""
    items = source_of_table("orders", store).items(now)
    return [typed_item(replace(item, fields={"store": store, **item.fields}), OrderRow) for item in items]


def pickup_code(order: str) -> str:
    """What the shopper's code of an order holds."""
    return f"noren:p:{order}:{pickup_secret(order)}"
