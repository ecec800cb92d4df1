"""The work list: all that is to be done, the most pressing first, and two clerks do not do the same unknowingly."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from flask.testing import FlaskClient

from edge.config.policy import Pickup
from edge.features.catalog import Product
from edge.features.pickup.state_machine import State
from edge.features.search.missed import tell_missed
from edge.features.staff.sessions import Staff
from edge.platform.clock import now, utc_text
from edge.platform.database import first_row
from edge.replica import hq_replica
from tests.ui.shop_floor import PIN, POLICY, SHIRT_M, Floor, gtin14, pickup_code

WORK = "/staff/counter-1/work"


@pytest.fixture
def clerk(client: FlaskClient) -> FlaskClient:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def at(**ago: float) -> str:
    return utc_text(datetime.now(UTC) - timedelta(**ago))


def listed(clerk: FlaskClient) -> list[str]:
    return re.findall(r'data-task="([^"]+)"', clerk.get(WORK).text)


def missed(floor: Floor, gtin: str = SHIRT_M) -> None:
    product = hq_replica.replica_row(floor.hq, "catalog", gtin, Product)
    assert product is not None
    tell_missed(floor.shop, product, "kiosk-1", now())


def claim(clerk: FlaskClient, task: str, **form: str) -> str:
    return clerk.post(f"{WORK}/claim", data={"task": task, **form}).location or ""


def sign_in(clerk: FlaskClient, staff: str) -> None:
    clerk.post("/staff/counter-1/login", data={"staff": staff, "pin": PIN})


def test_who_signs_in_sees_what_is_to_be_done_the_most_pressing_first(client: FlaskClient, floor: Floor) -> None:
    floor.order("5", State.PLACED, promise_at=at(hours=-5))
    floor.order("4", State.PICKING, promise_at=at(minutes=-20))
    floor.order("3", State.ACCEPTED, promise_at=at(minutes=20))
    floor.order("2", State.ARRIVED, arrived_at=at(minutes=9))
    floor.order("9", State.CANCELLED, shelf="R-1")
    floor.order("8", State.READY, hold_until=at(days=-1))  # nothing to do before somebody comes
    floor.order("1", State.PICKING)
    floor.scan(pickup_code("1"))
    client.post("/kiosk/kiosk-1/call")
    missed(floor)
    home = client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN}).location
    assert home == WORK
    expected = ["arrived:o-2", "call:1", "pick_now:o-1", "pick:o-3", "pick:o-4", "pick:o-5", "count:1", "put_back:o-9"]
    found = listed(client)
    assert (sorted(found[1:3]), found[0], found[3:]) == (sorted(expected[1:3]), expected[0], expected[3:])


def test_tasks_of_a_feature_that_is_off_are_not_there(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("5", State.PLACED)
    clerk.post("/kiosk/kiosk-1/call")
    assert listed(clerk) == ["call:1", "pick:o-5"]
    floor.policy(msgspec.structs.replace(POLICY, pickup=Pickup(on=False)))
    assert listed(clerk) == ["call:1"]


def test_an_installer_has_no_order_on_the_list(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("5", State.PLACED)
    known = hq_replica.replica_row(floor.hq, "staff", "s-1", Staff)
    assert known is not None
    floor.feed("staff", "s-1", msgspec.structs.replace(known, role="installer"))
    clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert listed(clerk) == []


def test_a_task_is_one_clerks_until_another_takes_it_over_knowingly(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("5", State.PLACED)
    known = hq_replica.replica_row(floor.hq, "staff", "s-1", Staff)
    assert known is not None
    floor.feed("staff", "s-2", msgspec.structs.replace(known, staff="s-2"))
    assert claim(clerk, "pick:o-5").endswith("/order/o-5")
    assert "自分が対応中" in clerk.get(WORK).text
    sign_in(clerk, "s-2")
    assert "s-1 が対応中" in clerk.get(WORK).text
    assert claim(clerk, "pick:o-5").endswith("said=taken")  # sent by a page that did not show that somebody has it
    assert claim(clerk, "pick:o-5", seen="s-1").endswith("/order/o-5")
    sign_in(clerk, "s-1")
    assert "s-2 が対応中" in clerk.get(WORK).text
    assert claim(clerk, "pick:o-77").endswith("said=gone")


def test_calls_about_two_products_are_two_and_say_which(clerk: FlaskClient, floor: Floor) -> None:
    page = clerk.get(f"/kiosk/kiosk-1/product/{SHIRT_M}").text
    assert f'data-post="/kiosk/kiosk-1/call?gtin={SHIRT_M}"' in page
    for gtin in (SHIRT_M, SHIRT_M, gtin14(101), ""):
        clerk.post(f"/kiosk/kiosk-1/call?gtin={gtin}")
    assert listed(clerk) == ["call:1", "call:2", "call:3"]
    shown = clerk.get(WORK).text
    assert shown.count("立ち襟シャツ") == 2
    assert shown.count("1階 入口横") == 3
    assert "B-14" in shown
    assert "立ち襟シャツ" in clerk.get("/staff/counter-1/calls").text


def test_a_product_that_was_not_found_is_looked_for_once_and_closed_by_who_looked(
    clerk: FlaskClient, floor: Floor
) -> None:
    for _ in range(2):
        missed(floor)
    assert listed(clerk) == ["count:1"]
    for _ in range(2):
        clerk.post(f"{WORK}/counted/1")
    assert listed(clerk) == []
    assert first_row(floor.db, "select staff from count_tasks where closed is not null") == ("s-1",)


def test_a_call_that_is_answered_on_the_list_leaves_it(clerk: FlaskClient) -> None:
    clerk.post("/kiosk/kiosk-1/call")
    assert clerk.post("/staff/counter-1/calls/1/answer?to=work").location == WORK
    assert listed(clerk) == []
