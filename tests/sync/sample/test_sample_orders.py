"""Orders in every state, promises kept and broken, and nothing of them at the wrong store."""

from datetime import UTC, datetime, timedelta

from edge.clock import parse_utc
from edge.pickup.life import OPEN, State
from edge.pickup.order import holds
from sync.hq.sample.brand import STORES, others
from sync.hq.sample.goods import products
from sync.hq.sample.members import at_store
from sync.hq.sample.orders import of_store, secret, seen_by

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_ginza_has_thirty_in_every_state_there_is() -> None:
    states = [order.state for order in of_store("ginza", NOON)]
    assert len(states) == 30
    assert set(states) == set(State)


def test_each_order_opens_with_its_own_secret_and_no_other() -> None:
    every = [order for shop in STORES for order in of_store(shop.id, NOON)]
    for order, next_one in zip(every, every[1:] + every[:1], strict=True):
        assert holds(order, secret(order.order))
        assert not holds(order, secret(next_one.order))


def test_no_secret_is_in_what_a_store_is_sent() -> None:
    for shop in STORES:
        for order in seen_by(shop.id, NOON):
            assert secret(order.order) not in str(order)


def test_open_orders_of_other_stores_come_as_stubs() -> None:
    for shop in STORES:
        stubs = [order for order in seen_by(shop.id, NOON) if order.store != shop.id]
        wanted = {order.order for other in others(shop.id) for order in of_store(other.id, NOON) if order.state in OPEN}
        assert {order.order for order in stubs} == wanted
        for stub in stubs:
            assert (stub.name, stub.lines, stub.secret_sha256, stub.member) == ("", [], "", None)


def test_numbers_are_four_digits_and_each_is_one_order_of_the_store() -> None:
    for shop in STORES:
        numbers = [order.number for order in of_store(shop.id, NOON)]
        assert len(set(numbers)) == len(numbers)
        assert all(len(number) == 4 and number.isdigit() for number in numbers)


def test_some_promises_are_broken_some_are_near_and_some_have_time() -> None:
    working = (State.PLACED, State.ACCEPTED, State.PICKING)
    left = [parse_utc(one.promise_at) - NOON for one in of_store("ginza", NOON) if one.state in working]
    assert any(one < timedelta() for one in left)
    assert any(timedelta() < one < timedelta(minutes=15) for one in left)
    assert any(one > timedelta(hours=1) for one in left)


def test_what_is_ready_is_held_and_lies_on_a_shelf() -> None:
    for order in of_store("ginza", NOON):
        if order.state is State.READY:
            assert parse_utc(order.hold_until) > NOON
            assert order.shelf


def test_lines_are_products_that_stores_have() -> None:
    known = {product.gtin for product in products() if not product.online_only}
    for shop in STORES:
        for order in of_store(shop.id, NOON):
            assert order.lines
            assert {line.gtin for line in order.lines} <= known
            assert [line.line for line in order.lines] == list(range(1, len(order.lines) + 1))


def test_a_members_order_is_at_a_store_that_knows_the_member() -> None:
    for shop in STORES:
        known = {row.member for _, row in at_store(shop.id)}
        assert {order.member for order in of_store(shop.id, NOON) if order.member} <= known
