"""How many are here: HQ's last word, and what the store has done that HQ has not yet counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlite_utils import Database

from edge.facts.fact import Fact, FactAttributes, Gtin
from edge.facts.journal import BoxIdentity, tell
from edge.features.expiring_table import COUNTED_BY_HQ_SQL, ROWID_IN_PAGE_SQL, ExpiringTable
from edge.features.feature import Feature, Feed
from edge.platform.clock import Now
from edge.platform.database import first_row
from edge.replica import hq_replica
from edge.validation.fields import Count, Moment, Ordinal, Pieces, ProductNumber, Seq, ShortText, StoreId, check_moments

LIVE_MAX_AGE = timedelta(minutes=5)
RECENT_MAX_AGE = timedelta(minutes=30)  # experience.md rule 18: over 30 minutes old, no number is shown


MAX_CLOCK_LEAD = timedelta(minutes=10)  # by which the clock of who counts may be before ours, as HQ allows it


class StockRow(Struct, frozen=True, kw_only=True):
    """A row of the `stock` feed (per store); its key is the GTIN-14.

    `through_seq` is the last fact of lane STORE of `epoch` that HQ has counted into `on_hand`.
    """

    gtin: ProductNumber
    on_hand: Pieces
    reserved: Pieces = 0
    epoch: ShortText = ""
    through_seq: Seq = 0
    as_of: Moment  # when it was counted, or reported by the system that counts
    floor: Ordinal | None = None
    shelf: ShortText | None = None  # `B-14`

    def __post_init__(self) -> None:
        check_moments(self)


class NeighbourStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What another store had when HQ last looked; `as_of` says when that was counted, if it is not the row's own time."""

    store: StoreId
    on_hand: Count
    as_of: Moment | None = None


class NeighbourRow(Struct, frozen=True, kw_only=True):
    """A row of the `neighbours` feed (per store); its key is the GTIN-14."""

    gtin: ProductNumber
    as_of: Moment
    stores: list[NeighbourStock]

    def __post_init__(self) -> None:
        check_moments(self)


class Freshness(StrEnum):
    LIVE = "live"
    RECENT = "recent"
    OLD = "old"
    UNKNOWN = "unknown"


class StockLevel(StrEnum):
    """The words a shopper reads: 在庫あり, 残りわずか, 在庫なし, and what is too old to say."""

    IN_STOCK = "in_stock"
    FEW = "few"
    NONE = "none"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStock:
    """A product's stock as it may be shown: a level always, a number only while it is fresh enough."""

    level: StockLevel
    number: int | None
    as_of: datetime | None
    freshness: Freshness
    floor: int | None = None
    shelf: str | None = None


UNKNOWN_STOCK = ShownStock(level=StockLevel.ASK, number=None, as_of=None, freshness=Freshness.UNKNOWN)


def freshness(as_of: datetime, now: datetime) -> Freshness:
    """By age: live up to 5 minutes, recent up to 30, then old.

    A time in our future says that our clock is behind: the age is not known, and the number must not count as live.
    """
    age = now - as_of
    if age < -MAX_CLOCK_LEAD:
        return Freshness.OLD
    if age <= LIVE_MAX_AGE:
        return Freshness.LIVE
    return Freshness.RECENT if age <= RECENT_MAX_AGE else Freshness.OLD


def stock_level(available: int, low: int, fresh: Freshness) -> StockLevel:
    """In stock, few (at most `low`), or none. An old number decays to ASK unless it says none."""
    if available <= 0:
        return StockLevel.NONE
    if fresh in (Freshness.OLD, Freshness.UNKNOWN):
        return StockLevel.ASK
    return StockLevel.FEW if available <= low else StockLevel.IN_STOCK


class StockMoved(Fact, frozen=True, kw_only=True):
    """Goods came or went. HQ adds both numbers to its stock row and answers with `through_seq`."""

    TYPE = "stock.moved"
    ABOUT = ("staff", "causation")

    gtin: Gtin
    quantity: int  # pieces on hand: + came, - went
    reserved: int  # pieces set aside for orders
    reason: str  # `hand_over`, `undo`, …


@dataclass(frozen=True, slots=True, kw_only=True)
class UncountedMoves:
    """What the store did to a product that HQ has not counted: pieces on hand, and pieces set aside for orders."""

    quantity: int = 0
    reserved: int = 0


def available_pieces(row: StockRow, moved: UncountedMoves) -> int:
    """What can be sold: on hand minus reserved, as HQ counted them and as the store moved them since; never below 0."""
    return max(0, row.on_hand + moved.quantity - row.reserved - moved.reserved)


def moves_since_count(db: Database, box: BoxIdentity, row: StockRow) -> UncountedMoves:
    """The store's own movements that HQ has not counted into `row`; all of them when HQ counted another epoch."""
    through = box.counted(row.epoch, row.through_seq)
    found = first_row(
        db,
        "select coalesce(sum(quantity), 0), coalesce(sum(reserved), 0) from stock_moves where gtin = ? and fact > ?",
        (row.gtin, through),
    )
    return UncountedMoves(quantity=found[0], reserved=found[1]) if found else UncountedMoves()


def stock_here(db: Database, hq: Database, box: BoxIdentity, gtin: str, now: datetime, low: int) -> ShownStock:
    """The stock of a GTIN in this store, with the time of its count or report: a message from HQ makes no number younger.

    What the store moved since is in the number and not in its time: one bag sold does not count the shelf anew.
    """
    row = hq_replica.replica_row(hq, "stock", gtin, StockRow)
    if row is None:
        return UNKNOWN_STOCK
    fresh = freshness(row.as_of, now)
    count = available_pieces(row, moves_since_count(db, box, row))
    shown = stock_level(count, low, fresh)
    number = None if fresh is Freshness.OLD else count
    return ShownStock(level=shown, number=number, as_of=row.as_of, freshness=fresh, floor=row.floor, shelf=row.shelf)


def stock_nearby(hq: Database, gtin: str) -> NeighbourRow | None:
    """HQ's snapshot of the stores around, or None."""
    return hq_replica.replica_row(hq, "neighbours", gtin, NeighbourRow)


def move_stock(
    db: Database,
    box: BoxIdentity,
    gtin: str,
    moved: UncountedMoves,
    reason: str,
    now: Now,
    *,
    causation: str,
    staff: str | None = None,
) -> int:
    """Note goods that came (+) or went (-) inside the caller's transaction, and tell HQ; the fact's seq."""
    it = StockMoved(gtin=gtin, quantity=moved.quantity, reserved=moved.reserved, reason=reason)
    fact = tell(db, box, it, now, FactAttributes(staff=staff, causation=causation))
    db.conn.execute(
        "insert into stock_moves (gtin, quantity, reserved, reason, time, fact) values (?, ?, ?, ?, ?, ?)",
        (gtin, moved.quantity, moved.reserved, reason, now.text, fact),
    )
    return fact


STOCK_MOVES_TABLE = ExpiringTable(
    name="stock_moves",
    expired=f"""select t.rowid from stock_moves t join hq.stock q on q.key = t.gtin
                where {ROWID_IN_PAGE_SQL} and {COUNTED_BY_HQ_SQL}""",
)

STOCK_FEATURE = Feature(
    name="stock",
    facts=(StockMoved,),
    feeds=(Feed(name="stock", row=StockRow, key="gtin"), Feed(name="neighbours", row=NeighbourRow, key="gtin")),
    tables=(STOCK_MOVES_TABLE,),
)
