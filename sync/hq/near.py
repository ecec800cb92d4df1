"""What the stores around hear of a store: what it could sell, and which open orders wait in it."""

from collections.abc import Iterable

import msgspec
from sqlite_utils import Database

from edge.pickup.life import OPEN
from edge.pickup.order import OrderRow
from edge.policy import Policy
from edge.stock import NeighbourRow, NeighbourStock, StockRow
from sync.hq import feed

_policies = msgspec.json.Decoder(Policy)
_stocks = msgspec.json.Decoder(StockRow)


def near(db: Database, store: str) -> list[str]:
    """The stores near a store, in the order its policy shows them."""
    text = feed.body(db, "config", store, "policy")
    around = _policies.decode(text).place.neighbours if text else []
    return [one.store for one in around if one.store != store]  # one that names itself would overwrite its own orders


def spread_stock(db: Database, store: str, gtins: Iterable[str], moment: str) -> None:
    """Tell the stores around what can be sold here, inside the transaction that changed it."""
    changed = sorted(gtins)
    for other in near(db, store):
        around = near(db, other)
        rows = [_neighbours(db, around, gtin, moment) for gtin in changed]
        feed.put(db, "neighbours", other, [(row.gtin, _text(row)) for row in rows])


def _text(row: NeighbourRow) -> str | None:
    return msgspec.json.encode(row).decode() if row.stores else None


def _neighbours(db: Database, around: list[str], gtin: str, moment: str) -> NeighbourRow:
    found = [(store, feed.body(db, "stock", store, gtin)) for store in around]
    return NeighbourRow(
        gtin=gtin, as_of=moment, stores=[_free(store, _stocks.decode(text)) for store, text in found if text]
    )


def _free(store: str, row: StockRow) -> NeighbourStock:
    return NeighbourStock(store=store, on_hand=max(0, row.on_hand - row.reserved))


def spread_orders(db: Database, store: str, rows: Iterable[OrderRow]) -> None:
    """Tell the stores around which open orders wait here, and nothing about whose they are."""
    changes = [(row.order, _stub(row) if row.state in OPEN else None) for row in rows if row.store == store]
    for other in near(db, store):
        feed.put(db, "orders", other, changes)


def withdraw_orders(db: Database, store: str, orders: Iterable[str]) -> None:
    """Tell the stores around that orders are no more."""
    gone = [(order, None) for order in orders]
    for other in near(db, store):
        feed.put(db, "orders", other, gone)


def _stub(row: OrderRow) -> str:
    stub = OrderRow(order=row.order, store=row.store, number=row.number, state=row.state)
    return msgspec.json.encode(stub).decode()
