"""A shopper searches by words: what is typed finds styles, the page says what to do if it does not, and can be switched off."""

import re
from datetime import UTC, datetime

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient

from edge.config.policy import Search
from edge.features.catalog import Category, Colour, Product
from edge.platform.database import rows
from edge.validation.localized_text import LocalizedText
from tests.ui.kiosk.test_kiosk_pages import KIOSK
from tests.ui.shop_floor import POLICY, SHIRT_M, Floor, gtin14
from ui.kiosk.search import MAX_HITS


def put(floor: Floor, item: int, style: str, name: str, colour: str = "[墨|すみ]", **more: object) -> str:
    row = Product(
        gtin=gtin14(item),
        style=style,
        name=LocalizedText(ja=name, en=str(more.pop("en", "Thing"))),
        category="hats",
        colour=Colour(code=colour, name=LocalizedText(ja=colour), hex="#4c4b49"),
        size="M",
        size_order=0,
        price=4200,
        picture="picture/none",
        **more,  # type: ignore[arg-type]
    )
    floor.feed("catalog", row.gtin, row)
    return row.gtin


def found(client: FlaskClient, asked: str, **more: str) -> str:
    answer = client.get(f"{KIOSK}/search", query_string={"q": asked, "lang": "ja", **more})
    assert answer.status_code == 200
    return answer.text


def plain(page: str) -> str:
    """The words of a page, without furigana."""
    return re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|<[^>]+>", "", page)


def results(page: str) -> list[str]:
    """The products that can be tapped, in their order."""
    marks = page.split('class="card hit" data-go="')[1:]
    return [mark.split('"')[0].rpartition("/")[2] for mark in marks]


@pytest.mark.parametrize("asked", ["ぼうし", "帽子", "ﾎﾞｳ", "H-1", "h1", "黒", "黒ぼうし", "むぎ 黒", "麦わら"])
def test_a_shopper_finds_a_product_by_any_of_its_words(client: FlaskClient, floor: Floor, asked: str) -> None:
    hat = put(floor, 500, "H-1", "[麦|むぎ]わら[帽子|ぼうし]", "黒")
    put(floor, 501, "G-2", "[手袋|てぶくろ]", "白")
    floor.index()
    page = found(client, asked)
    assert results(page) == [hat]
    assert "1 件みつかりました" in plain(page)


def test_a_style_is_found_once_in_the_colour_asked_for_with_its_stock(client: FlaskClient, floor: Floor) -> None:
    black = put(floor, 500, "H-1", "帽子", "黒")
    white = put(floor, 501, "H-1", "帽子", "白")
    floor.stock(white, 0)
    floor.stock(black, 9)
    floor.index()
    assert results(found(client, "帽子")) == [black], "what is here comes first"
    page = found(client, "白い帽子")
    assert results(page) == []
    page = found(client, "白 帽子")
    assert results(page) == [white]
    assert "在庫なし" in plain(page)
    assert "2 色" in plain(page)
    assert "4,200" in page


def test_only_what_is_here_and_not_what_the_store_has_sold_since(client: FlaskClient, floor: Floor) -> None:
    here, online = put(floor, 500, "H-1", "帽子"), put(floor, 501, "H-2", "帽子", online_only=True)
    floor.stock(here, 1)
    floor.index()
    assert results(found(client, "帽子")) == [here, online]
    assert results(found(client, "帽子", here="1")) == [here]
    floor.stock(here, 1, reserved=1)  # it is set aside for an order: HQ counts it, and nobody can buy it
    page = found(client, "帽子", here="1")
    assert results(page) == []
    assert "この店にはみつかりませんでした" in plain(page)
    assert "スタッフをお呼びください" in plain(page)


