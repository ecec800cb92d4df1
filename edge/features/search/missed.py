"""A shopper could not find a product where it should be: HQ is told, and staff have the shelf to look at."""

from msgspec import Struct
from sqlite_utils import Database

from edge.facts.fact import Fact, FactAttributes, Gtin
from edge.facts.journal import tell
from edge.features import stock
from edge.features.catalog import Product
from edge.features.expiring_table import ROWID_IN_PAGE_SQL, ExpiringTable
from edge.platform.clock import Now, business_day
from edge.platform.database import values, writing
from edge.platform.idempotency_marks import read_mark, set_mark
from edge.replica import hq_replica
from edge.store_context import StoreContext

COUNT_TABLE = ExpiringTable(
    name="count_tasks", expired=f"select t.rowid from count_tasks t where {ROWID_IN_PAGE_SQL} and t.closed is not null"
)


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
        if not read_mark(shop.db, name):
            it = LookupMissed(gtin=product.gtin, shelf=here.shelf, available=here.number)
            set_mark(shop.db, name, tell(shop.db, shop.box, it, now, FactAttributes(station=station)), now)
            sql = "insert or ignore into count_tasks (gtin, shelf, station, time) values (?, ?, ?, ?)"
            shop.db.conn.execute(sql, (product.gtin, here.shelf, station, now.text))  # one while it is open


class CountTask(Struct, frozen=True, kw_only=True):
    """A clerk is to look at the shelf of a product that was not found."""

    seq: int
    gtin: str
    shelf: str | None
    time: str


def open_count_tasks(db: Database) -> list[CountTask]:
    """What is to be counted, the longest waiting first."""
    return values(db, CountTask, "select seq, gtin, shelf, time from count_tasks where closed is null order by seq")


def close_count_task(db: Database, seq: int, staff: str, now: Now) -> None:
    """A clerk has looked, inside the caller's transaction; what somebody has closed stays theirs."""
    sql = "update count_tasks set closed = ?, staff = ? where seq = ? and closed is null"
    db.conn.execute(sql, (now.text, staff, seq))


def shelf_of(hq: Database, gtin: str) -> str | None:
    """The shelf at which HQ says that a product is."""
    row = hq_replica.replica_row(hq, "stock", gtin, stock.StockRow)
    return row.shelf if row else None
