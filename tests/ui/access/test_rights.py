"""Every page of a station is for the device that is paired with it: a feature's new page must not be forgotten."""

import pytest
from flask.testing import FlaskClient

from edge.features.paired_devices import DevicePage, PairedDevice
from edge.platform.clock import now
from ui.access.rights import is_allowed


@pytest.mark.parametrize(
    ("page", "above"),
    [("kiosk", "/kiosk/<station>"), ("counter", "/staff/<station>"), ("handheld", "/staff/<station>")],
)
def test_a_paired_device_may_ask_for_every_page_of_its_own_station_and_none_of_anothers(
    client: FlaskClient, page: DevicePage, above: str
) -> None:
    device = PairedDevice(id="d1", name="d", page=page, station="s1", paired=now().text, seen=now().text)
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.rule.startswith(above)]
    assert len(rules) > 5
    assert [rule.rule for rule in rules if not is_allowed(device, rule.endpoint, "s1")] == []
    assert [rule.rule for rule in rules if is_allowed(device, rule.endpoint, "s2")] == []
