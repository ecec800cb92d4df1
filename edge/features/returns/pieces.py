"""The pieces that a shopper may bring back: those of an order, or one of a product without an order."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from edge.features import catalog
from edge.features.catalog import Product
from edge.features.pickup.order import PickupOrder, ReplicaOrder, find_order, present_order
from edge.features.pickup.pieces import handed_pieces, lines_of_pieces, substitutes_in_place
from edge.features.pickup.state_machine import State
from edge.features.returns.kept import returned_of_order
from edge.features.returns.window import NotReturnable, ReturnCandidate, return_refusal_reason
from edge.platform.clock import Now, business_day
from edge.replica import hq_replica
from edge.store_context import StoreContext
from edge.validation.fields import EARLIEST_MOMENT

GIVEN_STATES = frozenset({State.HANDED_OVER, State.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnablePiece:
    """A piece before the clerk. `id`: of the order (`2-1`), or the GTIN if there is no order. `no`: why it stays theirs."""

    id: str
    gtin: str
    product: Product | None
    price: int | None
    estimated: bool  # the price is the catalogue's
    no: NotReturnable | None


def find_given_order(shop: StoreContext, order: str) -> PickupOrder | None:
    """An order that this store has handed over; None for any other."""
    found = find_order(shop.db, shop.hq, shop.box, order)
    return found if found and found.row.store == shop.box.store and found.state in GIVEN_STATES else None


def given_orders(shop: StoreContext, asked: str) -> list[PickupOrder]:
    """The orders that this store has handed over under a number or an id, the last one first: numbers come round again."""
    found = hq_replica.rows_where(
        shop.hq, "orders", ReplicaOrder, "json_extract(body, '$.number') = ? or key = ?", (asked, asked)
    )
    standing = [present_order(shop.db, row, shop.box) for row in found if row.store == shop.box.store]
    given = [order for order in standing if order.state in GIVEN_STATES]
    return sorted(given, key=lambda order: order.handed_over_at or EARLIEST_MOMENT, reverse=True)


def pieces_of_order(shop: StoreContext, order: PickupOrder, now: Now) -> list[ReturnablePiece]:
    """Every piece that the shopper was given, with what the policy says of it: not what was missing, and of other goods those."""
    back, lines, instead = (
        returned_of_order(shop.db, shop.box, order),
        lines_of_pieces(order.row),
        substitutes_in_place(order),
    )
    handed = handed_pieces(order)
    given = {piece: instead.get(piece, line.gtin) for piece, line in lines.items() if handed is None or piece in handed}
    # pieces of one product are alike: those this store has not named are the first of the rest
    unnamed = back.counts - Counter(gtin for piece, gtin in given.items() if piece in back.pieces)
    on = shop_day(shop, order.handed_over_at) if order.handed_over_at else None
    found = []
    for piece, gtin in given.items():
        product = catalog.product(shop.hq, gtin)
        gone = piece in back.pieces or order.state is State.RETURNED or unnamed[gtin] > 0
        if piece not in back.pieces:
            unnamed[gtin] -= 1
        found.append(_piece(shop, piece, gtin, product, lines[piece].price, _given(shop, product, gone, on, now)))
    return found


def piece_without_order(shop: StoreContext, product: Product, now: Now) -> ReturnablePiece:
    """A piece of a product whose shopper has no order to show: nobody knows when it was bought."""
    given = _given(shop, product, False, None, now)
    return _piece(shop, product.gtin, product.gtin, product, None, given)


def sizes_to_exchange(shop: StoreContext, product: Product | None) -> list[Product]:
    """What a piece may be exchanged for: the products of its style that stores sell, itself too."""
    if product is None:
        return []
    return [one for one in catalog.products_of_style(shop.hq, product.style) if not one.online_only]


def shop_day(shop: StoreContext, moment: datetime) -> date:
    """The shop's day of a moment: the hours before the day starts belong to the day before."""
    return date.fromisoformat(business_day(moment, shop.config.zone, shop.config.store.day_starts))


def _given(
    shop: StoreContext, product: Product | None, gone: bool, given: date | None, now: Now
) -> NotReturnable | None:
    kinds = frozenset({product.category, product.style}) if product else frozenset[str]()
    today = None if now.clock == "unset" else shop_day(shop, now.time)
    return return_refusal_reason(
        ReturnCandidate(returned=gone, kinds=kinds, given=given, today=today), shop.policy.returns
    )


def _piece(
    shop: StoreContext, name: str, gtin: str, product: Product | None, paid: int | None, no: NotReturnable | None
) -> ReturnablePiece:
    listed = product.price if product and product.price > 0 else None
    price = listed if paid is None else paid
    return ReturnablePiece(
        id=name, gtin=gtin, product=product, price=price, estimated=paid is None and price is not None, no=no
    )
