"""/metrics answers on the box, and to no device on the shop's network, whatever it is paired for."""

import pytest
from flask.testing import FlaskClient

from edge.features.paired_devices import DevicePage
from edge.platform.process import ProcessLife
from tests.ui.on_the_network import laptop, paired
from tests.ui.shop_floor import FULL_NAME, Floor
from ui.app import make_app
from ui.process_state.screens import Screens


def test_the_box_itself_is_told_in_prometheus_text_format(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noren_hq_connected 0\n" in answer.text
    assert FULL_NAME not in answer.text


PAIRED: tuple[tuple[DevicePage, str], ...] = (
    ("status", ""),
    ("board", ""),
    ("kiosk", "kiosk-1"),
    ("counter", "counter-1"),
)


@pytest.mark.parametrize(("page", "station"), PAIRED)
def test_no_device_on_the_network_is_told(floor: Floor, page: DevicePage, station: str) -> None:
    app = make_app(floor.config, floor.box, Screens(), ProcessLife())
    asking = paired(app, floor, page, station)
    assert asking.get("/metrics").status_code == 403
    assert laptop(app).get("/metrics").status_code == 403
    assert (asking.get("/status.json").status_code == 200) == (page == "status")


def test_the_findings_are_told_as_json_in_the_language_asked_for(client: FlaskClient) -> None:
    told = client.get("/status.json?lang=en").json
    assert told is not None
    assert (told["store"], told["language"], told["schema"]) == ("ginza", "en", 1)
    connection = next(one for one in told["findings"] if one["id"] == "hq.connection")
    assert (connection["state"], connection["what"]) == ("never", "Headquarters has never been reached")
    assert client.get("/status.json").json["language"] == "ja"  # type: ignore[index]
