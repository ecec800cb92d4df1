"""Rows of HQ's come into the mirror with their secrets keyed, and are as good there as they were."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from edge.crypto.data_key import DataKey
from edge.features.pickup.arrival import OrderOpened, PickupRefused
from edge.features.pickup.state_machine import State
from edge.features.staff.pin_check import PinCheckPool, hash_pin
from edge.features.staff.pin_locks import PinAttempt, WrongPin
from edge.features.staff.sessions import OpenedSession, Staff, all_staff, sign_in
from edge.platform.clock import now
from edge.platform.database import rows
from edge.platform.sqlite_file import key_of_connection
from edge.store_context import StoreContext
from sync.feeds.receiver import FeedReceiver
from sync.feeds.recheck import CHECK_INTERVAL_S, ReplicaRecheck
from sync.feeds.stored_form import with_keyed_secrets
from sync.protocol.digest import add_row, digest_text
from sync.protocol.messages import FeedHead, FeedPage, FeedRow, Head
from tests.edge import floor as builder
from tests.edge.floor import SECRET, order, scan, send

KEY = DataKey(b"k" * 32)
PIN = hash_pin("4826")
MORI = Staff(staff="s-1", name="森 あかり", mark="森", role="clerk", pin=PIN)
DIGEST = sha256(SECRET.encode()).hexdigest()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[StoreContext]:
    with builder.shop(tmp_path) as opened:
        yield opened


def told(floor: StoreContext, feed: str, key: str, row: object) -> FeedReceiver:
    """HQ sends a feed of one row, and its position."""
    feeds = FeedReceiver(floor.hq, lambda _want: True, lambda _fact: None)
    sent = FeedRow(key=key, version=1, body=msgspec.Raw(msgspec.json.encode(row)))
    feeds.on_rows(FeedPage(feed=feed, epoch="e", since=0, version=1, more=False), [sent], 0.0, now())
    head = FeedHead(epoch="e", version=1, rows=1, digest=digest_text(add_row(0, key, 1)))
    feeds.on_head("ginza", Head(feeds={feed: head}), 0.0, now())
    return feeds


def mirror(floor: StoreContext) -> str:
    """All that is there, as somebody reads it who has decrypted the file."""
    return str([list(floor.hq.table(name).rows) for name in floor.hq.table_names()])


def clerk(floor: StoreContext, pin: str) -> object:
    at = PinAttempt(staff="s-1", device="c1", station="c1")
    fits = PinCheckPool(key_of_connection(floor.hq.conn)).fits
    return sign_in(floor.db, floor.box, all_staff(floor.hq)[0], pin, at, now(), "c1", fits)


def test_a_pins_hash_is_sealed_as_it_comes_in_and_its_clerk_signs_in(floor: StoreContext) -> None:
    feeds = told(floor, "staff", "s-1", MORI)
    assert PIN not in mirror(floor)
    assert isinstance(clerk(floor, "4827"), WrongPin)
    assert isinstance(clerk(floor, "4826"), OpenedSession)
    assert feeds.whole("staff"), "HQ's digest and the mirror's are the same"


def test_an_orders_secret_is_compared_by_its_hmac(floor: StoreContext) -> None:
    feeds = told(floor, "orders", "o-1", order())
    assert DIGEST not in mirror(floor)
    assert scan(floor, "c1", f"noren:p:o-1:{SECRET}") == OrderOpened(order="o-1", number="4821")
    assert scan(floor, "c1", "noren:p:o-1:another") == PickupRefused(why="wrong_secret")
    assert feeds.whole("orders")


def test_what_is_loaded_anew_is_keyed_too_and_nothing_changes(floor: StoreContext) -> None:
    feeds = told(floor, "orders", "o-1", order())
    before = rows(floor.hq, "select * from orders")
    feeds.reload("orders", 0.0, now())
    sent = FeedRow(key="o-1", version=1, body=msgspec.Raw(msgspec.json.encode(order())))
    feeds.on_rows(FeedPage(feed="orders", epoch="e", since=0, version=1, more=False), [sent], 0.0, now())
    for at in range(5):
        feeds.send(float(at))
    assert feeds.whole("orders")
    assert rows(floor.hq, "select * from orders") == before
    assert DIGEST not in mirror(floor)


def test_rows_of_a_long_load_are_keyed_while_they_wait(floor: StoreContext) -> None:
    feeds = FeedReceiver(floor.hq, lambda _want: True, lambda _fact: None)
    sent = FeedRow(key="o-1", version=1, body=msgspec.Raw(msgspec.json.encode(order())))
    feeds.on_rows(FeedPage(feed="orders", epoch="e", since=0, version=1, more=True), [sent], 0.0, now())
    assert feeds.is_loading("orders")
    assert "o-1" in mirror(floor)
    assert DIGEST not in mirror(floor)


def test_what_an_older_noren_kept_as_it_came_is_keyed_after_the_update(floor: StoreContext) -> None:
    send(floor, "staff", "s-1", MORI)
    send(floor, "orders", "o-1", order())
    assert isinstance(clerk(floor, "4826"), OpenedSession), "a shop whose line is down goes on meanwhile"
    walk, at = ReplicaRecheck(floor.hq, lambda _fact: None), 0.0
    while not walk.done:
        at += CHECK_INTERVAL_S
        walk.look(at, lambda _feed: False)
    assert PIN not in mirror(floor)
    assert DIGEST not in mirror(floor)
    assert isinstance(clerk(floor, "4826"), OpenedSession)
    assert isinstance(scan(floor, "c1", f"noren:p:o-1:{SECRET}"), OrderOpened)
    assert [row["version"] for row in rows(floor.hq, "select version from orders")] == [1]


def test_a_row_that_is_set_aside_holds_no_hash_either(floor: StoreContext) -> None:
    told(floor, "staff", "s-1", {**msgspec.to_builtins(MORI), "role": "king"})
    (aside,) = rows(floor.hq, "select body from set_aside")
    assert "king" in aside["body"]
    assert PIN not in mirror(floor)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "null", '{"pin":7}', '{"secret_sha256":""}', '{"state":"placed"}']
)
def test_what_holds_no_secret_is_kept_as_it_came(text: str) -> None:
    for feed in ("staff", "orders", "catalog"):
        assert with_keyed_secrets(feed, text, KEY) == text


def test_a_box_without_a_key_keeps_what_hq_sends() -> None:
    text = msgspec.json.encode(order(state=State.READY)).decode()
    assert with_keyed_secrets("orders", text, None) == text
