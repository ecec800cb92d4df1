"""A product as a shopper sees it: its colours and sizes, what is here, what is nearby."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from edge.codes.issued.item_numbers import catalogue_key, printed_number
from edge.config.policy import Neighbour
from edge.features import catalog, stock
from edge.features.catalog import Product, Reviews
from edge.features.stock import Freshness, NeighbourStock, ShownStock, StockLevel
from edge.platform.process import ProcessLife
from edge.replica.hq_query import ask_hq
from edge.store_context import StoreContext


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantChoice:
    """A colour or size that can be tapped: the product it leads to, and how much of it is here."""

    product: Product
    shelf: ShownStock
    chosen: bool

    @property
    def word(self) -> str:
        """The stock word's key: what is sold online only is never `out of stock` here."""
        return "online" if self.product.online_only else self.shelf.level


@dataclass(frozen=True, slots=True, kw_only=True)
class NearbyStore:
    """A store nearby and how much it had at the snapshot's time."""

    neighbour: Neighbour
    level: StockLevel
    on_hand: int  # for clerks; shoppers read the level


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """All of a product's page; `near_at` is None if HQ has sent no snapshot."""

    product: Product
    chosen: VariantChoice
    colours: list[Product]
    sizes: list[VariantChoice]
    near: list[NearbyStore]
    near_at: datetime | None
    reviews: Reviews | None

    @property
    def number(self) -> str:
        """The number as it is printed on the tag."""
        return printed_number(self.product.gtin)


def _colours(style: list[Product], shown: Product) -> list[Product]:
    """One product a colour: in the size that is shown if there is one, else in the smallest."""
    found: dict[str, Product] = {}
    for product in style:
        if product.colour.code not in found or product.size == shown.size:
            found[product.colour.code] = product
    return list(found.values())


def _near(shop: StoreContext, gtin: str, moment: datetime) -> tuple[list[NearbyStore], datetime | None]:
    row = stock.stock_nearby(shop.hq, gtin)
    if row is None:
        return [], None
    return _around(shop, {one.store: one.on_hand for one in row.stores}, stock.freshness(row.as_of, moment)), row.as_of


def _around(shop: StoreContext, had: Mapping[str, int], fresh: Freshness) -> list[NearbyStore]:
    """The stores around that keep a product, in HQ's order."""
    low = shop.policy.stock.low
    known = [(place, had[place.store]) for place in shop.policy.place.neighbours if place.store in had]
    return [
        NearbyStore(neighbour=place, level=stock.stock_level(count, low, fresh), on_hand=count)
        for place, count in known
    ]


def catalogue_key_of(shop: StoreContext, written: str) -> str:
    """The key of a product as an address names it: a link on a poster or in a mail is made by people."""
    return catalogue_key(written, shop.policy.codes.house)


def ask_nearby(
    shop: StoreContext, gtin: str, moment: datetime, life: ProcessLife
) -> tuple[list[NearbyStore], datetime | None] | None:
    """The same as HQ knows it now; waits less than a second for HQ's answer. None if none comes.

    With it the time of the oldest number, if it is not fresh: HQ answers at once, but its numbers may be old.
    """
    told = ask_hq(shop.db, NeighbourStock, "stock", {"gtin": gtin}, life)
    if told is None:
        return None
    oldest = min((one.as_of for one in told if one.as_of), default=moment)
    fresh = stock.freshness(oldest, moment)
    near = _around(shop, {one.store: one.on_hand for one in told}, fresh)
    return near, None if fresh is Freshness.LIVE else oldest


def product_card(shop: StoreContext, gtin: str, moment: datetime) -> ProductCard | None:
    """The page of a GTIN-14, for an outer pack that of the item in it; None if HQ's catalogue has none."""
    found = catalog.product(shop.hq, gtin)
    shown = catalog.product_on_shelf(shop.hq, found) if found else None
    if shown is None:
        return None
    style, low = catalog.products_of_style(shop.hq, shown.style), shop.policy.stock.low
    sizes = [
        VariantChoice(
            product=product,
            shelf=stock.stock_here(shop.db, shop.hq, shop.box, product.gtin, moment, low),
            chosen=product.gtin == shown.gtin,
        )
        for product in style
        if product.colour.code == shown.colour.code
    ]
    near, near_at = _near(shop, shown.gtin, moment)
    return ProductCard(
        product=shown,
        chosen=next(size for size in sizes if size.chosen),
        colours=_colours(style, shown),
        sizes=sizes,
        near=near,
        near_at=near_at,
        reviews=catalog.reviews(shop.hq, shown.style),
    )
