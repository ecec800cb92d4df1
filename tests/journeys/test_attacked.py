"""A laptop on the shop's network floods the pages, and the shop goes on (`./dev bench attack` has the figures)."""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.processes.attacked_shop import Shop, flood, shop
from tests.processes.page_requests import Way
from tests.processes.town import eventually

SECONDS = 2.0  # of asking in each flood
ROOM = 300_000  # bytes the card may grow by meanwhile: what the loops write of themselves, and a line of the flood


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("shop")) as made:
        yield made


@pytest.mark.parametrize(
    "name", ["heads", "dripped", "bodies", "silent_many", "readers", "streams", "connects", "long_scans", "sign_ins"]
)
def test_kiosks_are_answered_under(attacked: Shop, name: str) -> None:
    found = attacked.under(name, SECONDS)
    for kind, kiosk in found.kiosks.items():
        assert kiosk.refused == 0, f"{kiosk.refused} of {len(kiosk.took)} at the {kind} got no answer"
    assert found.grown < ROOM


def test_the_watchdog_was_fed_all_the_while_and_nothing_broke(attacked: Shop) -> None:
    log = (attacked.folder / "log").read_text(encoding="utf-8")
    assert "have not answered" not in log
    assert "Traceback" not in log


def test_junk_at_full_speed_leaves_a_line_and_not_a_log(attacked: Shop) -> None:
    found = attacked.under("junk_scans", SECONDS)
    assert all(kiosk.refused == 0 for kiosk in found.kiosks.values())
    assert found.grown < ROOM


def asked(way: Way, path: str, **headers: str) -> http.client.HTTPResponse:
    line = way.line()
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


def test_a_stream_lives_behind_the_front_longer_than_its_deadlines(attacked: Shop) -> None:
    way = attacked.ways()["device"]
    line = way.line()
    line.request("GET", "/live/kiosk-1?screen=long&last=0", headers=way.headers())
    with line.getresponse() as events:
        until, beats = time.monotonic() + 22, 0  # the front gives a silent side up after 15 and 20 s
        while time.monotonic() < until:
            beats += events.readline() == b"event: hb\n"
    line.close()
    assert beats >= 4


def test_who_comes_by_the_front_is_never_the_box_and_is_told_nothing_of_the_fronts_words(attacked: Shop) -> None:
    own = replace(attacked.stranger(), own="127.0.0.1")
    for headers in ({}, {"Noren-From": "127.0.0.1"}, {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"}):
        assert asked(own, "/kiosk/kiosk-1/home", Host="localhost", **headers).status == 403
    device = attacked.ways()["device"]
    answer = asked(device, "/kiosk/kiosk-1/home", **device.headers())
    assert (answer.status, answer.headers["Noren-Paired"]) == (200, None)


def test_what_is_too_long_ends_at_the_front(attacked: Shop) -> None:
    way = attacked.stranger()
    assert asked(way, "/healthz").status == 200
    assert asked(way, "/healthz", X="x" * 9000).status == 400
    line = way.line()
    line.request("POST", "/kiosk/kiosk-1/scan", b"x" * 17_000, {"Sec-Fetch-Site": "same-origin"})
    assert line.getresponse().status == 413
    line.close()


def test_plain_http_and_old_tls_are_refused_on_the_network(attacked: Shop) -> None:
    with pytest.raises((http.client.HTTPException, OSError)):
        asked(Way(attacked.lan_port), "/healthz")
    old = attacked.trust
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert asked(Way(attacked.lan_port, host="localhost", tls=old), "/healthz").status == 200
    with socket.create_connection(("127.0.0.1", attacked.lan_port)) as line:
        # a hello of TLS 1.0, as a client that knows nothing newer sends it
        line.sendall(bytes.fromhex("160301002d010000290301") + bytes(32) + bytes.fromhex("000002002f0100"))
        assert line.recv(100)[:1] in (b"\x15", b"")


def test_a_socket_on_which_nobody_even_shakes_hands_is_closed(attacked: Shop) -> None:
    with socket.create_connection(("127.0.0.1", attacked.lan_port), timeout=120) as line:
        assert line.recv(1) == b""


def test_a_new_address_or_a_near_end_gives_a_new_certificate_without_a_word_lost(attacked: Shop) -> None:
    site = attacked.data / "front" / "site.pem"
    before = site.read_bytes()
    site.unlink()
    eventually(site.exists, "the web process makes it anew")
    assert site.read_bytes() != before
    eventually(lambda: shows(attacked) == ssl.PEM_cert_to_DER_cert(first(site)), "the front shows it")
    assert asked(attacked.stranger(), "/healthz").status == 200


def first(site: Path) -> str:
    end = "-----END CERTIFICATE-----"
    return site.read_text(encoding="ascii").partition(end)[0] + end


def shows(attacked: Shop) -> bytes | None:
    """None if the front refuses the address for a moment: repeated looks are a flood to it."""
    with attacked.trust.wrap_socket(socket.socket(), server_hostname="localhost") as line:
        try:
            line.connect(("127.0.0.1", attacked.lan_port))
        except OSError:
            return None
        return line.getpeercert(binary_form=True)


def test_the_front_that_falls_leaves_the_boxs_own_screen_alone(attacked: Shop) -> None:
    for child in psutil.Process(attacked.front).children():
        child.kill()
    box = Way(attacked.port)
    assert asked(box, "/kiosk/kiosk-1/home").status == 200
    assert json.loads(asked_body(box, "/healthz"))["ok"]


def asked_body(way: Way, path: str) -> bytes:
    line = way.line()
    line.request("GET", path)
    body = line.getresponse().read()
    line.close()
    return body


def test_the_flood_does_stop_pages_that_have_no_front(tmp_path: Path) -> None:
    """The tool attacks for real: without the front nobody is answered, and with an end to it the pages come back."""
    with shop(tmp_path) as bare:
        found = bare.under("heads", SECONDS, direct=True)
        assert found.kiosks["box"].refused
        eventually(lambda: asked(Way(bare.port), "/healthz").status == 200, "the pages are back")
        with flood("silent", "127.0.0.1", bare.lan_port, "https"):
            assert asked(Way(bare.port), "/healthz").status == 200
