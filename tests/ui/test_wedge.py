"""A keyboard wedge's readings: kept like any other, answered like any other."""

import pytest
from flask.testing import FlaskClient

from edge import desk
from edge.outcome import on_screen
from edge.service import Life
from edge.store import rows
from tests.ui.shop_floor import SHIRT_M, Floor, ean13
from ui.wedge import gs_lost, reading

SCAN = "/kiosk/kiosk-1/scan"


def test_what_was_typed_is_kept_before_anything_else(client: FlaskClient, floor: Floor) -> None:
    assert client.post(SCAN, json={"code": ean13(SHIRT_M)}).status_code == 202
    (row,) = rows(floor.db, "select station, data, aim from page_scans")
    assert row == {"station": "kiosk-1", "data": ean13(SHIRT_M).encode(), "aim": None}


def test_the_desk_answers_it_as_any_scan(client: FlaskClient, floor: Floor) -> None:
    client.post(SCAN, json={"code": ean13(SHIRT_M)})
    desk.catch_up(floor.shop, lambda _seq: None, Life())
    shown = on_screen(floor.db, "kiosk-1")
    assert shown is not None
    assert shown.kind == "product"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"code": ""}', b'{"code": 7}', b'{"code": "x", "more": 1}', b"\xff"]
)
def test_what_is_no_reading_is_refused_and_not_kept(client: FlaskClient, floor: Floor, body: bytes) -> None:
    assert client.post(SCAN, data=body).status_code == 400
    assert rows(floor.db, "select 1 from page_scans") == []


def test_a_leading_aim_identifier_is_the_scanners() -> None:
    found = reading("]C10104901230001026")
    assert (found.aim, found.data) == ("]C1", b"0104901230001026")
    assert reading("]nothing").aim is None


def test_separators_are_kept() -> None:
    assert reading("]C110ABC\x1d17261130").data == b"10ABC\x1d17261130"


def test_a_wedge_that_loses_the_separator_is_noticed(client: FlaskClient, floor: Floor) -> None:
    client.post(SCAN, json={"code": "]C1" + "10LOT1" + "01" + SHIRT_M + "17261130" + "21SERIAL0000000001"})
    desk.catch_up(floor.shop, lambda _seq: None, Life())
    assert gs_lost(floor.db, "2020") is not None
    assert gs_lost(floor.db, "2999") is None


def test_a_wedge_that_keeps_the_separator_is_well(client: FlaskClient, floor: Floor) -> None:
    client.post(SCAN, json={"code": "]C1" + "01" + SHIRT_M + "10LOT1\x1d" + "17261130"})
    client.post(SCAN, json={"code": "garbage without an aim identifier"})
    client.post(
        SCAN, json={"code": "]C1" + "01" + SHIRT_M + "10LOT1\x1d" + "17269930"}
    )  # wrong, but not for want of a GS
    desk.catch_up(floor.shop, lambda _seq: None, Life())
    assert gs_lost(floor.db, "2020") is None
