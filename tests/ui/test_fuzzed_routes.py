"""Whatever is asked of whatever address: an answer in words, never a fault of ours, never a trace in the log."""

import logging
from pathlib import Path

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter

from edge.features.pickup.state_machine import State
from edge.features.staff.pin_check import hash_pin
from edge.features.staff.sessions import Staff
from edge.platform.process import ProcessLife
from tests.ui.fuzzed_routes import Asked, Fuzz, rules, sent
from tests.ui.shop_floor import PIN, SHIRT_M, Floor, ean13, pickup_code
from ui.app import make_app
from ui.process_state.screens import Screens

SEED = 8
PER_RULE = 30
PEOPLE = {"nobody": None, "a clerk": "s-1", "an installer": "i-1"}
NOT_OURS = 500
MAY_BE_BUSY = ("/live/", "/play/")  # 503 there is an answer: no place for another stream, no scanner to be played with
PLAY = {
    "store": "ginza",
    "issuer": {"issuer": "own", "kid": "k", "private": "A" * 43, "member": "m-1"},
    "cards": [],
}


@pytest.fixture
def asking(floor: Floor, tmp_path: Path) -> FlaskClient:
    """A browser before a busy shop, with every page that can be built in."""
    installer = Staff(staff="i-1", name="林 さち", mark="林", role="installer", pin=hash_pin(PIN))
    floor.feed("staff", "i-1", installer)
    for number, state in (
        ("4821", State.READY),
        ("4822", State.PLACED),
        ("4823", State.PICKING),
        ("4824", State.CANCELLED),
    ):
        floor.order(number, state, member="m-1", paid=number != "4821")
    for station in ("kiosk-1", "counter-1"):
        for code in ("M12345678", "M99999999", ean13(SHIRT_M), "?", pickup_code("4821")):
            floor.scan(code, station)
    config = msgspec.structs.replace(
        floor.config, web=msgspec.structs.replace(floor.config.web, play=str(tmp_path / "play.json"))
    )
    (tmp_path / "play.json").write_bytes(msgspec.json.encode(PLAY))
    app = make_app(config, floor.box, Screens(), ProcessLife())
    return app.test_client()


def known(asking: FlaskClient) -> dict[str, tuple[str, ...]]:
    return {
        "station": (*["kiosk-1"] * 3, *["counter-1"] * 3, "door", "board"),
        "seq": tuple(str(seq) for seq in range(1, 11)),
        "order": ("o-4821", "o-4822", "o-4823", "o-4824"),
        "gtin": (SHIRT_M, ean13(SHIRT_M)),
        "action": ("accept", "pick", "ready", "reject", "short"),
        "tab": ("waiting", "prepare", "today", "done"),
        "category": ("shirts",),
        "name": ("shirt",),
        "code": ("qr", "code128"),
        "filename": ("css/staff.css", "js/service-worker.js"),
        "staff": ("s-1", "i-1"),
        "pin": (PIN, "0000"),
        "key": ("0" * 32,),
        "lang": ("ja", "en"),
        "screen": ("tablet-1", "tablet-2"),
    }


def bad(asking: FlaskClient, asked: Asked) -> str | None:
    """What is wrong with the answer, or None."""
    answer = asking.open(**sent(asked))
    try:
        busy = answer.status_code == 503 and asked.path.startswith(MAY_BE_BUSY)
        if answer.status_code >= NOT_OURS and not busy:
            return f"{answer.status_code} for {asked}"
        if not answer.is_streamed and "Traceback" in answer.get_data().decode("utf-8", "replace"):
            return f"a trace for {asked}"
        return None
    finally:
        answer.close()


@pytest.mark.parametrize("person", PEOPLE)
def test_no_request_to_any_rule_is_a_fault_of_ours(
    asking: FlaskClient, caplog: pytest.LogCaptureFixture, person: str
) -> None:
    fuzz, found, count = Fuzz(SEED, known(asking)), [], 0
    with caplog.at_level(logging.ERROR):
        for rule in rules(asking.application):
            if who := PEOPLE[person]:
                asking.post(
                    "/staff/counter-1/login",
                    data={"staff": who, "pin": PIN},
                    headers={"Sec-Fetch-Site": "same-origin"},
                )
            for asked in fuzz.of_rule(rule, PER_RULE):
                count += 1
                if wrong := bad(asking, asked):
                    found.append(wrong)
    assert found == []
    assert [record.getMessage() for record in caplog.records] == []
    assert count >= 40 * PER_RULE


def numbered(app: Flask) -> list[tuple[str, str]]:
    """Method and path, with `{}` for the number, of every rule that has one."""
    found = []
    for rule in rules(app):
        names = [name for name, part in rule._converters.items() if isinstance(part, IntegerConverter)]
        path = rule.rule.replace("<station>", "kiosk-1" if rule.rule.startswith("/kiosk") else "counter-1")
        for name in names:
            path = path.replace(f"<int:{name}>", "{}")
        if names:
            found.append(("POST" if "POST" in (rule.methods or ()) else "GET", path.replace("<order>", "o-4821")))
    return found


def test_a_number_sqlite_cannot_count_to_is_no_address(asking: FlaskClient) -> None:
    ours = {"Sec-Fetch-Site": "same-origin"}
    asking.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN}, headers=ours)
    addresses = numbered(asking.application)
    assert len(addresses) >= 8
    for method, path in addresses:
        assert asking.open(path.format(2**63 - 1), method=method, headers=ours).status_code < NOT_OURS, path
        for number in (str(2**63), str(2**64), "9" * 400, "9" * 5000):
            assert asking.open(path.format(number), method=method, headers=ours).status_code == 404, path
