"""A step that was taken is said as a success on the page behind it, and no step is said to be done before it is."""

import re

import pytest
from flask.testing import FlaskClient

from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from tests.ui.shop_floor import PIN, SHIRT_M, Floor, gtin14, tick
from ui.staff.form_key import new_form_key

HERE = "/staff/counter-1/order/o-4821"
TWO_PIECES = [OrderLine(line=1, gtin=SHIRT_M), OrderLine(line=2, gtin=gtin14(101))]


@pytest.fixture
def clerk(client: FlaskClient) -> FlaskClient:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def press(clerk: FlaskClient, action: str, **form: str) -> str:
    return clerk.post(f"{HERE}/{action}", data={"key": new_form_key(), **form}, follow_redirects=True).text


def steps(page: str) -> dict[str, str]:
    """Each step of the preparation with how it is drawn: done, now or next."""
    return dict(re.findall(r'<li data-step="(\w+)" class="(\w+)"', page))


def test_goods_that_are_on_their_shelf_are_said_to_be_saved(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PICKING)
    tick(clerk, "o-4821", "1-1")
    saved = "棚 R-12 に置いた記録をしました"
    assert saved in press(clerk, "ready", shelf="r-12")
    assert saved in press(clerk, "ready", shelf="r-12")  # pressed again after a reload
    assert saved not in clerk.get(HERE).text
    floor.order("4822")
    assert saved not in clerk.get("/staff/counter-1/order/o-4822?said=ready").text


def test_goods_that_were_put_back_are_a_success_and_no_refusal(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.CANCELLED, shelf="R-12")
    tick(clerk, "o-4821", "1-1")
    page = press(clerk, "restock")
    assert "売り場にもどしました" in page
    assert 'class="big-word ok"' in page
    assert "お渡しできません" not in page
    assert 'href="/staff/counter-1/list/back"' in page
    assert "売り場にもどした品物です" in clerk.get(HERE).text  # later it is one that was put back


def test_goods_are_collected_when_each_piece_is_ticked(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PICKING, lines=TWO_PIECES)
    assert steps(clerk.get(HERE).text) == {"accept": "done", "pick": "now", "ready": "next"}
    tick(clerk, "o-4821", "1-1")
    assert steps(clerk.get(HERE).text) == {"accept": "done", "pick": "now", "ready": "next"}
    tick(clerk, "o-4821", "2-1")
    assert steps(clerk.get(HERE).text) == {"accept": "done", "pick": "done", "ready": "now"}
