"""What features bring to the screens: each blueprint once, and none of its routes while the feature is off."""

import re

import msgspec
import pytest
from flask.testing import FlaskClient

from edge.config.policy import Pickup, Search
from edge.registry import FEATURES
from tests.ui.shop_floor import PIN, POLICY, Floor
from ui.app import BLUEPRINTS
from ui.features import registry
from ui.features.registry import UI_FEATURES
from ui.features.ui_feature import UiFeature
from ui.staff.staff_tab import ALL_ROLES, StaffTab

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


def tabs(client: FlaskClient) -> list[str]:
    page = client.get("/staff/counter-1/goods").text
    return re.findall(r'href="/staff/counter-1/?(\w*)"', page.partition("<nav")[2].partition("</nav>")[0])


def test_the_staffs_tabs_are_those_of_the_features_that_are_on(client: FlaskClient, floor: Floor) -> None:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    found = []
    for is_on in (True, False):
        floor.policy(msgspec.structs.replace(POLICY, pickup=Pickup(on=is_on)))
        found.append(tabs(client))
    assert found == [["work", "", "goods", "devices"], ["work", "goods", "devices"]]


def test_a_feature_adds_its_tab_where_it_says_and_who_may_not_see_it_has_none(
    client: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = (
        StaffTab(name="waiting", icon="key-round", endpoint="pins.runs", order=15, count=lambda _shop, _now: 7),
        StaffTab(name="orders", icon="package", endpoint="staff.find", order=1, roles=frozenset({"lead"})),
    )
    monkeypatch.setattr(registry, "UI_FEATURES", (*UI_FEATURES, UiFeature(feature=FEATURES[0], tabs=added)))
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert tabs(client) == ["work", "", "pins", "goods", "devices"]
    assert '<span class="dot num">7<' in client.get("/staff/counter-1/goods").text


def test_a_tab_has_words_a_page_and_a_place_of_its_own() -> None:
    declared = [tab for one in UI_FEATURES for tab in one.tabs]
    assert len({tab.name for tab in declared}) == len({tab.order for tab in declared}) == len(declared)
    assert {tab.roles <= ALL_ROLES for tab in declared} == {True}
