"""A keyboard wedge's readings: kept like any other, answered like any other."""

from datetime import timedelta

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient

from edge import registry, scan_processor
from edge.codes.code_rules import CodeRules, HouseRule
from edge.codes.completeness import is_end_of_code
from edge.features.outcome import shown_on_station
from edge.platform.clock import now
from edge.platform.database import rows
from edge.platform.process import ProcessLife
from tests.ui.shop_floor import POLICY, SHIRT_M, Floor, ean13
from ui.process_state.last_typed import LastTyped
from ui.wedge.keyboard_wedge import gs_lost, reading_of_keys, store_typed, wedge_counters

SCAN = "/kiosk/kiosk-1/scan"


def test_what_was_typed_is_kept_before_anything_else(client: FlaskClient, floor: Floor) -> None:
    assert client.post(SCAN, json={"code": ean13(SHIRT_M)}).status_code == 202
    (row,) = rows(floor.db, "select station, data, aim from page_scans")
    assert row == {"station": "kiosk-1", "data": ean13(SHIRT_M).encode(), "aim": None}


def test_the_desk_answers_it_as_any_scan(client: FlaskClient, floor: Floor) -> None:
    client.post(SCAN, json={"code": ean13(SHIRT_M)})
    scan_processor.answer_waiting_scans(floor.shop, registry.decide_outcome, lambda _seq: None, ProcessLife())
    shown = shown_on_station(floor.db, "kiosk-1")
    assert shown is not None
    assert shown.kind == "product"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"code": ""}', b'{"code": 7}', b'{"code": "x", "more": 1}', b"\xff"]
)
def test_what_is_no_reading_is_refused_and_not_kept(client: FlaskClient, floor: Floor, body: bytes) -> None:
    assert client.post(SCAN, data=body).status_code == 400
    assert rows(floor.db, "select 1 from page_scans") == []


def test_a_leading_aim_identifier_is_the_scanners() -> None:
    found = reading_of_keys("]C10104901230001026")
    assert (found.aim, found.data) == ("]C1", b"0104901230001026")
    assert reading_of_keys("]nothing").aim is None


def test_separators_are_kept() -> None:
    assert reading_of_keys("]C110ABC\x1d17261130").data == b"10ABC\x1d17261130"


def test_a_wedge_that_loses_the_separator_is_noticed(client: FlaskClient, floor: Floor) -> None:
    client.post(SCAN, json={"code": "]C1" + "10LOT1" + "01" + SHIRT_M + "17261130" + "21SERIAL0000000001"})
    scan_processor.answer_waiting_scans(floor.shop, registry.decide_outcome, lambda _seq: None, ProcessLife())
    assert gs_lost(floor.db, "2020") is not None
    assert gs_lost(floor.db, "2999") is None


def test_a_wedge_that_keeps_the_separator_is_well(client: FlaskClient, floor: Floor) -> None:
    client.post(SCAN, json={"code": "]C1" + "01" + SHIRT_M + "10LOT1\x1d" + "17261130"})
    client.post(SCAN, json={"code": "garbage without an aim identifier"})
    client.post(
        SCAN, json={"code": "]C1" + "01" + SHIRT_M + "10LOT1\x1d" + "17269930"}
    )  # wrong, but not for want of a GS
    scan_processor.answer_waiting_scans(floor.shop, registry.decide_outcome, lambda _seq: None, ProcessLife())
    assert gs_lost(floor.db, "2020") is None


def test_the_rest_of_a_code_that_was_cut_is_no_code_of_its_own(client: FlaskClient, floor: Floor) -> None:
    code = ean13(SHIRT_M)
    for cut in range(1, 13):
        floor.db.conn.execute("delete from page_scans")
        assert client.post(SCAN, json={"code": code[:cut]}).status_code == 202
        assert client.post(SCAN, json={"code": code[cut:]}).status_code == 422
        assert client.post(SCAN, json={"code": code}).status_code == 202
        assert [row["data"].decode() for row in rows(floor.db, "select data from page_scans")] == [code[:cut], code]
    standing = wedge_counters(floor.db)["kiosk-1"]
    assert (standing.refused, standing.why, standing.trouble) == (12, "cut", "")


