"""Stock adds up: what is reserved is what open orders wait for, and the stores nearby get what can be sold."""

from collections import Counter
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
import pytest

from edge.features.catalog import Product
from edge.features.pickup.state_machine import State
from edge.features.stock import NeighbourRow, StockRow, UncountedMoves, available_pieces
from sync.hq.sample.orders import orders_of_store
from sync.hq.sample.tables import SAMPLE_STORES, table
from sync.protocol.topics import ALL_STORES
from tests.sync.sample.conftest import Row

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WAITING = {State.PLACED, State.ACCEPTED, State.PICKING, State.READY, State.ARRIVED, State.NO_SHOW}
FLOORS = {"ginza": 3, "kichijoji": 2, "yokohama": 1}

T = TypeVar("T")


def _of(rows: list[Row], name: str, store: str, kind: type[T]) -> list[T]:
    return [msgspec.convert(body, kind) for feed, scope, _, body in rows if (feed, scope) == (name, store)]


@pytest.fixture(scope="module")
def stock(rows: list[Row]) -> dict[str, list[StockRow]]:
    return {store: _of(rows, "stock", store, StockRow) for store in SAMPLE_STORES}


@pytest.fixture(scope="module")
def near(rows: list[Row]) -> dict[str, list[NeighbourRow]]:
    return {store: _of(rows, "neighbours", store, NeighbourRow) for store in SAMPLE_STORES}


def test_every_product_sold_in_stores_has_a_row_in_each(
    stock: dict[str, list[StockRow]], near: dict[str, list[NeighbourRow]]
) -> None:
    sold = {product.gtin for product in table("catalogue", ALL_STORES, Product) if not product.online_only}
    for store in SAMPLE_STORES:
        assert {row.gtin for row in stock[store]} == sold
        assert {row.gtin for row in near[store]} == sold


def test_what_is_reserved_is_what_orders_wait_for(stock: dict[str, list[StockRow]]) -> None:
    for store in SAMPLE_STORES:
        wanted: Counter[str] = Counter()
        for order in orders_of_store(store, NOON):
            if order.state in WAITING:
                wanted.update({line.gtin: line.quantity for line in order.lines})
        assert {row.gtin: row.reserved for row in stock[store] if row.reserved} == wanted


def test_nothing_is_promised_that_is_not_there(stock: dict[str, list[StockRow]]) -> None:
    assert all(row.on_hand >= row.reserved for store in SAMPLE_STORES for row in stock[store])


def test_some_are_gone_some_are_few_and_most_are_there(stock: dict[str, list[StockRow]]) -> None:
    for store in SAMPLE_STORES:
        counts = Counter(min(available_pieces(row, UncountedMoves()), 3) for row in stock[store])
        assert counts[0] >= 15
        assert counts[1] + counts[2] >= 15
        assert counts[3] >= 150


def test_the_neighbours_are_told_what_a_store_can_sell(
    stock: dict[str, list[StockRow]], near: dict[str, list[NeighbourRow]]
) -> None:
    free = {
        store: {row.gtin: available_pieces(row, UncountedMoves()) for row in stock[store]} for store in SAMPLE_STORES
    }
    for store in SAMPLE_STORES:
        for row in near[store]:
            assert {other.store for other in row.stores} == set(free) - {store}
            assert all(other.on_hand == free[other.store][row.gtin] for other in row.stores)


def test_shelves_are_on_floors_the_store_has(stock: dict[str, list[StockRow]]) -> None:
    for store in SAMPLE_STORES:
        assert {row.floor for row in stock[store]} == set(range(1, FLOORS[store] + 1))
