"""Two clerks, one order: whoever begins to pick it has claimed it, and another one takes it over knowingly or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from edge.config.station_role import Role
from edge.config.toml_schema import Station
from edge.features.pickup.order import OrderLine, find_order
from edge.features.pickup.state_machine import State
from edge.features.staff.sessions import IDLE_TIMEOUT, Staff
from edge.platform.database import first_row
from edge.replica import hq_replica
from edge.validation.localized_text import LocalizedText
from tests.edge.floor import facts
from tests.ui.shop_floor import PIN, SHIRT_M, Floor, gtin14, tick
from ui.staff.form_key import new_form_key

TWO = [OrderLine(line=1, gtin=SHIRT_M), OrderLine(line=2, gtin=gtin14(101))]


@pytest.fixture
def two(floor: Floor, client: FlaskClient) -> tuple[FlaskClient, FlaskClient]:
    """s-1 at counter-1 and s-2 at counter-2, and a new order 4821 of two pieces."""
    floor.config.stations.append(Station(id="counter-2", role=Role.COUNTER, name=LocalizedText(ja="奥のカウンター")))
    person = hq_replica.replica_row(floor.hq, "staff", "s-1", Staff)
    assert person is not None
    floor.feed("staff", "s-2", Staff(staff="s-2", name="林 あおい", mark="林", role="clerk", pin=person.pin))
    floor.order("4821", State.PLACED, lines=TWO)
    other = client.application.test_client()
    other.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    other.post("/staff/counter-2/login", data={"staff": "s-2", "pin": PIN})
    return client, other


def press(clerk: FlaskClient, station: str, action: str, **form: str) -> str:
    address = f"/staff/{station}/order/o-4821/{action}"
    return clerk.post(address, data={"key": new_form_key(), **form}, follow_redirects=True).text


def state(floor: Floor) -> State:
    found = find_order(floor.db, floor.hq, floor.box, "o-4821")
    assert found is not None
    return found.state


def test_who_begins_to_pick_is_shown_on_the_list_and_on_the_order_to_others(
    two: tuple[FlaskClient, FlaskClient],
) -> None:
    mine, other = two
    press(mine, "counter-1", "pick")
    listed = other.get("/staff/counter-2/list/prepare").text
    assert "s-1 が準備中" in listed
    assert "カウンター" in listed
    page = other.get("/staff/counter-2/order/o-4821").text
    assert "準備を引き継ぐ" in page
    assert "data-tick=" not in page
    assert 'id="ready"' not in page
    assert "準備を引き継ぐ" not in mine.get("/staff/counter-1/order/o-4821").text


def test_another_clerk_can_neither_tick_nor_end_it_without_taking_it_over(
    floor: Floor, two: tuple[FlaskClient, FlaskClient]
) -> None:
    mine, other = two
    press(mine, "counter-1", "pick")
    tick(mine, "o-4821", "1-1", "2-1")
    assert tick(other, "o-4821", "1-1", station="counter-2").status_code == 303
    for action, form in (("ready", {"shelf": "A-1"}), ("short", {"reason": "sold", "missing": "1-1"})):
        press(other, "counter-2", action, **form)
        assert state(floor) is State.PICKING
    press(mine, "counter-1", "ready", shelf="A-1")
    assert state(floor) is State.READY


def test_a_take_over_is_told_once_and_the_first_clerk_learns_of_it(
    floor: Floor, two: tuple[FlaskClient, FlaskClient]
) -> None:
    mine, other = two
    press(mine, "counter-1", "pick")
    tick(mine, "o-4821", "1-1", "2-1")
    for _ in range(2):
        press(other, "counter-2", "take-over", **{"from": "s-1"})
    (told,) = facts(floor.shop, "pickup.taken_over")
    assert (told["staff"], told["station"]) == ("s-2", "counter-2")
    assert told["data"] == {"order": "o-4821", "number": "4821", "taken_from": "s-1"}
    assert "ほかの人が準備しています" in press(mine, "counter-1", "ready", shelf="A-1")
    assert "社員番号 s-2" in mine.get("/staff/counter-1/order/o-4821").text
    assert state(floor) is State.PICKING
    tick(other, "o-4821", "1-1", "2-1", station="counter-2")
    press(other, "counter-2", "ready", shelf="A-1")
    assert state(floor) is State.READY


def test_a_take_over_from_somebody_who_no_longer_has_it_changes_nothing(
    floor: Floor, two: tuple[FlaskClient, FlaskClient]
) -> None:
    mine, other = two
    press(mine, "counter-1", "pick")
    press(other, "counter-2", "take-over", **{"from": "s-9"})
    assert facts(floor.shop, "pickup.taken_over") == []
    assert "準備を引き継ぐ" in other.get("/staff/counter-2/order/o-4821").text


def test_a_claim_says_that_its_clerk_has_left(two: tuple[FlaskClient, FlaskClient]) -> None:
    mine, other = two
    press(mine, "counter-1", "pick")
    mine.post("/staff/counter-1/lock")
    assert "s-1（離席）" in other.get("/staff/counter-2/list/prepare").text
    assert "いまは端末から離れています" in other.get("/staff/counter-2/order/o-4821").text


def test_a_claim_says_that_its_clerk_has_touched_nothing(two: tuple[FlaskClient, FlaskClient]) -> None:
    mine, other = two
    press(mine, "counter-1", "pick")
    with time_machine.travel(datetime.now(UTC) + IDLE_TIMEOUT + timedelta(seconds=5)):
        other.post("/staff/counter-2/login", data={"staff": "s-2", "pin": PIN})
        assert "s-1（操作なし）" in other.get("/staff/counter-2/list/prepare").text


def test_the_same_clerk_on_another_device_goes_on_without_taking_over(two: tuple[FlaskClient, FlaskClient]) -> None:
    mine, other = two
    press(mine, "counter-1", "pick")
    other.post("/staff/counter-2/login", data={"staff": "s-1", "pin": PIN})
    assert 'id="ready"' in other.get("/staff/counter-2/order/o-4821").text


def test_an_order_that_hq_says_is_picked_belongs_to_who_touches_it_first(
    floor: Floor, two: tuple[FlaskClient, FlaskClient]
) -> None:
    mine, other = two
    floor.order("4821", State.PICKING, lines=TWO)
    tick(mine, "o-4821", "1-1")
    assert "準備を引き継ぐ" in other.get("/staff/counter-2/order/o-4821").text


def test_two_who_press_at_once_are_told_who_was_first(floor: Floor, two: tuple[FlaskClient, FlaskClient]) -> None:
    mine, other = two
    press(mine, "counter-1", "pick")
    assert "社員番号 s-1 が先に進めました" in press(other, "counter-2", "pick")
    assert first_row(floor.db, "select staff from pick_claims") == ("s-1",)


def test_a_claim_ends_with_the_picking(floor: Floor, two: tuple[FlaskClient, FlaskClient]) -> None:
    mine, _ = two
    press(mine, "counter-1", "pick")
    tick(mine, "o-4821", "1-1", "2-1")
    press(mine, "counter-1", "ready", shelf="A-1")
    assert first_row(floor.db, "select 1 from pick_claims") is None
