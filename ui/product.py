"""A product as a shopper sees it: its colours and sizes, what is here, what is nearby."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from edge import catalog, stock
from edge.catalog import Product, Reviews
from edge.clock import parse_utc
from edge.policy import Neighbour
from edge.question import ask_hq
from edge.service import Life
from edge.shop import Shop
from edge.stock import Freshness, Level, NeighbourStock, Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A colour or size that can be tapped: the product it leads to, and how much of it is here."""

    product: Product
    shelf: Shelf
    chosen: bool

    @property
    def word(self) -> str:
        """The stock word's key: what is sold online only is never `out of stock` here."""
        return "online" if self.product.online_only else self.shelf.level


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A store nearby and how much it had at the snapshot's time."""

    neighbour: Neighbour
    level: Level
    on_hand: int  # for clerks; shoppers read the level


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All of a product's page; `near_at` is None where HQ has sent no snapshot."""

    product: Product
    chosen: Choice
    colours: list[Product]
    sizes: list[Choice]
    near: list[Near]
    near_at: datetime | None
    reviews: Reviews | None


def _colours(style: list[Product], shown: Product) -> list[Product]:
    """One product a colour: in the size that is shown if there is one, else in the smallest."""
    found: dict[str, Product] = {}
    for product in style:
        if product.colour.code not in found or product.size == shown.size:
            found[product.colour.code] = product
    return list(found.values())


def _near(shop: Shop, gtin: str, moment: datetime) -> tuple[list[Near], datetime | None]:
    row = stock.nearby(shop.hq, gtin)
    if row is None:
        return [], None
    as_of = parse_utc(row.as_of)
    return _around(shop, {one.store: one.on_hand for one in row.stores}, stock.freshness(as_of, moment)), as_of


def _around(shop: Shop, had: Mapping[str, int], fresh: Freshness) -> list[Near]:
    """The stores around that keep a product, in HQ's order."""
    low = shop.policy.stock.low
    known = [(place, had[place.store]) for place in shop.policy.place.neighbours if place.store in had]
    return [Near(neighbour=place, level=stock.level(count, low, fresh), on_hand=count) for place, count in known]


def near_now(shop: Shop, gtin: str, life: Life) -> list[Near] | None:
    """The same as HQ knows it this moment; waits for its word for less than a second. None where it does not come."""
    told = ask_hq(shop.db, NeighbourStock, "stock", {"gtin": gtin}, life)
    return None if told is None else _around(shop, {one.store: one.on_hand for one in told}, Freshness.LIVE)


def card(shop: Shop, gtin: str, moment: datetime) -> Card | None:
    """The page of a GTIN-14, or None where HQ's catalogue has none."""
    shown = catalog.product(shop.hq, gtin)
    if shown is None:
        return None
    style, low = catalog.of_style(shop.hq, shown.style), shop.policy.stock.low
    sizes = [
        Choice(
            product=product,
            shelf=stock.shelf(shop.db, shop.hq, shop.box, product.gtin, moment, low),
            chosen=product.gtin == gtin,
        )
        for product in style
        if product.colour.code == shown.colour.code
    ]
    near, near_at = _near(shop, gtin, moment)
    return Card(
        product=shown,
        chosen=next(size for size in sizes if size.chosen),
        colours=_colours(style, shown),
        sizes=sizes,
        near=near,
        near_at=near_at,
        reviews=catalog.reviews(shop.hq, shown.style),
    )
