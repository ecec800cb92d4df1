"""What a store's neighbours get about it: the stock it could sell, and its open orders."""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from edge.config.policy import Policy
from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import OPEN_STATES
from edge.features.stock import NeighbourRow, NeighbourStock, StockRow
from edge.platform.clock import parse_utc
from edge.validation.row_codec import encode_row
from sync.hq.feeds import feed, row_types


def nearby_stores(db: Database, store: str) -> list[str]:
    """The stores near a store, in the order its policy shows them."""
    policy = row_types.decode_row_or_none("config", store, feed.row_body(db, "config", store, "policy"), Policy)
    around = policy.place.neighbours if policy else []
    return [one.store for one in around if one.store != store]  # one that names itself would overwrite its own orders


def spread_stock(db: Database, store: str, gtins: Iterable[str], moment: str) -> None:
    """Write for the neighbours what can be sold here, inside the transaction that changed it."""
    changed = sorted(gtins)
    for other in nearby_stores(db, store):
        around = nearby_stores(db, other)
        rows = [_neighbours(db, around, gtin, parse_utc(moment)) for gtin in changed]
        feed.put_rows(db, "neighbours", other, [(row.gtin, _text(row)) for row in rows])


def _text(row: NeighbourRow) -> str | None:
    return encode_row(row) if row.stores else None


def _neighbours(db: Database, around: list[str], gtin: str, moment: datetime) -> NeighbourRow:
    found = [
        (store, row_types.decode_row_or_none("stock", gtin, feed.row_body(db, "stock", store, gtin), StockRow))
        for store in around
    ]
    known = [(store, row) for store, row in found if row]
    oldest = min((row.as_of for _, row in known), default=moment)  # as old as the oldest number in it
    return NeighbourRow(gtin=gtin, as_of=oldest, stores=[_free(store, row) for store, row in known])


def _free(store: str, row: StockRow) -> NeighbourStock:
    return NeighbourStock(store=store, on_hand=max(0, row.on_hand - row.reserved))


def spread_orders(db: Database, store: str, rows: Iterable[OrderRow]) -> None:
    """Write for the neighbours which open orders wait here, without the shopper."""
    changes = [(row.order, _stub(row) if row.state in OPEN_STATES else None) for row in rows if row.store == store]
    for other in nearby_stores(db, store):
        feed.put_rows(db, "orders", other, changes)


def withdraw_orders(db: Database, store: str, orders: Iterable[str]) -> None:
    """Delete orders from the neighbours' feeds."""
    gone = [(order, None) for order in orders]
    for other in nearby_stores(db, store):
        feed.put_rows(db, "orders", other, gone)


def _stub(row: OrderRow) -> str:
    stub = OrderRow(order=row.order, store=row.store, number=row.number, state=row.state)
    return encode_row(stub)
