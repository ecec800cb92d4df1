"""What features bring to the screens: each blueprint once, and none of its routes while the feature is off."""

import msgspec
from flask.testing import FlaskClient

from edge.config.policy import Pickup, Search
from edge.registry import FEATURES
from tests.ui.shop_floor import PIN, POLICY, Floor
from ui.app import BLUEPRINTS
from ui.features.registry import UI_FEATURES

ORDER_PAGE = "/staff/counter-1/order/o-4821"


def test_what_features_bring_is_brought_once_and_by_a_feature_of_the_store() -> None:
    brought = [blueprint.name for one in UI_FEATURES for blueprint in one.blueprints]
    assert len(set(brought)) == len(brought)
    assert set(brought).isdisjoint(blueprint.name for blueprint in BLUEPRINTS)
    assert {one.feature.name for one in UI_FEATURES} <= {feature.name for feature in FEATURES}


def test_a_route_of_a_feature_that_is_off_is_not_found_and_comes_back_with_it(
    client: FlaskClient, floor: Floor
) -> None:
    floor.order("4821")
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    found = []
    for is_on in (True, False, True):
        floor.policy(msgspec.structs.replace(POLICY, pickup=Pickup(on=is_on), search=Search(on=is_on)))
        found.append([client.get(page).status_code for page in (ORDER_PAGE, "/kiosk/kiosk-1/search")])
    assert found == [[200, 200], [404, 404], [200, 200]]


def test_what_the_store_keeps_has_its_pages_then_too(client: FlaskClient, floor: Floor) -> None:
    floor.policy(msgspec.structs.replace(POLICY, pickup=Pickup(on=False)))
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert client.get("/staff/counter-1/goods").status_code == 200
