"""The data of a pack's label, as shoppers and clerks see them."""

import re
from datetime import date, timedelta

import msgspec
import pytest
from flask.testing import FlaskClient

from edge.codes.check_digits import mod10_digit
from edge.codes.code_rules import CodeRules, HouseRule, InStoreRule, PriceCheck
from edge.codes.issued.item_numbers import catalogue_key_of_house_number
from edge.codes.symbology import Symbology
from edge.platform.clock import now
from tests.ui.kiosk.test_kiosk_pages import plain, shown
from tests.ui.shop_floor import PIN, POLICY, SHIRT_M, Floor, ean13, pickup_code

DAY = now().time.date()
FRESH = InStoreRule(name="fresh", mask="02IIIIIVPPPPC", price_check=PriceCheck.GS1_4)


@pytest.fixture
def clerk(client: FlaskClient) -> FlaskClient:
    """Somebody who has signed in at counter-1."""
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def label(rest: str = "", *, use_by: date = DAY + timedelta(days=30)) -> bytes:
    return f"]C101{SHIRT_M}17{use_by:%y%m%d}3103001250{rest}".encode()


def read(client: FlaskClient, floor: Floor, code: str | bytes) -> str:
    return plain(shown(client, floor.scan(code)))


def test_a_fresh_label_shows_its_own_price_and_says_whose_it_is(client: FlaskClient, floor: Floor) -> None:
    codes = msgspec.structs.replace(POLICY, codes=CodeRules(in_store=(FRESH,)))
    floor.policy(codes)
    floor.feed("catalog", "00200042000000", product_of(floor, "00200042000000"))
    page = read(client, floor, "0200042102988")
    assert "298 price on the label" in page
    assert "3,990" not in page


def product_of(floor: Floor, gtin: str, **more: object) -> dict[str, object]:
    """The shirt's row under another number."""
    (body,) = next(floor.hq.conn.execute("select body from catalog where key = ?", (SHIRT_M,)))
    row: dict[str, object] = msgspec.json.decode(body)
    return {**row, "gtin": gtin, **more}


def test_a_label_shows_weight_date_and_lot(client: FlaskClient, floor: Floor) -> None:
    page = read(client, floor, label("10LOT-7"))
    assert "3,990" in page
    assert "Net weight 1.25 kg" in page
    assert "Lot LOT-7" in page
    assert "Use by" in page


def test_a_marked_down_pack_shows_the_price_on_it(client: FlaskClient, floor: Floor) -> None:
    page = read(client, floor, label("3920" + "198"))
    assert "198 price on the label" in page
    assert "3,990" not in page


def test_what_a_label_says_is_escaped(client: FlaskClient, floor: Floor) -> None:
    assert "Lot &lt;b&gt;" in shown(client, floor.scan(label("10<b>")))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_pack_past_its_date_is_shown_to_staff_in_kind_words(client: FlaskClient, floor: Floor, language: str) -> None:
    page = plain(shown(client, floor.scan(label(use_by=DAY - timedelta(days=3))), language))
    assert {"ja": "期限 が 過 ぎているようです", "en": "show this one to our staff"}[language] in page
    assert "3,990" not in page


def test_a_second_row_alone_asks_for_the_other_one(client: FlaskClient, floor: Floor) -> None:
    assert "scan the upper barcode too" in read(client, floor, "1920193010008")


def test_an_outer_pack_says_how_many_it_holds(client: FlaskClient, floor: Floor) -> None:
    case = f"1{SHIRT_M[1:-1]}"
    case += str(mod10_digit(case))
    floor.feed("catalog", case, product_of(floor, case, contains=SHIRT_M, pieces=24))
    page = read(client, floor, case)
    assert "Case of 24" in page
    assert "Organic double-gauze shirt" in page


def test_a_clerk_sees_the_label_and_that_its_date_is_over(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(label("3920" + "198"), station="counter-1")
    page = clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text
    assert "ラベルの価格 ¥198" in page
    assert "内容量 1.25 kg" in page
    assert "期限が過ぎています" not in page
    seq = floor.scan(label(use_by=DAY - timedelta(days=3)), station="counter-1")
    assert "期限が過ぎています" in clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text


def test_a_pack_past_its_date_or_an_outer_pack_ticks_no_piece(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(label(use_by=DAY - timedelta(days=3)), station="counter-1")
    told = clerk.get(f"/staff/counter-1/outcome/{seq}?order=o-4821").json
    assert told is not None
    assert (told["do"], "期限" in told["text"]) == ("say", True)


def test_another_stations_label_is_not_shown(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(label("10SECRET"), station="kiosk-1")
    assert "SECRET" not in clerk.get(f"/staff/counter-1/goods/{SHIRT_M}?scan={seq}").text


def test_a_number_of_the_house_is_one_product_scanned_typed_and_shown(clerk: FlaskClient, floor: Floor) -> None:
    own = HouseRule(name="own", lengths=(8,), symbologies=(Symbology.CODE128,))
    floor.policy(msgspec.structs.replace(POLICY, codes=CodeRules(house=(own,))))
    key = catalogue_key_of_house_number("12345678")
    floor.feed("catalog", key, product_of(floor, key))
    assert "Organic double-gauze shirt" in read(clerk, floor, b"]C012345678")
    page = clerk.get("/staff/counter-1/goods?number=12345678", follow_redirects=True).text
    assert ">12345678<" in page


@pytest.mark.parametrize("place", ["/kiosk/kiosk-1/product/", "/staff/counter-1/goods/"])
def test_an_address_names_a_product_by_any_of_its_numbers(clerk: FlaskClient, floor: Floor, place: str) -> None:
    floor.policy(msgspec.structs.replace(POLICY, codes=CodeRules(house=(HouseRule(name="own", lengths=(8,)),))))
    case = f"1{SHIRT_M[1:-1]}"
    case += str(mod10_digit(case))
    floor.feed("catalog", case, product_of(floor, case, contains=SHIRT_M, pieces=24))
    own = catalogue_key_of_house_number("12345678")
    floor.feed("catalog", own, product_of(floor, own))
    asks = re.compile(r'data-ask="[^"]*/(\d{14})/near"')
    for written, key in (
        (SHIRT_M, SHIRT_M),
        (ean13(SHIRT_M), SHIRT_M),
        (case, SHIRT_M),
        ("12345678", own),
        (own, own),
    ):
        assert asks.findall(clerk.get(place + written).text) == [key], written
        assert clerk.get(f"{place}{written}/near").status_code == 204
    assert asks.findall(clerk.get(f"{place}12345679").text) == []


def test_a_line_of_an_order_is_the_product_however_hq_writes_its_number(clerk: FlaskClient, floor: Floor) -> None:
    row = msgspec.to_builtins(floor.order("4830"))
    floor.feed("orders", "o-4830", {**row, "lines": [{"line": 1, "gtin": ean13(SHIRT_M)}]})
    seq = floor.scan(pickup_code("4830"), station="counter-1")
    page = clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text
    assert f'data-gtin="{SHIRT_M}"' in page


def test_a_upc_e_number_is_typed_as_it_is_printed(clerk: FlaskClient, floor: Floor) -> None:
    floor.feed("catalog", "00012345000065", product_of(floor, "00012345000065"))
    assert clerk.get("/staff/counter-1/goods?number=01234565").status_code == 303
