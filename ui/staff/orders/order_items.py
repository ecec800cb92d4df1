"""The goods of an order, piece by piece, as a clerk scans or picks them."""

from dataclasses import dataclass

from edge.features import catalog
from edge.features.catalog import Product
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.pieces import lines_of_pieces, missing_pieces, substitutes_in_place
from edge.features.stock import StockRow
from edge.replica import hq_replica
from edge.store_context import StoreContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece to be ticked; `product` is None if HQ's catalogue does not have it."""

    id: str  # `2-1`: the first piece of line 2
    gtin: str  # what lies there, or is looked for
    product: Product | None
    ordered: Product | None  # the same, if no substitute lies there
    accepted: tuple[str, ...]  # GTINs that tick it: what was ordered, and what the shopper takes instead
    substitutes: list[Product]
    missing: str | None  # why it is missing
    shelf: str | None  # where it is kept on the shop floor, until the order is put together


def order_pieces(shop: StoreContext, order: PickupOrder) -> list[Piece]:
    """Every piece of an order: an order line of two is two ticks."""
    missing, instead = missing_pieces(order), substitutes_in_place(order)
    found = []
    for piece, line in lines_of_pieces(order.row).items():
        gtin = instead.get(piece, line.gtin)
        stock = hq_replica.replica_row(shop.hq, "stock", gtin, StockRow)
        known = (catalog.product(shop.hq, one) for one in line.substitutes)
        found.append(
            Piece(
                id=piece,
                gtin=gtin,
                product=catalog.product(shop.hq, gtin),
                ordered=catalog.product(shop.hq, line.gtin),
                accepted=line.accepted,
                substitutes=[one for one in known if one],
                missing=missing.get(piece),
                shelf=stock.shelf if stock else None,
            )
        )
    return found