def test_a_beginning_read_by_a_clock_that_has_been_set_back_since_cuts_no_code(client: FlaskClient) -> None:
    code = ean13(SHIRT_M)
    with time_machine.travel(now().time + timedelta(days=100), tick=True):
        assert client.post(SCAN, json={"code": code[:5]}).status_code == 202
    assert client.post(SCAN, json={"code": code[5:]}).status_code == 202


def test_a_code_with_a_lost_key_is_refused(client: FlaskClient, floor: Floor) -> None:
    for nth in (1, 2):
        assert client.post(SCAN, json={"code": "ID\x1a42"}).status_code == 422
        assert wedge_counters(floor.db)["kiosk-1"].refused_in_a_row == nth
    assert wedge_counters(floor.db)["kiosk-1"].trouble == "keys"
    assert rows(floor.db, "select 1 from page_scans") == []


def test_a_page_tells_of_codes_that_broke_and_what_the_scanner_is_set_to(client: FlaskClient, floor: Floor) -> None:
    for _ in range(2):
        assert client.post(SCAN + "/broken", json={"why": "no_text"}).status_code == 204
    assert wedge_counters(floor.db)["kiosk-1"].trouble == "no_text"
    client.post(SCAN, json={"code": "noren:p:o-1:x", "layout": "jp", "caps": True})
    assert wedge_counters(floor.db)["kiosk-1"].trouble == "layout"
    client.post(SCAN, json={"code": "4901234567894", "caps": True})
    assert wedge_counters(floor.db)["kiosk-1"].trouble == "caps"
    client.post(SCAN, json={"code": "4901234567894"})
    assert wedge_counters(floor.db)["kiosk-1"].trouble == ""
    assert client.post(SCAN + "/broken", json={"why": "fire"}).status_code == 400


def test_a_stand_in_for_the_separator_is_the_stations(client: FlaskClient, floor: Floor) -> None:
    for text in ("https://a.example/x|y", f"]Q401{SHIRT_M}10A|17271231", f"01{SHIRT_M}10A|17271231"):
        store_typed(floor.db, "kiosk-1", text, now(), LastTyped(), gs="|")
    kept = [row["data"] for row in rows(floor.db, "select data from page_scans order by seq")]
    assert kept[0] == b"https://a.example/x|y"
    assert kept[1].count(b"\x1d") == kept[2].count(b"\x1d") == 1


def test_two_item_numbers_of_the_chains_own_are_two_though_together_they_make_a_valid_one(
    client: FlaskClient, floor: Floor
) -> None:
    one, other = "123456", next(f"{n:06}" for n in range(10**6) if is_end_of_code(b"123456", f"{n:06}".encode()))
    assert client.post(SCAN, json={"code": one}).status_code == 202
    assert client.post(SCAN, json={"code": other}).status_code == 422  # for all that is known, half of a UPC-A
    floor.policy(msgspec.structs.replace(POLICY, codes=CodeRules(house=(HouseRule(name="own", lengths=(6,)),))))
    for code in (one, other):
        assert client.post(SCAN, json={"code": code}).status_code == 202


def test_the_rest_of_a_persons_code_that_was_cut_is_none_though_its_beginning_is_answered_and_gone(
    client: FlaskClient, floor: Floor
) -> None:
    assert client.post(SCAN, json={"code": "noren:p:o-1:first-half-of"}).status_code == 202
    scan_processor.answer_waiting_scans(floor.shop, registry.decide_outcome, lambda _seq: None, ProcessLife())
    assert rows(floor.db, "select data from page_scans") == [{"data": b""}]
    assert client.post(SCAN, json={"code": "-the-secret"}).status_code == 422
    assert wedge_counters(floor.db)["kiosk-1"].why == "cut"
