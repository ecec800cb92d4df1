"""Keeps the index of words up with the catalogue, some styles at a time, so that neither a scan nor a fact waits for it.

The index lies in hq.db, because sync alone writes that file: an entry is made in the transaction that takes its style off the
list of changed ones, so no crash parts them, and a replica that is rebuilt or replaced brings its list along. A file of its
own would need a cursor into hq.db, and would have to be thrown away whenever hq.db is.
"""

import math
import time
from collections.abc import Iterable

from sqlite_utils import Database

from edge.features.catalog import PRODUCTS_OF_STYLE_SQL, Product
from edge.features.search.entry import index_entry
from edge.features.search.words import words_of
from edge.features.stock import StockRow
from edge.platform.database import first_row, writing
from edge.replica import hq_replica

STEP_INTERVAL_S = 0.05  # seconds between two steps, so that a long build leaves most of a core to others
STEP_BUDGET_S = 0.01  # seconds after which a step begins no further style
STYLES_PER_STEP = 200  # styles that one step takes at most
PAGES_PER_MERGE = 8  # pages that FTS5 merges after a step: more than a step writes, so that segments do not pile up
SEARCH_TABLES = ("search_all", "search_here")


class SearchIndex:
    """The index of one replica."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._due = -math.inf

    def look(self, at: float) -> None:
        """Make the entries of some changed styles anew, if it is due (`at`: monotonic seconds)."""
        if at < self._due:
            return
        self._due = at + STEP_INTERVAL_S
        if changed := self.db.conn.execute(f"select style from search_changed limit {STYLES_PER_STEP}").fetchall():
            with writing(self.db):
                self._step(style for (style,) in changed)
            with writing(self.db):
                for table in SEARCH_TABLES:
                    self.db.conn.execute(f"insert into {table} ({table}, rank) values ('merge', {PAGES_PER_MERGE})")

    def _step(self, changed: Iterable[str]) -> None:
        until = time.monotonic() + STEP_BUDGET_S
        for style in changed:
            _make_entry(self.db, style)
            self.db.conn.execute("delete from search_changed where style = ?", (style,))
            if time.monotonic() > until:
                break


def _make_entry(db: Database, style: str) -> None:
    """The entry of a style as its rows are now; none if it has no product."""
    if old := first_row(db, "select id from search_styles where style = ?", (style,)):
        db.conn.execute("delete from search_styles where id = ?", old)
        for table in SEARCH_TABLES:
            db.conn.execute(f"delete from {table} where rowid = ?", old)
    products = hq_replica.rows_where(db, "catalog", Product, PRODUCTS_OF_STYLE_SQL, (style,))
    if not products:
        return
    entry, exact = index_entry(style, products), "".join(words_of(style))
    made = db.conn.execute("insert into search_styles (style, exact) values (?, ?)", (style, exact)).lastrowid
    for table in SEARCH_TABLES if _is_here(db, products) else SEARCH_TABLES[:1]:
        db.conn.execute(f"insert into {table} (rowid, name, more) values (?, ?, ?)", (made, entry.name, entry.more))


def _is_here(db: Database, products: Iterable[Product]) -> bool:
    """Whether HQ counts a piece in this store. What the store moved since is in the number that the page shows."""
    counted = (hq_replica.replica_row(db, "stock", product.gtin, StockRow) for product in products)
    return any(row.on_hand > 0 for row in counted if row)


def wipe_index(db: Database) -> None:
    """Empty it, inside the caller's transaction."""
    for table in ("search_changed", "search_styles"):
        db.conn.execute(f"delete from {table}")
    for table in SEARCH_TABLES:
        db.conn.execute(f"insert into {table} ({table}) values ('delete-all')")
