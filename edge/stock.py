"""How many are here: HQ's last word, and what the store has done that HQ has not yet counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlite_utils import Database

from edge import mirror
from edge.clock import Now, parse_utc
from edge.journal import Box, Fact, tell
from edge.store import one

LIVE = timedelta(minutes=5)
RECENT = timedelta(minutes=30)  # experience.md rule 18: over 30 minutes old, no number is shown


class StockRow(Struct, frozen=True, kw_only=True):
    """A row of the `stock` feed (per store); its key is the GTIN-14.

    `through_seq` is the last fact of lane STORE of `epoch` that HQ has counted into `on_hand`.
    """

    gtin: str
    on_hand: int
    reserved: int = 0
    epoch: str = ""
    through_seq: int = 0
    as_of: str
    floor: int | None = None
    shelf: str | None = None  # `B-14`


class NeighbourStock(Struct, frozen=True, kw_only=True):
    """What another store had when HQ last looked."""

    store: str
    on_hand: int


class NeighbourRow(Struct, frozen=True, kw_only=True):
    """A row of the `neighbours` feed (per store); its key is the GTIN-14."""

    gtin: str
    as_of: str
    stores: list[NeighbourStock]


class Freshness(StrEnum):
    LIVE = "live"
    RECENT = "recent"
    OLD = "old"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """The words a shopper reads: 在庫あり, 残りわずか, 在庫なし, and what is too old to say."""

    IN_STOCK = "in_stock"
    FEW = "few"
    NONE = "none"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A product's stock as it may be shown: a level always, a number only while it is fresh enough."""

    level: Level
    number: int | None
    as_of: datetime | None
    freshness: Freshness
    floor: int | None = None
    shelf: str | None = None


NOTHING_KNOWN = Shelf(level=Level.ASK, number=None, as_of=None, freshness=Freshness.UNKNOWN)


def freshness(as_of: datetime, now: datetime) -> Freshness:
    """By age: live up to 5 minutes, recent up to 30, then old."""
    age = now - as_of
    if age <= LIVE:
        return Freshness.LIVE
    return Freshness.RECENT if age <= RECENT else Freshness.OLD


def level(available: int, low: int, fresh: Freshness) -> Level:
    """In stock, few (at most `low`), or none. An old number decays to ASK unless it says none."""
    if available <= 0:
        return Level.NONE
    if fresh in (Freshness.OLD, Freshness.UNKNOWN):
        return Level.ASK
    return Level.FEW if available <= low else Level.IN_STOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What the store did to a product that HQ has not counted: pieces on hand, and pieces set aside for orders."""

    quantity: int = 0
    reserved: int = 0


def available(row: StockRow, moved: Moved) -> int:
    """What can be sold: on hand minus reserved, as HQ counted them and as the store moved them since; never below 0."""
    return max(0, row.on_hand + moved.quantity - row.reserved - moved.reserved)


def moved_since(db: Database, box: Box, row: StockRow) -> Moved:
    """The store's own movements that HQ has not counted into `row`; all of them when HQ counted another epoch."""
    through = box.counted(row.epoch, row.through_seq)
    found = one(
        db,
        "select coalesce(sum(quantity), 0), coalesce(sum(reserved), 0) from stock_moves where gtin = ? and fact > ?",
        (row.gtin, through),
    )
    return Moved(quantity=found[0], reserved=found[1]) if found else Moved()


def shelf(db: Database, hq: Database, box: Box, gtin: str, now: datetime, low: int) -> Shelf:
    """The stock of a GTIN in this store.

    While HQ is heard and the mirror is complete, HQ's silence about a row means that it still holds: its number is then
    as of the moment HQ was last heard, and ages from there when the line falls.
    """
    row = mirror.row(hq, "stock", gtin, StockRow)
    if row is None:
        return NOTHING_KNOWN
    as_of = max(parse_utc(row.as_of), mirror.complete_at(db) or parse_utc(row.as_of))
    fresh = freshness(as_of, now)
    count = available(row, moved_since(db, box, row))
    shown = level(count, low, fresh)
    number = None if fresh is Freshness.OLD else count
    return Shelf(level=shown, number=number, as_of=as_of, freshness=fresh, floor=row.floor, shelf=row.shelf)


def nearby(hq: Database, gtin: str) -> NeighbourRow | None:
    """HQ's snapshot of the stores around, or None."""
    return mirror.row(hq, "neighbours", gtin, NeighbourRow)


def move(
    db: Database, box: Box, gtin: str, moved: Moved, reason: str, now: Now, *, causation: str, staff: str | None = None
) -> int:
    """Note goods that came (+) or went (-) inside the caller's transaction, and tell HQ; the fact's seq."""
    data = {"gtin": gtin, "quantity": moved.quantity, "reserved": moved.reserved, "reason": reason}
    fact = tell(db, box, Fact(kind="stock.moved", data=data, causation=causation, staff=staff), now)
    db.conn.execute(
        "insert into stock_moves (gtin, quantity, reserved, reason, time, fact) values (?, ?, ?, ?, ?, ?)",
        (gtin, moved.quantity, moved.reserved, reason, now.text, fact),
    )
    return fact
