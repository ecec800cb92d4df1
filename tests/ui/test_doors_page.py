"""The addresses for the installer, and the house's health."""

import time

import pytest
from flask.testing import FlaskClient

from edge.platform.process import ProcessLife
from tests.ui.shop_floor import Floor
from ui.app import make_app
from ui.general_pages import index_page
from ui.process_state.screens import Screens


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_first_page_lists_every_page_of_the_store(client: FlaskClient, language: str) -> None:
    page = client.get("/", headers={"Accept-Language": language}).text
    for address in ("/kiosk/kiosk-1", "/kiosk/kiosk-2", "/entrance/door", "/board"):
        assert f'href="{address}"' in page
    assert "/kiosk/counter-1" not in page


def test_every_address_it_lists_opens(client: FlaskClient) -> None:
    page = client.get("/").text
    found = [part.split('"')[0] for part in page.split('class="card" href="')[1:]]
    assert len(found) >= 4
    assert [client.get(address, follow_redirects=True).status_code for address in found] == [200] * len(found)


def test_the_house_is_well_while_its_loops_go_round(floor: Floor) -> None:
    life = ProcessLife()
    client = make_app(floor.config, floor.box, Screens(), life).test_client()
    before = time.monotonic()
    life.goes_on()
    told = client.get("/healthz").json
    assert told is not None
    assert 0 <= told.pop("silent_s") <= time.monotonic() - before + 0.05  # the page gives it in tenths of a second
    assert told == {"ok": True, "streams": 0, "disk": "ok", "config": {"number": 1, "past": 0}}


def test_the_house_is_not_well_when_a_loop_stands_still(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    life = ProcessLife()
    client = make_app(floor.config, floor.box, Screens(), life).test_client()
    life.goes_on()
    monkeypatch.setattr(index_page, "MAX_ROUND_AGE_S", 0.0)
    time.sleep(0.001)
    assert client.get("/healthz").status_code == 503


def test_the_house_is_not_well_without_its_database(client: FlaskClient, floor: Floor) -> None:
    floor.db.conn.execute("drop table configs")
    assert client.get("/healthz").status_code == 503
