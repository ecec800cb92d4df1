"""A shopper could not find a product where it should be: HQ is told, and learns which numbers are wrong on the shelf."""

from edge.facts.fact import Fact, FactAttributes, Gtin
from edge.facts.journal import tell
from edge.features import stock
from edge.features.catalog import Product
from edge.platform.clock import Now, business_day
from edge.platform.database import writing
from edge.platform.idempotency_marks import marked_number, set_mark
from edge.store_context import StoreContext


class LookupMissed(Fact, frozen=True, kw_only=True):
    """A shopper did not find a product that is counted as here, at the shelf that the screen named."""

    TYPE = "stock.lookup_missed"
    ABOUT = ("station",)

    gtin: Gtin
    shelf: str | None = None
    available: int | None = None  # as the screen counted them; None: the number was too old to be shown


def tell_missed(shop: StoreContext, product: Product, station: str, now: Now) -> None:
    """Tell HQ; of a product once a day for each station, however often it is pressed."""
    day = business_day(now.time, shop.config.zone, shop.config.store.day_starts)
    name = f"missed:{station}:{product.gtin}:{day}"
    here = stock.stock_here(shop.db, shop.hq, shop.box, product.gtin, now.time, shop.policy.stock.low)
    with writing(shop.db):
        if not marked_number(shop.db, name):
            it = LookupMissed(gtin=product.gtin, shelf=here.shelf, available=here.number)
            set_mark(shop.db, name, tell(shop.db, shop.box, it, now, FactAttributes(station=station)), now)
