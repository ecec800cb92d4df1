"""A config's rows as one document, and over noren.toml: what fits, and what does not with its path."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.config.document import BadConfigDocument, apply_document, read_document, unknown_keys
from edge.config.overrides import changed_devices, moved_devices
from edge.config.toml_schema import Config, SerialDevice
from tests.edge.floor import config

K1 = {"id": "k1", "role": "kiosk", "name": {"ja": "キオスク"}}
SCANNER = {"id": "s1", "kind": "serial", "station": "k1", "path": "/dev/s1"}
CAMERA = {"id": "eye", "kind": "camera", "station": "k1", "source": "/dev/video0"}


@pytest.fixture
def ground(tmp_path: Path) -> Config:
    return config(tmp_path)


def lived_with(ground: Config, **rows: Any) -> Config:
    return apply_document(ground, read_document(json.dumps(rows)))


def test_a_part_of_hqs_takes_the_place_of_noren_tomls_and_what_it_leaves_out_stays(ground: Config) -> None:
    after = lived_with(ground, box={"stations": [K1], "broker": {"url": "mqtts://new.example:8883"}})
    assert [place.id for place in after.stations] == ["k1"]
    assert (after.devices, after.web, after.store) == (ground.devices, ground.web, ground.store)
    assert after.hq == msgspec.structs.replace(ground.hq, broker="mqtts://new.example:8883")


def test_an_empty_document_and_rows_of_a_later_hq_change_nothing(ground: Config) -> None:
    assert lived_with(ground) == ground
    assert lived_with(ground, lamps={"colour": 7}, policy={"of_tomorrow": True}, box={"of_tomorrow": 1}) == ground


def test_what_a_later_hq_sends_is_named_where_nobody_here_obeys_it() -> None:
    policy = {
        "pickup": {"on": False, "lockers": 4},
        "place": {"neighbours": [{**K1, "store": "x", "way": {"ja": "y"}}]},
    }
    sent = {"lamps": {"colour": 7}, "policy": policy, "box": {"stations": [K1], "lamp": 1}}
    strange = ["lamps", "policy.pickup.lockers", "policy.place.neighbours[0].id", "policy.place.neighbours[0].role"]
    assert unknown_keys(json.dumps(sent)) == [*strange, "box.lamp"]
    assert unknown_keys(json.dumps({"policy": {"pickup": {"on": False}}, "box": {"stations": [K1]}})) == []


@pytest.mark.parametrize(
    ("rows", "path", "words"),
    [
        (
            {"policy": {"check_in": {"miles": -5}}},
            "policy.check_in.miles",
            "expected a whole number from 0 to 100000; got `-5`",
        ),
        ({"policy": {"brand": {"colour": "red"}}}, "policy.brand.colour", "expected a colour such as `#7b1e2d`"),
        ({"policy": {"codes": {"issuers": [{"issuer": "x"}]}}}, "policy.codes", "would take any code"),
        ({"policy": []}, "policy", "expected a table with brand, place"),
        (
            {"box": {"stations": [{**K1, "role": "throne"}]}},
            "box.stations[0].role",
            "expected one of counter, entrance, fitting_room",
        ),
        ({"box": {"stations": [K1, K1]}}, "box.stations[1].id", "used twice"),
        ({"box": {"stations": [K1], "devices": [SCANNER, SCANNER]}}, "box.devices[1].id", "used twice"),
        ({"box": {"devices": [{**SCANNER, "station": "k7"}]}}, "box.devices[0].station", "got `k7`"),
        ({"box": {"devices": [{**SCANNER, "baud": 7}]}}, "box.devices[0].baud", "expected one of 1200, 2400"),
        ({"box": {"devices": [{**SCANNER, "path": "dev/s1"}]}}, "box.devices[0].path", "a path from the root"),
        (
            {"box": {"stations": [K1], "devices": [{**SCANNER, "baud": 7, "framing": "lin"}]}},
            "box.devices[0].baud",
            "(also wrong: box.devices[0].framing)",
        ),
        (
            {"box": {"stations": [K1], "devices": [SCANNER, {**SCANNER, "id": "s2"}]}},
            "box.devices[1].path",
            "`s1` reads",
        ),
        (
            {"box": {"stations": [K1], "devices": [{**CAMERA, "symbologies": ["EANN13"]}]}},
            "box.devices[0].symbologies[0]",
            "did you mean `ean13`?",
        ),
        (
            {"box": {"stations": [K1], "devices": [{**CAMERA, "region": [0.9, 0, 0.1, 1]}]}},
            "box.devices[0].region",
            "expected left < right",
        ),
        (
            {"box": {"devices": [{**SCANNER, "speed": 7}]}},
            "box.devices[0].speed",
            "there is no such key: there are id, station",
        ),
        ({"box": {"broker": {"url": "https://x"}}}, "box.broker.url", "mqtts://"),
        (
            {"box": {"broker": {"url": "mqtt://x", "password_file": "/x"}}},
            "box.broker.password_file",
            "there is no such key: there are url",
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_path(ground: Config, rows: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(BadConfigDocument) as bad:
        lived_with(ground, **rows)
    assert bad.value.path == path
    assert words in bad.value.reason


@pytest.mark.parametrize("body", ["[]", "{", '{"policy":' + "[" * 5000 + "]" * 5000 + "}"])
def test_what_is_no_document_at_all_is_told_too(body: str) -> None:
    with pytest.raises(BadConfigDocument):
        read_document(body)


def test_a_line_that_is_encrypted_stays_so(ground: Config) -> None:
    safe = msgspec.structs.replace(ground, hq=msgspec.structs.replace(ground.hq, broker="mqtts://hq.example"))
    with pytest.raises(BadConfigDocument, match=r"box\.broker\.url: expected mqtts://"):
        lived_with(safe, box={"broker": {"url": "mqtt://hq.example"}})


def test_a_device_elsewhere_is_told_from_one_that_is_only_set_otherwise() -> None:
    before = SerialDevice(id="s1", station="k1", path="/dev/s1")
    faster = msgspec.structs.replace(before, baud=115200)
    moved = msgspec.structs.replace(before, path="/dev/s2")
    assert (changed_devices([before], [before]), moved_devices([before], [before])) == ([], [])
    assert (changed_devices([before], [faster]), moved_devices([before], [faster])) == ([faster], [])
    assert (changed_devices([before], [moved]), moved_devices([before], [moved])) == ([moved], [moved])
    assert moved_devices([], [before]) == [before]
