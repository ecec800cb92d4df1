"""A config's rows as one document, and over noren.toml: what fits, and what does not with its path."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.box_settings import differing, elsewhere
from edge.config import Config, SerialDevice
from edge.document import BadDocument, apply, read_document
from tests.edge.floor import config

K1 = {"id": "k1", "role": "kiosk", "name": {"ja": "キオスク"}}
SCANNER = {"id": "s1", "kind": "serial", "station": "k1", "path": "/dev/s1"}


@pytest.fixture
def ground(tmp_path: Path) -> Config:
    return config(tmp_path)


def lived_with(ground: Config, **rows: Any) -> Config:
    return apply(ground, read_document(json.dumps(rows)))


def test_a_part_of_hqs_takes_the_place_of_noren_tomls_and_what_it_leaves_out_stays(ground: Config) -> None:
    after = lived_with(ground, box={"stations": [K1], "broker": {"url": "mqtts://new.example:8883"}})
    assert [place.id for place in after.stations] == ["k1"]
    assert (after.devices, after.web, after.store) == (ground.devices, ground.web, ground.store)
    assert after.hq == msgspec.structs.replace(ground.hq, broker="mqtts://new.example:8883")


def test_an_empty_document_and_rows_of_a_later_hq_change_nothing(ground: Config) -> None:
    assert lived_with(ground) == ground
    assert lived_with(ground, lamps={"colour": 7}, policy={"of_tomorrow": True}, box={"of_tomorrow": 1}) == ground


@pytest.mark.parametrize(
    ("rows", "path", "words"),
    [
        ({"policy": {"check_in": {"miles": -5}}}, "policy.check_in.miles", "expected `int` >= 0"),
        ({"policy": {"brand": {"colour": "red"}}}, "policy.brand.colour", "regex"),
        ({"policy": {"codes": {"issuers": [{"issuer": "x"}]}}}, "policy.codes", "would take any code"),
        ({"policy": []}, "policy", "expected `object`"),
        ({"box": {"stations": [{**K1, "role": "throne"}]}}, "box.stations[0].role", "invalid enum value"),
        ({"box": {"stations": [K1, K1]}}, "box.stations", "used twice"),
        ({"box": {"stations": [K1], "devices": [SCANNER, SCANNER]}}, "box.devices", "used twice"),
        ({"box": {"devices": [{**SCANNER, "station": "k7"}]}}, "box.devices[0].station", "got `k7`"),
        ({"box": {"devices": [{**SCANNER, "baud": 7}]}}, "box.devices[0].baud", "invalid enum value 7"),
        ({"box": {"devices": [{**SCANNER, "path": "dev/s1"}]}}, "box.devices[0].path", "a path from the root"),
        ({"box": {"devices": [{**SCANNER, "speed": 7}]}}, "box.devices[0]", "unknown field `speed`"),
        ({"box": {"broker": {"url": "https://x"}}}, "box.broker.url", "mqtts://"),
        ({"box": {"broker": {"url": "mqtt://x", "password_file": "/x"}}}, "box.broker", "unknown field"),
    ],
)
def test_what_cannot_be_is_told_with_its_path(ground: Config, rows: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(BadDocument) as bad:
        lived_with(ground, **rows)
    assert bad.value.path == path
    assert words in bad.value.reason


@pytest.mark.parametrize("body", ["[]", "{", '{"policy":' + "[" * 5000 + "]" * 5000 + "}"])
def test_what_is_no_document_at_all_is_told_too(body: str) -> None:
    with pytest.raises(BadDocument):
        read_document(body)


def test_a_line_that_is_encrypted_stays_so(ground: Config) -> None:
    safe = msgspec.structs.replace(ground, hq=msgspec.structs.replace(ground.hq, broker="mqtts://hq.example"))
    with pytest.raises(BadDocument, match=r"box\.broker\.url: expected mqtts://"):
        lived_with(safe, box={"broker": {"url": "mqtt://hq.example"}})


def test_a_device_elsewhere_is_told_from_one_that_is_only_set_otherwise() -> None:
    before = SerialDevice(id="s1", station="k1", path="/dev/s1")
    faster = msgspec.structs.replace(before, baud=115200)
    moved = msgspec.structs.replace(before, path="/dev/s2")
    assert (differing([before], [before]), elsewhere([before], [before])) == ([], [])
    assert (differing([before], [faster]), elsewhere([before], [faster])) == ([faster], [])
    assert (differing([before], [moved]), elsewhere([before], [moved])) == ([moved], [moved])
    assert elsewhere([], [before]) == [before]
