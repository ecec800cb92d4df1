"""What HQ sends the sample chain is whole, true to its types, and the same at every run."""

import json
from collections import Counter
from datetime import UTC, datetime

from edge import catalog, stock
from edge.clock import now
from edge.shop import Shop
from edge.staff import Session, everyone, sign_in
from sync.hq.sample import chain
from sync.hq.sample.brand import BRAND
from sync.hq.sample.people import PEOPLE
from sync.kinds import fault

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def _told(moment: datetime) -> list[chain.Row]:
    return [row for row in chain.feeds(moment) if row[0] != "staff"]


def test_every_row_is_one_that_a_box_can_use(rows: list[chain.Row]) -> None:
    assert [(feed, key, why) for feed, _, key, body in rows if (why := fault(feed, key, json.dumps(body)))] == []


def test_no_key_comes_twice_in_a_feed_of_a_scope(rows: list[chain.Row]) -> None:
    assert max(Counter((feed, scope, key) for feed, scope, key, _ in rows).values()) == 1


def test_it_is_three_stores_with_three_hundred_products_in_sixty_styles(rows: list[chain.Row]) -> None:
    products = [body for feed, _, _, body in rows if feed == "catalog"]
    assert [one.id for one in chain.STORES] == ["ginza", "kichijoji", "yokohama"]
    assert len(products) == 300
    assert len({body["style"] for body in products}) == 60


def test_what_is_for_all_is_sent_once_and_the_rest_to_each_store(rows: list[chain.Row]) -> None:
    scopes = {feed: {scope for named, scope, _, _ in rows if named == feed} for feed, *_ in rows}
    stores = {one.id for one in chain.STORES}
    assert {feed for feed, found in scopes.items() if found == {"all"}} == {"catalog", "content"}
    assert {feed for feed, found in scopes.items() if found == stores} == {
        "config",
        "members",
        "neighbours",
        "orders",
        "staff",
        "stock",
    }


def test_the_same_moment_gives_the_same_rows() -> None:
    assert _told(NOON) == _told(NOON)


def test_another_moment_moves_the_times_and_nothing_else() -> None:
    for one, two in zip(_told(NOON), _told(NOON.replace(hour=9)), strict=True):
        assert one[:3] == two[:3]
        changed = {name for name in one[3] if one[3][name] != two[3][name]}
        assert changed <= {"as_of", "placed_at", "promise_at", "hold_until", "arrived_at", "handed_over_at"}


def test_a_shopper_can_browse_from_every_category_to_a_picture_and_reviews(ginza: Shop) -> None:
    doors = catalog.categories(ginza.hq)
    assert len(doors) == 8
    for door in doors:
        assert catalog.picture(ginza.hq, door.picture)
        for shown in catalog.in_category(ginza.hq, door.id):
            assert catalog.picture(ginza.hq, shown.picture)
            said = catalog.reviews(ginza.hq, shown.style)
            assert said
            assert len(said.latest) == 3
            assert all(review.text.en for review in said.latest)


def test_every_style_has_its_grid_of_colours_and_sizes_and_a_shelf(ginza: Shop) -> None:
    for door in catalog.categories(ginza.hq):
        for shown in catalog.in_category(ginza.hq, door.id):
            grid = catalog.of_style(ginza.hq, shown.style)
            assert len(grid) == len({one.colour.code for one in grid}) * len({one.size for one in grid})
            here = [stock.shelf(ginza.db, ginza.hq, ginza.box, one.gtin, now().time, 2) for one in grid]
            assert len({(one.floor, one.shelf) for one in here if one.shelf}) == 1


def test_the_store_knows_its_place_and_how_to_get_to_the_others(ginza: Shop) -> None:
    policy = ginza.policy
    assert policy.brand == BRAND
    assert policy.place.name.ja == "銀座店"
    assert [near.store for near in policy.place.neighbours] == ["kichijoji", "yokohama"]
    assert all(near.way.ja and near.way.en for near in policy.place.neighbours)


def test_staff_sign_in_with_the_pin_that_play_tells(ginza: Shop) -> None:
    assert len(everyone(ginza.hq)) == len(PEOPLE["ginza"])
    pins = {one["staff"]: one["pin"] for one in chain.play("ginza", NOON)["staff"]}
    for person in everyone(ginza.hq):
        opened = sign_in(ginza.db, ginza.box, person, pins[person.staff], "c1", now())
        assert isinstance(opened, Session)
