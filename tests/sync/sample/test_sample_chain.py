"""What HQ sends the sample chain is whole, true to its types, and the same at every run."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from edge.features import catalog, stock
from edge.features.staff.pin_locks import PinAttempt
from edge.features.staff.sessions import OpenedSession, all_staff, sign_in
from edge.platform.clock import now
from edge.store_context import StoreContext
from sync.hq.sample.play import play_page_data
from sync.hq.sample.tables import SAMPLE_STORES, tables
from sync.hq.sample.tables import sample_policy as chain_policy
from sync.protocol.feed_types import row_fault
from tests.sync.sample.conftest import Row

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_every_row_is_one_that_a_box_can_use(rows: list[Row]) -> None:
    assert [(feed, key, why) for feed, _, key, body in rows if (why := row_fault(feed, key, json.dumps(body)))] == []


def test_no_key_comes_twice_in_a_feed_of_a_scope(rows: list[Row]) -> None:
    assert max(Counter((feed, scope, key) for feed, scope, key, _ in rows).values()) == 1


def test_it_is_three_stores_with_three_hundred_products_in_sixty_styles(rows: list[Row]) -> None:
    products = [body for feed, _, _, body in rows if feed == "catalog"]
    assert SAMPLE_STORES == ("ginza", "kichijoji", "yokohama")
    assert len(products) == 300
    assert len({body["style"] for body in products}) == 60


def test_what_is_for_all_is_sent_once_and_the_rest_to_each_store(rows: list[Row]) -> None:
    scopes = {feed: {scope for named, scope, _, _ in rows if named == feed} for feed, *_ in rows}
    stores = set(SAMPLE_STORES)
    assert {feed for feed, found in scopes.items() if found == {"all"}} == {"catalog", "content"}
    assert {feed for feed, found in scopes.items() if found == stores} == {
        "config",
        "members",
        "neighbours",
        "orders",
        "staff",
        "stock",
    }


def test_another_moment_moves_the_times_of_orders_and_nothing_else() -> None:
    later, moved = timedelta(hours=6), Counter[str]()
    for table in tables():
        for one, two in zip(table.items(NOON), table.items(NOON + later), strict=True):
            for name in (name for name in one.fields if one.fields[name] != two.fields[name]):
                moved[f"{table.word}.{name}"] += 1
                told = datetime.fromisoformat(two.fields[name]) - datetime.fromisoformat(one.fields[name])
                assert told == later
    assert set(moved) == {
        f"orders.{name}"
        for name in ("placed_at", "promise_at", "hold_until", "arrived_at", "handed_over_at", "cancelled_at")
    }


def test_a_shopper_can_browse_from_every_category_to_a_picture_and_reviews(ginza: StoreContext) -> None:
    doors = catalog.categories(ginza.hq)
    assert len(doors) == 8
    for door in doors:
        assert catalog.picture(ginza.hq, door.picture)
        for shown in catalog.one_product_per_style(ginza.hq, door.id):
            assert catalog.picture(ginza.hq, shown.picture)
            said = catalog.reviews(ginza.hq, shown.style)
            assert said
            assert len(said.latest) == 3
            assert all(review.text.en for review in said.latest)


def test_every_style_has_its_grid_of_colours_and_sizes_and_a_shelf(ginza: StoreContext) -> None:
    for door in catalog.categories(ginza.hq):
        for shown in catalog.one_product_per_style(ginza.hq, door.id):
            grid = catalog.products_of_style(ginza.hq, shown.style)
            assert len(grid) == len({one.colour.code for one in grid}) * len({one.size for one in grid})
            here = [stock.stock_here(ginza.db, ginza.hq, ginza.box, one.gtin, now().time, 2) for one in grid]
            assert len({(one.floor, one.shelf) for one in here if one.shelf}) == 1


def test_the_store_knows_its_place_and_how_to_get_to_the_others(ginza: StoreContext) -> None:
    policy = ginza.policy
    assert policy.brand == chain_policy("ginza").brand
    assert policy.place.name.ja == "銀座店"
    assert [near.store for near in policy.place.neighbours] == ["kichijoji", "yokohama"]
    assert all(near.way.ja and near.way.en for near in policy.place.neighbours)


def test_staff_sign_in_with_the_pin_that_play_tells(ginza: StoreContext) -> None:
    pins = {one["staff"]: one["pin"] for one in play_page_data("ginza")["staff"]}
    assert {one.staff for one in all_staff(ginza.hq)} == set(pins)
    for person in all_staff(ginza.hq):
        at = PinAttempt(staff=person.staff, device="c1", station="c1")
        opened = sign_in(ginza.db, ginza.box, person, pins[person.staff], at, now(), "c1")
        assert isinstance(opened, OpenedSession)
