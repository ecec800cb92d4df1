"""All that HQ sends the sample chain's three stores, and what to hold before their scanners."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from edge.policy import CheckIn, Pickup, Policy
from edge.stock import StockRow
from sync.hq.sample import goods, members, orders, people, stock
from sync.hq.sample.brand import BRAND, STORES, place, shop
from sync.hq.sample.cards import RULES
from sync.hq.sample.play import play

__all__ = ["STORES", "feeds", "play"]

ALL = "all"  # the scope of what is the same for every store
MILES = 10  # for a visit

Row = tuple[str, str, str, dict[str, Any]]  # feed, scope, key, body


def feeds(now: datetime) -> Iterator[Row]:
    """Every row of every feed: (feed, scope, key, body), scope "all" or a store's id, body as JSON would hold it.

    All times are told from `now` (aware). The same `now` gives the same rows but for the salt of the staff's PINs.
    """
    for feed, scope, key, body in _everything(now):
        yield feed, scope, key, msgspec.to_builtins(body)


def _everything(now: datetime) -> Iterator[tuple[str, str, str, msgspec.Struct]]:
    for one in STORES:
        yield "config", one.id, "policy", policy(one.id)
        for person in people.staff(one.id):
            yield "staff", one.id, person.staff, person
    for product in goods.products():
        yield "catalog", ALL, product.gtin, product
    for key, body in goods.content():
        yield "content", ALL, key, body
    for one in STORES:
        yield from _of_store(one.id, now)


def _of_store(store: str, now: datetime) -> Iterator[tuple[str, str, str, msgspec.Struct]]:
    rows: list[StockRow] = stock.rows(store, now)
    for row in rows:
        yield "stock", store, row.gtin, row
    for near in stock.neighbours(store, now):
        yield "neighbours", store, near.gtin, near
    for _, member in members.at_store(store):
        yield "members", store, member.member, member
    for order in orders.seen_by(store, now):
        yield "orders", store, order.order, order


def policy(store: str) -> Policy:
    """What HQ decides for a store."""
    return Policy(
        brand=BRAND,
        place=place(store),
        check_in=CheckIn(miles=MILES),
        pickup=Pickup(counter=shop(store).counter, promise_hours=int(orders.PROMISE.total_seconds() // 3600)),
        codes=RULES,
    )
