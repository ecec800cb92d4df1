"""Questions of a store that HQ answers from its own rows while the shopper waits."""

import msgspec
from msgspec import Raw
from sqlite_utils import Database

from edge.stock import NeighbourStock, StockRow
from edge.store import rows
from sync.headers import Ask
from sync.topics import ALL


def answer(db: Database, store: str, ask: Ask) -> list[Raw]:
    """The rows of an answer; none where HQ does not know.

    `stock` {gtin}: NeighbourStock of every other store that keeps it, as HQ has counted it now.
    """
    match ask.question:
        case "stock":
            return [Raw(msgspec.json.encode(near)) for near in _elsewhere(db, store, ask.args.get("gtin", ""))]
        case _:
            return []


def _elsewhere(db: Database, store: str, gtin: str) -> list[NeighbourStock]:
    found = rows(
        db,
        """select rows.scope, rows.body from heads join rows using (feed, scope)
           where heads.feed = 'stock' and heads.scope not in (?, ?) and rows.key = ? and rows.body is not null
           order by rows.scope""",
        (store, ALL, gtin),
    )
    near = [(row["scope"], msgspec.json.decode(row["body"], type=StockRow)) for row in found]
    return [NeighbourStock(store=scope, on_hand=max(0, row.on_hand - row.reserved)) for scope, row in near]
