"""Questions of a store that HQ answers from its own rows while the shopper waits."""

import secrets
from collections.abc import Sequence

import msgspec
from msgspec import Raw
from sqlite_utils import Database

from edge.member import Member
from edge.stock import NeighbourStock, StockRow
from edge.store import one, rows, writing
from sync.headers import Ask
from sync.hq import feed
from sync.topics import ALL

MEMBERS = "members"


def answer(db: Database, store: str, ask: Ask) -> list[Raw]:
    """The rows of an answer; none where HQ does not know.

    `stock` {gtin}: NeighbourStock of every other store that keeps it, as HQ has counted it now.
    `member` {card}: Member under the name this store shall know them by, where a card `issuer:number` is a member's. One
    that this store has not heard of is sent to it from now on.
    """
    match ask.question:
        case "stock":
            return _raw(_elsewhere(db, store, ask.args.get("gtin", "")))
        case "member":
            return _raw(_member(db, store, ask.args.get("card", "")))
        case _:
            return []


def _raw(found: Sequence[object]) -> list[Raw]:
    return [Raw(msgspec.json.encode(row)) for row in found]


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


def _member(db: Database, store: str, card: str) -> list[Member]:
    """The member as this store knows them, else as another store does."""
    row = one(
        db,
        "select scope, member from cards where code = ? order by scope <> ?, scope limit 1",
        (card, store),
    )
    text = feed.body(db, MEMBERS, *row) if row else None
    if row is None or text is None:
        return []
    known = msgspec.json.decode(text, type=Member)
    return [known if row[0] == store else _introduce(db, store, card, known)]


def _introduce(db: Database, store: str, card: str, known: Member) -> Member:
    """Let a store know a member it has not met, under a name of its own: from one store's nobody can tell another's."""
    new = msgspec.structs.replace(known, member=f"m-{secrets.token_hex(8)}")
    with writing(db):
        met = one(db, "select member from cards where code = ? and scope = ?", (card, store))
        if met:  # another worker was first
            return msgspec.json.decode(feed.body(db, MEMBERS, store, met[0]) or "null", type=Member)
        feed.put(db, MEMBERS, store, [(new.member, msgspec.json.encode(new).decode())])
    return new
