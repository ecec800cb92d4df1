"""The registry: what features declare is all there is, two of one claim are an error that names them, and off means not there."""

import pytest

from edge import registry, scan_dispatch
from edge.codes import parsed_code
from edge.codes.parsed_code import OrderLabel, PickupCode, Product, StaffBadge, Unknown
from edge.config.policy import Pickup, Policy
from edge.config.station_role import SHOPPER_ROLES, STAFF_ROLES, SUPPORTED_ROLES, UNSUPPORTED_ROLES, Role
from edge.features.feature import Feature, Feed, ScanAnswer
from edge.features.outcome import NotHere, Outcome
from edge.features.pickup.arrival import PickupArrived
from edge.features.pickup.state_machine import State
from edge.features.product import answer_product_code, answer_second_row
from edge.features.stock import NeighbourRow
from edge.platform.database import rows
from edge.platform.replica_schema.migrations import FEED_TABLES as TABLES
from edge.store_context import StoreContext
from tests.edge.floor import SECRET, last, order, scan, send
from tests.support.kept_config import keep

CODE = f"noren:p:o-1:{SECRET}"


def test_two_features_that_answer_the_same_code_at_the_same_role_are_an_error_that_names_both() -> None:
    claim = Feature(name="bargain", answers={(frozenset({Role.KIOSK}), Product): answer_product_code})
    with pytest.raises(ValueError, match="Product at kiosk is answered by both product and bargain"):
        scan_dispatch.dispatch_table([*registry.FEATURES, claim])


def test_a_feature_that_answers_the_same_code_twice_at_a_role_is_an_error_too() -> None:
    twice: dict[tuple[frozenset[Role], type], ScanAnswer] = {
        (SHOPPER_ROLES, Product): answer_product_code,
        (frozenset({Role.KIOSK}), Product): answer_second_row,
    }
    with pytest.raises(ValueError, match="Product at kiosk is answered by both one and one"):
        scan_dispatch.dispatch_table([Feature(name="one", answers=twice)])


def test_two_outcomes_of_one_kind_are_an_error_that_names_both() -> None:
    class OnlyShown(Outcome, frozen=True, kw_only=True, tag="product"):
        """Another outcome under the kind of ProductShown."""

    with pytest.raises(ValueError, match=r"product is both ProductShown and .*OnlyShown"):
        registry.outcomes_by_kind([*registry.OUTCOMES.values(), OnlyShown])


def test_the_log_of_outcomes_is_read_with_what_features_declare(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order(state=State.READY))
    seen = scan(floor, "k1", CODE)
    assert isinstance(seen, PickupArrived)
    assert registry.decode_outcome(last(floor)) == seen
    assert {type(seen), NotHere} <= set(registry.OUTCOMES.values())


def test_the_same_code_may_be_answered_by_one_feature_at_the_kiosk_and_by_another_at_the_counter() -> None:
    shoppers = Feature(name="one", answers={(SHOPPER_ROLES, Product): answer_product_code})
    staff = Feature(name="two", answers={(STAFF_ROLES, Product): answer_product_code})
    assert set(scan_dispatch.dispatch_table([shoppers, staff])) == {(role, Product) for role in SUPPORTED_ROLES}


def test_features_have_names_of_their_own() -> None:
    names = [feature.name for feature in registry.FEATURES]
    assert len(set(names)) == len(names)


def test_a_badge_counts_at_staff_stations_only_and_nothing_at_a_station_that_is_not_served() -> None:
    assert {role for role, code in registry.ANSWER_TABLE if code is StaffBadge} == STAFF_ROLES
    assert {role for role, _ in registry.ANSWER_TABLE}.isdisjoint(UNSUPPORTED_ROLES)
    assert {role for role, code in registry.ANSWER_TABLE if code is PickupCode} == SUPPORTED_ROLES


def test_a_feature_answers_only_what_a_code_can_be() -> None:
    meanings = set(parsed_code.Meaning.__args__) - {Unknown}
    assert {code for _, code in registry.ANSWER_TABLE} <= meanings


def test_what_hqs_policy_has_off_is_not_in_the_table() -> None:
    on, off = (registry.answers_in_force(Policy(pickup=Pickup(on=on))) for on in (True, False))
    of_pickup = {(role, PickupCode) for role in SUPPORTED_ROLES} | {(role, OrderLabel) for role in STAFF_ROLES}
    assert set(on) - set(off) == of_pickup
    assert on.items() <= registry.ANSWER_TABLE.items()  # all of them, but for features that are off unless HQ says so


def test_a_pickup_code_is_answered_while_pickup_is_on_and_its_orders_stay_while_it_is_off(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order(state=State.READY))
    keep(floor.db, Policy(pickup=Pickup(on=False)))
    assert scan(floor, "k1", CODE) == NotHere(what="PickupCode")
    assert rows(floor.hq, "select key from orders") == [{"key": "o-1"}]
    keep(floor.db, Policy(pickup=Pickup(on=True)))
    assert isinstance(scan(floor, "k1", CODE), PickupArrived)


def test_two_features_that_say_different_things_of_a_feed_are_an_error() -> None:
    other = Feed(name="stock", row=NeighbourRow, key="gtin")
    with pytest.raises(ValueError, match="the feed stock has rows of both"):
        registry.feeds_by_name([*registry.FEEDS.values(), other])


def test_every_feed_that_is_read_has_a_table_and_names_a_field_of_its_rows() -> None:
    assert set(registry.FEEDS) <= set(TABLES)
    for feed in registry.FEEDS.values():
        assert not feed.key or feed.key in feed.row.__struct_fields__, feed.name
