"""The goods of an order, piece by piece, as a clerk scans or picks them."""

from dataclasses import dataclass

from edge.features import catalog
from edge.features.catalog import Product
from edge.features.pickup.order import OrderRow
from edge.features.stock import StockRow
from edge.replica import hq_replica
from edge.store_context import StoreContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece to be ticked; `product` is None if HQ's catalogue does not have it."""

    id: str  # `2-1`: the first piece of line 2
    gtin: str
    product: Product | None
    shelf: str | None  # where it is kept on the shop floor, until the order is put together


def order_pieces(shop: StoreContext, row: OrderRow) -> list[Piece]:
    """Every piece of an order: an order line of two is two ticks."""
    found = []
    for line in row.lines:
        stock = hq_replica.replica_row(shop.hq, "stock", line.gtin, StockRow)
        product, shelf = catalog.product(shop.hq, line.gtin), stock.shelf if stock else None
        for nth in range(1, line.quantity + 1):
            found.append(Piece(id=f"{line.line}-{nth}", gtin=line.gtin, product=product, shelf=shelf))
    return found