@pytest.mark.parametrize("asked", ["あか", "アカ", "赤"])
def test_a_colour_is_found_by_its_reading_and_shown_with_it(client: FlaskClient, floor: Floor, asked: str) -> None:
    red = Colour(code="2", name=LocalizedText(ja="赤", en="Red"), reading="あか", hex="#aa1122")
    black = put(floor, 500, "H-1", "帽子", "黒")
    put(floor, 501, "H-2", "手袋", "白")
    floor.index()
    hat = gtin14(502)
    body = msgspec.json.decode(floor.hq.conn.execute("select body from catalog where key = ?", (black,)).fetchone()[0])
    floor.feed("catalog", hat, msgspec.convert(body | {"gtin": hat, "colour": msgspec.to_builtins(red)}, Product))
    floor.index()
    assert results(found(client, asked)) == [hat], "of the style the colour that was asked for"
    page = client.get(f"{KIOSK}/product/{hat}?lang=ja").text
    assert "<ruby>赤<rp>(</rp><rt>あか</rt>" in page
    assert "あか" not in client.get(f"{KIOSK}/product/{hat}?lang=en").text


def test_a_category_is_shown_with_its_reading(client: FlaskClient, floor: Floor) -> None:
    hats = Category(id="hats", name=LocalizedText(ja="帽子"), reading="ぼうし", order=2, picture="")
    floor.feed("content", "category/hats", hats)
    for page in ("find", "find/hats"):
        assert "<ruby>帽子<rp>(</rp><rt>ぼうし</rt>" in client.get(f"{KIOSK}/{page}?lang=ja").text


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("04901234567894", "4901234567894"),
        ("04901234567894", "4 901234 567894"),
        ("04901234567894", "４９０１２３４５６７８９４"),
        ("00012345678905", "012345678905"),
        ("00000049123456", "49123456"),
    ],
)
def test_the_number_on_a_tag_finds_its_product(client: FlaskClient, floor: Floor, key: str, typed: str) -> None:
    other = put(floor, 500, "H-1", "帽子", "黒")
    body = msgspec.json.decode(floor.hq.conn.execute("select body from catalog where key = ?", (other,)).fetchone()[0])
    floor.feed("catalog", key, msgspec.convert(body | {"gtin": key}, Product))
    floor.index()
    assert results(found(client, typed)) == [key]
    assert results(found(client, typed[:-1])) == []
    floor.stock(key, 0)
    assert results(found(client, typed, here="1")) == []
    floor.stock(key, 3)
    assert results(found(client, typed, here="1")) == [key]


def test_the_number_of_an_outer_pack_finds_the_item_in_it(client: FlaskClient, floor: Floor) -> None:
    item = put(floor, 500, "H-1", "帽子", "黒")
    pack = put(floor, 501, "H-1", "帽子 24点", "黒", contains=item, pieces=24)
    floor.index()
    assert results(found(client, pack)) == [item]


def test_what_is_not_here_is_offered_with_how_many_there_are(client: FlaskClient, floor: Floor) -> None:
    for at in range(3):
        put(floor, 500 + at, f"H-{at}", "帽子")
    floor.index()
    page = found(client, "帽子", here="1")
    assert results(page) == []
    assert "この店にないものも見る（3 件）" in plain(page)
    assert "data-everywhere" not in found(client, "帽子")
    assert "data-everywhere" not in found(client, "ないもの", here="1")
    for at in range(3, MAX_HITS + 1):
        put(floor, 500 + at, f"H-{at}", "帽子")
    floor.index()
    assert f"（{MAX_HITS} 件より多い）" in plain(found(client, "帽子", here="1"))


def test_what_is_not_found_says_what_to_do(client: FlaskClient, floor: Floor) -> None:
    floor.index()
    page = plain(found(client, "ないもの"))
    assert "みつかりませんでした" in page
    assert "ほかのことばでさがすか、スタッフをお呼びください" in page


def test_while_the_index_is_built_nothing_is_said_to_be_missing(client: FlaskClient, floor: Floor) -> None:
    page = plain(found(client, "ないもの"))
    assert "まだ出ない商品があります" in page
    assert "みつかりませんでした" not in page


def test_more_than_a_screen_holds_is_said(client: FlaskClient, floor: Floor) -> None:
    for at in range(MAX_HITS + 1):
        put(floor, 500 + at, f"H-{at}", "帽子")
    floor.index()
    page = found(client, "帽子")
    assert len(results(page)) == MAX_HITS
    assert "30 件よりたくさんあります" in plain(page)


def test_a_wrong_row_costs_itself(client: FlaskClient, floor: Floor) -> None:
    hat = put(floor, 500, "H-1", "帽子")
    put(floor, 501, "H-2", "帽子")
    floor.index()
    floor.hq.conn.execute("update catalog set body = json_set(body, '$.price', 'x') where key = ?", (gtin14(501),))
    assert results(found(client, "帽子")) == [hat]


