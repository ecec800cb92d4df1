"""A product's code on the desk: its rows made one, its date looked at, the product shown with what its label says."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from edge.codes.parse import parse_code
from edge.codes.parsed_code import AddOn, BookRow, Product
from edge.codes.retail import isbn_jp
from edge.config.station_role import SUPPORTED_ROLES
from edge.disk.load_shedding import record_view_or_count
from edge.facts.fact import Fact, FactAttributes, Gtin, Lane
from edge.features import catalog
from edge.features.feature import Feature, Feed
from edge.features.outcome import Outcome
from edge.features.product_label import PassedDate, ProductLabel, label_of_code, passed_date
from edge.platform.clock import business_day, utc_text
from edge.platform.database import rows, values
from edge.scan.context import ScanContext
from edge.scan.log import Scan

# A book's rows, a magazine's code and its add-on are read at once by a camera, or one after the other by hand.
JOIN_WINDOW = timedelta(seconds=10)
MAX_PARTS = 3  # a book has two rows, and may have an add-on beside them


class OuterPack(Struct, frozen=True, kw_only=True):
    """The outer pack whose code was read; the fact's product is the item in it."""

    gtin: Gtin
    pieces: Annotated[int, Meta(ge=2)]


class ProductScanned(Fact, frozen=True, kw_only=True):
    """A product's code was read.

    With `completes` it is the second row of the book or magazine that the fact before it names: not another view.
    """

    TYPE = "product.scanned"
    LANE = Lane.VIEWS
    ABOUT = ("station", "causation")

    gtin: Gtin
    known: bool  # in the catalogue as this box has it
    label: ProductLabel | None = None
    past: PassedDate | None = None  # a date of the label that is over
    unsure: bool = False  # the box's clock was unset: the screen did not say that it is over
    completes: bool = False
    case: OuterPack | None = None


class ProductShown(Outcome, frozen=True, kw_only=True, tag="product", omit_defaults=True):
    """A product of the catalogue, and what its label says of this one pack; `case_of` pieces if it is an outer pack."""

    gtin: str
    label: ProductLabel = ProductLabel()
    case_of: int | None = None


class ProductPast(Outcome, frozen=True, kw_only=True, tag="product_past"):
    """A pack whose date is over: no ordinary page. `known` is whether the catalogue has the product."""

    gtin: str
    label: ProductLabel
    past: PassedDate
    known: bool


class SecondRow(Outcome, frozen=True, kw_only=True, tag="second_row"):
    """The code below or beside a book's or magazine's own code was read first: its own code is still to come."""


class ProductUnknown(Outcome, frozen=True, kw_only=True, tag="product_unknown"):
    """A sound GTIN that HQ's catalogue does not have."""

    gtin: str


def answer_product_code(case: ScanContext, it: Product) -> Outcome:
    """The product, with what was read beside it a moment before."""
    whole, _ = _joined(it, list(_before(case))) if it.book or it.periodical else (it, False)
    return _shown(case, whole, completes=False)


def answer_second_row(case: ScanContext, it: BookRow | AddOn) -> Outcome:
    """A code beside or below a product's own code means nothing alone: it completes the product that was read just before."""
    before = list(_before(case))
    own = next((part for part in before if isinstance(part, Product)), None)
    if own is None:
        return SecondRow()
    whole, belongs = _joined(own, [it, *before])
    return _shown(case, whole, completes=True) if belongs else SecondRow()


def _joined(own: Product, parts: list[Product | BookRow | AddOn]) -> tuple[Product, bool]:
    """The product with the rows among those parts, newest first, and whether the newest is one of its own.

    Rows beyond another reading of a product's own code are that one's.
    """
    rows_of_it = itertools.takewhile(lambda part: part is own or not isinstance(part, Product), parts)
    whole, belongs = own, False
    for row in reversed(list(rows_of_it)):
        if row is not own:
            joined = isbn_jp.join_rows(whole, row)
            whole, belongs = joined or whole, joined is not None
    return whole, belongs


def _before(case: ScanContext) -> Iterator[Product | BookRow | AddOn]:
    """The codes read at this station a moment before, newest first: those of books and magazines, and those beside them."""
    shop, until = case.shop, case.moment.text
    since = utc_text(case.moment.time - JOIN_WINDOW)
    # the last ones whatever their time: asked for by time, a quiet station's whole past would be walked
    sql = "select log, scan, time, part from outcomes where station = ? order by seq desc limit ?"
    for row in rows(shop.db, sql, (case.scan.station, MAX_PARTS)):
        if row["part"] is None or not since <= row["time"] <= until:  # later: by a clock that has been set back since
            return
        for scan in values(shop.db, Scan, f"select * from {row['log']} where seq = ?", (row["scan"],)):
            meaning = parse_code(row["part"], aim=scan.aim, symbology=scan.symbology, rules=shop.policy.codes)
            # answered together after a pause, they may have been read hours apart
            if not since <= scan.time <= until or not isinstance(meaning, Product | BookRow | AddOn):
                return
            yield meaning


def _shown(case: ScanContext, it: Product, *, completes: bool) -> Outcome:
    """The product's page, or that its pack is past its date; HQ gets a fact in both cases.

    A clock that was never set does not say what day it is: no shopper is refused for the box's fault, and the fact says so.
    """
    shop, says = case.shop, label_of_code(it)
    found = catalog.product(shop.hq, it.gtin)
    sold = catalog.product_on_shelf(shop.hq, found) if found else None
    pieces = found.pieces if found and found.contains else None
    over = passed_date(says, business_day(case.moment.time, shop.config.zone, shop.config.store.day_starts))
    unsure = over is not None and case.moment.clock == "unset"
    gtin = sold.gtin if sold else it.gtin
    scanned = ProductScanned(
        gtin=gtin,
        known=sold is not None,
        label=says if says != ProductLabel() else None,
        past=over,
        unsure=unsure,
        completes=completes,
        case=OuterPack(gtin=it.gtin, pieces=pieces) if pieces else None,
    )
    about = FactAttributes(station=case.scan.station, causation=case.cause)
    record_view_or_count(shop.db, shop.box, scanned, case.moment, about)
    if over is not None and not unsure:
        return ProductPast(gtin=gtin, label=says, past=over, known=sold is not None)
    return ProductShown(gtin=gtin, label=says, case_of=pieces) if sold else ProductUnknown(gtin=gtin)


PRODUCT_FEATURE = Feature(
    name="product",
    answers={
        (SUPPORTED_ROLES, Product): answer_product_code,
        (SUPPORTED_ROLES, BookRow): answer_second_row,
        (SUPPORTED_ROLES, AddOn): answer_second_row,
    },
    outcomes=(ProductShown, ProductPast, SecondRow, ProductUnknown),
    facts=(ProductScanned,),
    feeds=(
        Feed(name="catalog", row=catalog.Product, key="gtin", same_for_all=True),
        Feed(name="content", row=catalog.Picture | catalog.Reviews | catalog.Category, same_for_all=True),
    ),
)
