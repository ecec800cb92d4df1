"""How many of each product each store holds, on which shelf, and what it is told of the others."""

from collections import Counter
from datetime import datetime, timedelta
from functools import cache

from edge.catalog import Product
from edge.clock import utc_text
from edge.stock import NeighbourRow, NeighbourStock, StockRow
from sync.hq.sample.brand import chance, others, shop
from sync.hq.sample.goods import products
from sync.hq.sample.orders import HELD, of_store
from sync.hq.sample.table.categories import CATEGORIES

SNAPSHOT_AGE = timedelta(minutes=4)  # HQ looks at the other stores every few minutes
BAYS = 24  # shelves in a bay

# how often a shop of Ginza's size has none, 1 to 2, some, plenty
_LEVELS = ((0, 0), (1, 2), (3, 8), (9, 24))
_WEIGHTS = (12, 16, 44, 28)


@cache
def _free(store: str, gtin: str) -> int:
    """Pieces nobody has reserved."""
    dice = chance("stock", store, gtin)
    low, high = dice.choices(_LEVELS, _WEIGHTS)[0]
    return round(dice.randint(low, high) * shop(store).size)


def reserved(store: str, now: datetime) -> Counter[str]:
    """Pieces set aside for the store's orders, by GTIN."""
    held: Counter[str] = Counter()
    for order in of_store(store, now):
        if order.state in HELD:
            held.update({line.gtin: line.quantity for line in order.lines})
    return held


def _shelf(store: str, product: Product) -> tuple[int, str]:
    """Floor and shelf of a product: all colours and sizes of a style lie together."""
    door = next(one for one in CATEGORIES if one.id == product.category)
    dice = chance("shelf", store, product.style)
    return min(door.floor, shop(store).floors), f"{dice.choice(door.bays)}-{dice.randint(1, BAYS):02d}"


def rows(store: str, now: datetime) -> list[StockRow]:
    """The `stock` feed of a store; what is sold online only has no row."""
    held = reserved(store, now)
    return [_row(store, product, held[product.gtin], now) for product in products() if not product.online_only]


def _row(store: str, product: Product, held: int, now: datetime) -> StockRow:
    floor, shelf = _shelf(store, product)
    return StockRow(
        gtin=product.gtin,
        on_hand=_free(store, product.gtin) + held,
        reserved=held,
        as_of=utc_text(now),
        floor=floor,
        shelf=shelf,
    )


def neighbours(store: str, now: datetime) -> list[NeighbourRow]:
    """The `neighbours` feed of a store: what the others could sell a few minutes ago."""
    as_of = utc_text(now - SNAPSHOT_AGE)
    return [
        NeighbourRow(
            gtin=product.gtin,
            as_of=as_of,
            stores=[NeighbourStock(store=one.id, on_hand=_free(one.id, product.gtin)) for one in others(store)],
        )
        for product in products()
        if not product.online_only
    ]
