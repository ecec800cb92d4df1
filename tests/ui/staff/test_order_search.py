"""A clerk finds an order by what a shopper says or shows, in whatever width and kana it is typed."""

import re

import msgspec
import pytest
from flask.testing import FlaskClient

from edge.features import catalog
from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from tests.ui.shop_floor import FULL_NAME, PIN, SHIRT_M, Floor, ean13, gtin14


@pytest.fixture
def clerk(client: FlaskClient, floor: Floor) -> FlaskClient:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    floor.order("4821", name="サトウ ミサキ", member="m-1")
    floor.order("4790", State.PICKING, name="高橋 結衣", lines=[OrderLine(line=1, gtin=gtin14(999))])
    floor.order("5300", State.CANCELLED, name="ヤマダ ハナコ", lines=[OrderLine(line=1, gtin=gtin14(999))])
    return client


def found(clerk: FlaskClient, asked: str) -> list[str]:
    page = clerk.get("/staff/counter-1/find", query_string={"asked": asked})
    assert page.status_code == 200
    return re.findall(r'<span class="no">(\d+)</span>', page.text)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("4821", ["4821"]),
        ("４８２１", ["4821"]),
        ("48", ["4821"]),
        ("サトウ", ["4821"]),
        ("さとうみさき", ["4821"]),
        ("ｻﾄｳ ﾐｻｷ", ["4821"]),
        ("高橋", ["4790"]),
        ("M12345678", ["4821"]),
        ("m-1", ["4821"]),
        ("41-2208", ["4821"]),
        ("オーガニックコットン", ["4821"]),
        ("ガーゼ さとう", ["4821"]),
        (ean13(SHIRT_M), ["4821"]),
        ("o-5300", ["5300"]),
        ("ヤマダ", ["5300"]),
        ("ガーゼ 高橋", []),
        ("スズキ", []),
        ("サト", []),  # the list shows half of a name: a part that finds it would tell the other half
        ("ミサ", []),
        ("1234567", []),
        ("own", []),
        ("%", []),
        ("", []),
    ],
)
def test_an_order_is_found_by_what_is_known_of_it(clerk: FlaskClient, asked: str, numbers: list[str]) -> None:
    assert found(clerk, asked) == numbers


def test_names_that_are_found_stay_masked(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("6000", name=FULL_NAME)
    page = clerk.get("/staff/counter-1/find", query_string={"asked": "サトウ"}).text
    assert "サトウ ミ＊＊" in page
    assert FULL_NAME not in page


def test_orders_that_can_be_fetched_come_before_those_that_have_ended(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("9999", name="ヤマダ タロウ")
    assert found(clerk, "やまだ") == ["9999", "5300"]
    assert "キャンセル" in clerk.get("/staff/counter-1/find", query_string={"asked": "5300"}).text


def test_the_list_leads_to_the_search(clerk: FlaskClient) -> None:
    assert 'href="/staff/counter-1/find"' in clerk.get("/staff/counter-1").text


def test_stock_is_found_by_the_words_of_a_products_name(clerk: FlaskClient, floor: Floor) -> None:
    floor.index()
    answer = clerk.get("/staff/counter-1/goods", query_string={"number": "ﾀﾞﾌﾞﾙｶﾞｰｾﾞ しゃつ"})
    assert (answer.status_code, answer.location) == (303, f"/staff/counter-1/goods/{gtin14(100)}")


def test_several_products_are_listed_to_choose_from(clerk: FlaskClient, floor: Floor) -> None:
    shirt = catalog.product(floor.hq, SHIRT_M)
    assert shirt is not None
    other = msgspec.structs.replace(shirt, gtin=gtin14(500), style="41-9999")
    floor.feed("catalog", other.gtin, other)
    floor.index()
    page = clerk.get("/staff/counter-1/goods", query_string={"number": "ガーゼ"}).text
    assert all(f'href="/staff/counter-1/goods/{gtin14(item)}"' in page for item in (100, 500))
