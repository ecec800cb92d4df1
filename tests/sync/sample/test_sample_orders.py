"""Orders in every state, promises kept and broken, and nothing of them at the wrong store."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from edge.crypto.data_key import DataKey
from edge.features.catalog import Product
from edge.features.pickup.order import OrderRow, ReplicaOrder, matches_secret
from edge.features.pickup.state_machine import OPEN_STATES, State
from sync.feeds.stored_form import with_keyed_secrets
from sync.hq.sample.keys import pickup_secret as secret
from sync.hq.sample.members import people_of_store
from sync.hq.sample.orders import orders_of_store
from sync.hq.sample.tables import SAMPLE_STORES, table
from sync.protocol.topics import ALL_STORES
from tests.sync.sample.conftest import Row

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_ginza_has_thirty_in_every_state_there_is() -> None:
    states = [order.state for order in orders_of_store("ginza", NOON)]
    assert len(states) == 30
    assert set(states) == set(State)


def test_one_may_be_handed_over_in_part_and_for_one_another_colour_counts_too() -> None:
    every = orders_of_store("ginza", NOON)
    (partial,) = [order for order in every if order.partial]
    assert sum(line.quantity for line in partial.lines) > 1
    ((ordered, instead),) = [line.accepted for order in every for line in order.lines if line.substitutes]
    styles = {one.gtin: one.style for one in table("catalogue", ALL_STORES, Product)}
    assert styles[ordered] == styles[instead]


def kept(order: OrderRow, key: DataKey | None) -> ReplicaOrder:
    """The row as a store's mirror has it."""
    return msgspec.json.decode(
        with_keyed_secrets("orders", msgspec.json.encode(order).decode(), key), type=ReplicaOrder
    )


@pytest.mark.parametrize("key", [None, DataKey(bytes(32))])
def test_each_order_opens_with_its_own_secret_and_no_other(key: DataKey | None) -> None:
    every = [kept(order, key) for store in SAMPLE_STORES for order in orders_of_store(store, NOON)]
    for order, next_one in zip(every, every[1:] + every[:1], strict=True):
        assert matches_secret(order, secret(order.order), key)
        assert not matches_secret(order, secret(next_one.order), key)


def seen_by(rows: list[Row], store: str) -> list[OrderRow]:
    """What a store is sent."""
    return [msgspec.convert(body, OrderRow) for feed, scope, _, body in rows if (feed, scope) == ("orders", store)]


def test_no_secret_is_in_what_a_store_is_sent(rows: list[Row]) -> None:
    for store in SAMPLE_STORES:
        assert seen_by(rows, store)
        for order in seen_by(rows, store):
            assert secret(order.order) not in str(order)


def test_open_orders_of_other_stores_come_as_stubs(rows: list[Row]) -> None:
    for store in SAMPLE_STORES:
        stubs = [order for order in seen_by(rows, store) if order.store != store]
        others = [order for other in SAMPLE_STORES if other != store for order in orders_of_store(other, NOON)]
        wanted = {order.order for order in others if order.state in OPEN_STATES}
        assert {order.order for order in stubs} == wanted
        for stub in stubs:
            assert (stub.name, stub.lines, stub.secret_sha256, stub.member) == ("", [], "", None)


def test_numbers_are_four_digits_and_each_is_one_order_of_the_store() -> None:
    for store in SAMPLE_STORES:
        numbers = [order.number for order in orders_of_store(store, NOON)]
        assert len(set(numbers)) == len(numbers)
        assert all(len(number) == 4 and number.isdigit() for number in numbers)


def test_some_promises_are_broken_some_are_near_and_some_have_time() -> None:
    working = (State.PLACED, State.ACCEPTED, State.PICKING)
    left = [one.promise_at - NOON for one in orders_of_store("ginza", NOON) if one.promise_at and one.state in working]
    assert any(one < timedelta() for one in left)
    assert any(timedelta() < one < timedelta(minutes=15) for one in left)
    assert any(one > timedelta(hours=1) for one in left)


def test_what_is_ready_is_held_and_lies_on_a_shelf() -> None:
    for order in orders_of_store("ginza", NOON):
        if order.state is State.READY:
            assert order.hold_until
            assert order.hold_until > NOON
            assert order.shelf


def test_lines_are_products_that_stores_have() -> None:
    known = {product.gtin for product in table("catalogue", ALL_STORES, Product) if not product.online_only}
    for store in SAMPLE_STORES:
        for order in orders_of_store(store, NOON):
            assert order.lines
            assert {line.gtin for line in order.lines} <= known
            assert [line.line for line in order.lines] == list(range(1, len(order.lines) + 1))


def test_a_members_order_is_at_a_store_that_knows_the_member() -> None:
    for store in SAMPLE_STORES:
        known = {row.member for row in people_of_store(store)}
        assert {order.member for order in orders_of_store(store, NOON) if order.member} <= known