def test_what_was_typed_is_there_again_after_a_look_at_a_product(client: FlaskClient, floor: Floor) -> None:
    floor.index()
    page = client.get(f"{KIOSK}/search?q=%E3%82%B7%E3%83%A3%E3%83%84&here=1&shut=1&lang=en").text
    assert "<span data-typed>シャツ</span>" in page
    assert 'data-here aria-pressed="true"' in page
    assert 'class="stage search shut latin"' in page
    assert "q=%E3%82%B7%E3%83%A3%E3%83%84&amp;here=1&amp;shut=1" in page.split("data-address")[1].split(">")[0]


@pytest.mark.parametrize("asked", ["<b>", "{{ 7 }}", '"' * 60, "\x00", "あ" * 900])
def test_what_is_typed_is_only_text(client: FlaskClient, floor: Floor, asked: str) -> None:
    assert "<b>" not in found(client, asked).split("data-typed>")[1].split("</span>")[0]


def test_switched_off_there_is_nothing_of_it(client: FlaskClient, floor: Floor) -> None:
    assert f'data-go="{KIOSK}/search"' in client.get(f"{KIOSK}/home").text
    floor.policy(msgspec.structs.replace(POLICY, search=Search(on=False)))
    assert "search" not in client.get(f"{KIOSK}/home").text.replace("#i-search", "")
    assert client.get(f"{KIOSK}/search").status_code == 404
    assert client.get(f"{KIOSK}/product/{SHIRT_M}").status_code == 200


def test_only_stations_for_shoppers_have_it(client: FlaskClient) -> None:
    assert client.get("/kiosk/counter-1/search").status_code == 404


def test_a_product_that_is_not_on_its_shelf_is_told_once(client: FlaskClient, floor: Floor) -> None:
    floor.stock(SHIRT_M, 3)
    page = client.get(f"{KIOSK}/product/{SHIRT_M}?lang=ja").text
    assert "棚に見つからなかった" in plain(page)
    for _ in range(2):
        page = client.post(f"{KIOSK}/product/{SHIRT_M}/missed?lang=ja").text
        assert "スタッフを呼ぶと、お探しします" in plain(page)
        assert f'data-address="{KIOSK}/product/{SHIRT_M}"' in page
    found = rows(floor.db, "select event from journal where type = 'noren.stock.lookup_missed'")
    assert [msgspec.json.decode(row["event"])["data"] for row in found] == [
        {"gtin": SHIRT_M, "shelf": "B-14", "available": 3}
    ]
    client.post("/kiosk/kiosk-2/product/" + SHIRT_M + "/missed")
    assert len(rows(floor.db, "select 1 from journal where type = 'noren.stock.lookup_missed'")) == 2
    assert client.post(f"{KIOSK}/product/{gtin14(999)}/missed").status_code == 404


def test_what_is_missed_is_told_once_a_day_of_the_shop(client: FlaskClient, floor: Floor) -> None:
    """In Tokyo the day of UTC turns at nine in the morning."""
    for hour, told in ((datetime(2026, 11, 25, 23, 50, tzinfo=UTC), 1), (datetime(2026, 11, 26, 0, 10, tzinfo=UTC), 1)):
        with time_machine.travel(hour, tick=False):
            floor.stock(SHIRT_M, 3)
            client.post(f"{KIOSK}/product/{SHIRT_M}/missed")
        assert len(rows(floor.db, "select 1 from journal where type = 'noren.stock.lookup_missed'")) == told


def test_what_is_not_here_or_not_searched_for_cannot_be_missed(client: FlaskClient, floor: Floor) -> None:
    floor.stock(SHIRT_M, 0)
    assert "/missed" not in client.get(f"{KIOSK}/product/{SHIRT_M}").text
    floor.stock(SHIRT_M, 3)
    floor.policy(msgspec.structs.replace(POLICY, search=Search(on=False)))
    assert "/missed" not in client.get(f"{KIOSK}/product/{SHIRT_M}").text
    assert client.post(f"{KIOSK}/product/{SHIRT_M}/missed").status_code == 404
