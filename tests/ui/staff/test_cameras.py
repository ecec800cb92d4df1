"""What cameras see, and the status page in the staff's frame: for whoever is signed in, and for nobody else."""

import fcntl
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient

from edge.config.toml_schema import CameraDevice, SerialDevice
from tests.ui.shop_floor import PIN, Floor
from ui.staff import shell

CAMERA = CameraDevice(id="eye", station="door", source="/dev/video0")
SCANNER = SerialDevice(id="by-door", station="kiosk-1", path="/dev/serial/by-id/a")
JPEG = b"\xff\xd8\xff picture"


@pytest.fixture
def floor(floor: Floor) -> Floor:
    return replace(floor, config=msgspec.structs.replace(floor.config, devices=[CAMERA, SCANNER]))


def sign_in(client: FlaskClient) -> None:
    answer = client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert answer.status_code == 303


def folder(floor: Floor) -> Path:
    return Path(floor.config.store.data) / "preview"


def put_picture(floor: Floor) -> None:
    folder(floor).mkdir(exist_ok=True)
    (folder(floor) / "eye.jpg").write_bytes(JPEG)


def test_signed_in_staff_see_what_a_camera_sees(client: FlaskClient, floor: Floor) -> None:
    put_picture(floor)
    sign_in(client)
    answer = client.get("/staff/counter-1/preview/eye.jpg")
    assert (answer.data, answer.mimetype) == (JPEG, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("off", [-6, 6], ids=["old", "of a clock that was set back"])
def test_a_picture_nobody_renews_is_not_shown(client: FlaskClient, floor: Floor, off: float) -> None:
    put_picture(floor)
    sign_in(client)
    taken = time.time() + off
    os.utime(folder(floor) / "eye.jpg", (taken, taken))
    assert client.get("/staff/counter-1/preview/eye.jpg").status_code == 404


def test_nobody_else_sees_it_and_the_camera_is_not_asked(client: FlaskClient, floor: Floor) -> None:
    put_picture(floor)
    for path in ("/staff/counter-1/preview/eye.jpg", "/staff/counter-1/status/cards"):
        assert client.get(path).status_code == 403
    sign_in(client)
    client.set_cookie(shell.cookie_name("kiosk-1"), "made-up", path="/")
    assert client.get("/staff/kiosk-1/preview/eye.jpg").status_code == 403
    assert not (folder(floor) / "eye.want").exists()


def test_asking_lets_the_bridge_know_that_somebody_looks(client: FlaskClient, floor: Floor) -> None:
    sign_in(client)
    assert client.get("/staff/counter-1/preview/eye.jpg").status_code == 404  # no picture yet
    first = (folder(floor) / "eye.want").stat().st_mtime_ns
    client.get("/staff/counter-1/preview/eye.jpg")
    assert (folder(floor) / "eye.want").stat().st_mtime_ns > first


@pytest.mark.parametrize("device", ["by-door", "nobody", "..%2fstore", "%2e%2e%2fstore"])
def test_what_is_no_camera_of_the_shop_has_no_picture(client: FlaskClient, floor: Floor, device: str) -> None:
    sign_in(client)
    assert client.get(f"/staff/counter-1/preview/{device}.jpg").status_code == 404
    assert not folder(floor).exists() or list(folder(floor).iterdir()) == []


def test_looking_alone_keeps_no_session_alive(client: FlaskClient) -> None:
    sign_in(client)
    began = datetime.now(UTC)
    for seconds in (60, 120, 170):
        with time_machine.travel(began + timedelta(seconds=seconds)):
            assert client.get("/staff/counter-1/status/cards").status_code == 200
            client.get("/staff/counter-1/preview/eye.jpg")
    with time_machine.travel(began + timedelta(seconds=190)):
        assert client.get("/staff/counter-1/status/cards").status_code == 403


def test_the_staffs_frame_shows_the_same_with_the_cameras_in_reach(client: FlaskClient) -> None:
    assert client.get("/staff/counter-1/devices").status_code == 303  # to the door
    sign_in(client)
    page = client.get("/staff/counter-1/devices?lang=en").text
    assert "No code can be read." in page  # no bridge runs in this test
    assert "See what it sees" not in page  # nothing runs that could look
    assert 'data-fresh="/staff/counter-1/status/cards?lang=en"' in page
    assert page.count("data-health") == 1


def test_a_camera_can_be_looked_through_while_the_bridge_runs(client: FlaskClient, floor: Floor) -> None:
    with (Path(floor.config.store.data) / "bridge.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        sign_in(client)
        page = client.get("/staff/counter-1/devices").text
    assert 'data-camera="eye" data-picture="/staff/counter-1/preview/eye.jpg"' in page
    assert 'data-camera="by-door"' not in page
