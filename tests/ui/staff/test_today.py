"""The page of the day: what online brought to this store, as its orders and their steps say."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
import time_machine
from flask.testing import FlaskClient

from edge.config.policy import Pickup
from edge.features.pickup.state_machine import State
from edge.platform.clock import utc_text
from tests.ui.shop_floor import PIN, POLICY, Floor, pickup_code, tick
from ui.staff.form_key import new_form_key

NOON = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
TODAY = "/staff/counter-1/today"


def figures(clerk: FlaskClient) -> list[str]:
    return re.findall(r'<b class="num">(.*?)</b>', clerk.get(TODAY).text)


def test_a_day_as_it_goes_on(client: FlaskClient, floor: Floor) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
        assert figures(client) == ["0", "0", "0", "–", "–", "0"]
        promise = utc_text(NOON + timedelta(minutes=30))
        floor.order("1", State.PICKING, placed_at=utc_text(NOON), promise_at=promise)
        floor.order("2", State.PICKING, placed_at=utc_text(NOON - timedelta(days=1)), promise_at=promise)
        tick(client, "o-1", "1-1")
        client.post("/staff/counter-1/order/o-1/ready", data={"key": new_form_key(), "shelf": "R-1"})
        clock.shift(timedelta(minutes=10))
        floor.scan(pickup_code("1"))
        clock.shift(timedelta(minutes=7))
        client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})  # the session ended meanwhile
        floor.scan(pickup_code("1"), "counter-1")
        client.get("/staff/counter-1/order/o-1")
        tick(client, "o-1", "1-1")
        client.post("/staff/counter-1/order/o-1/hand-over", data={"key": new_form_key()})
        clock.shift(timedelta(minutes=20))
        client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
        assert figures(client) == ["1", "1", "1", "50%", "7分", "0"]
        assert "2 件のうち 1 件" in client.get(TODAY).text
        clock.shift(timedelta(days=1))
        client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
        assert figures(client)[:3] == ["0", "0", "0"]


def test_a_store_without_pickup_has_no_such_day(client: FlaskClient, floor: Floor) -> None:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert TODAY in client.get("/staff/counter-1/work").text
    floor.policy(msgspec.structs.replace(POLICY, pickup=Pickup(on=False)))
    assert client.get(TODAY).status_code == 404
    assert TODAY not in client.get("/staff/counter-1/work").text
