"""Stock adds up: what is reserved is what open orders wait for, and the neighbours are told what can be sold."""

from collections import Counter
from datetime import UTC, datetime

from edge.pickup.life import State
from edge.stock import Moved, available
from sync.hq.sample.brand import STORES, shop
from sync.hq.sample.goods import products
from sync.hq.sample.orders import of_store
from sync.hq.sample.stock import neighbours, rows

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WAITING = {State.PLACED, State.ACCEPTED, State.PICKING, State.READY, State.ARRIVED, State.NO_SHOW}


def test_every_product_sold_in_stores_has_a_row_in_each() -> None:
    sold = {product.gtin for product in products() if not product.online_only}
    for one in STORES:
        assert {row.gtin for row in rows(one.id, NOON)} == sold
        assert {row.gtin for row in neighbours(one.id, NOON)} == sold


def test_what_is_reserved_is_what_orders_wait_for() -> None:
    for one in STORES:
        wanted: Counter[str] = Counter()
        for order in of_store(one.id, NOON):
            if order.state in WAITING:
                wanted.update({line.gtin: line.quantity for line in order.lines})
        assert {row.gtin: row.reserved for row in rows(one.id, NOON) if row.reserved} == wanted


def test_nothing_is_promised_that_is_not_there() -> None:
    assert all(row.on_hand >= row.reserved for one in STORES for row in rows(one.id, NOON))


def test_some_are_gone_some_are_few_and_most_are_there() -> None:
    for one in STORES:
        counts = Counter(min(available(row, Moved()), 3) for row in rows(one.id, NOON))
        assert counts[0] >= 15
        assert counts[1] + counts[2] >= 15
        assert counts[3] >= 150


def test_the_neighbours_are_told_what_a_store_can_sell() -> None:
    free = {one.id: {row.gtin: available(row, Moved()) for row in rows(one.id, NOON)} for one in STORES}
    for one in STORES:
        for row in neighbours(one.id, NOON):
            assert {near.store for near in row.stores} == set(free) - {one.id}
            assert all(near.on_hand == free[near.store][row.gtin] for near in row.stores)


def test_shelves_are_on_floors_the_store_has() -> None:
    for one in STORES:
        assert {row.floor for row in rows(one.id, NOON)} <= set(range(1, shop(one.id).floors + 1))
