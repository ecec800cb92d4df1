"""Tasks of the shop floor: shoppers who call, and shelves on which a product was not found."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from edge.features import catalog
from edge.features.search import missed
from edge.platform.clock import parse_utc
from edge.platform.database import rows
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from ui.staff.task import Task, Urgency


def _station(shop: StoreContext, station: str) -> str | LocalizedText:
    known = shop.config.station(station)
    return known.name if known else station


def _product(shop: StoreContext, gtin: str) -> str | LocalizedText:
    known = catalog.product(shop.hq, gtin)
    return known.name if known else gtin.lstrip("0")


def call_tasks(shop: StoreContext, _now: datetime) -> Iterator[Task]:
    """Who calls: the product they were looking at if there was one, and where they stand."""
    sql = "select seq, station, time, gtin from staff_calls where answered is null order by seq"
    for row in rows(shop.db, sql):
        place = _station(shop, row["station"])
        yield Task(
            kind="call",
            icon="bell-ring",
            about=str(row["seq"]),
            title=_product(shop, row["gtin"]) if row["gtin"] else place,
            place=place if row["gtin"] else None,
            shelf=missed.shelf_of(shop.hq, row["gtin"]) if row["gtin"] else None,
            urgency=Urgency.WAITED_FOR,
            since=parse_utc(row["time"]),
            page=url_for("staff.one_of_goods", gtin=row["gtin"]) if row["gtin"] else None,
            press=url_for("staff.answer_call", seq=row["seq"], to="work"),
        )


def count_tasks(shop: StoreContext, _now: datetime) -> Iterator[Task]:
    """Products that a shopper could not find where they should be."""
    for one in missed.open_count_tasks(shop.db):
        yield Task(
            kind="count",
            icon="clipboard-list",
            about=str(one.seq),
            title=_product(shop, one.gtin),
            shelf=one.shelf,
            urgency=Urgency.LATER,
            since=parse_utc(one.time),
            page=url_for("staff.one_of_goods", gtin=one.gtin),
            press=url_for("work.counted", seq=one.seq),
        )
