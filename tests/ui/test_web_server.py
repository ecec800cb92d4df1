"""The real process: it starts alone, answers, and ends fast with streams open."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from edge.demo.ports import free_port
from edge.platform.clock import now
from edge.platform.database import open_store, rows, writing
from edge.scan.log import Reading, append_reading
from tests.ui.shop_floor import SHIRT_M, ean13, open_floor, toml

WEB = [sys.executable, "-m", "edge", "run", "web", "--config"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The settings file of a shop that nobody serves yet."""
    port = free_port()
    open_floor(tmp_path / "data", port).close()
    return toml(tmp_path, port)


def port_of(settings: Path) -> int:
    return int(settings.read_text().split("port = ")[1].split("\n")[0])


def ask(settings: Path, path: str, method: str = "GET", body: bytes = b"") -> tuple[int, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", port_of(settings), timeout=60)
    line.request(method, path, body, {"Sec-Fetch-Site": "same-origin"})
    answer = line.getresponse()
    found = answer.status, answer.read()
    line.close()
    return found


def well(settings: Path) -> bool:
    try:
        return ask(settings, "/healthz")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def wait_for(told: object, patience: float = 60.0) -> None:
    assert callable(told)
    until = time.monotonic() + patience
    while not told():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


@contextmanager
def serving(settings: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (settings.parent / "log").open("ab") as log:
        process = subprocess.Popen([*WEB, str(settings)], stderr=log, stdout=log)
    try:
        wait_for(lambda: well(settings))
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def stream(settings: Path, screen: str) -> Iterator[http.client.HTTPResponse]:
    """An open stream of the kiosk, after its first beat."""
    line = http.client.HTTPConnection("127.0.0.1", port_of(settings), timeout=60)
    line.request("GET", f"/live/kiosk-1?screen={screen}&last=0")
    with line.getresponse() as answer:
        assert answer.readline() == b"event: hb\n"
        yield answer
    line.close()


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def log_of(settings: Path) -> str:
    return (settings.parent / "log").read_text()


def test_a_wedge_scan_is_answered_on_the_stream(shop: Path) -> None:
    with serving(shop), stream(shop, "a") as events:
        assert ask(shop, "/kiosk/kiosk-1/scan", "POST", b'{"code": "%s"}' % ean13(SHIRT_M).encode())[0] == 202
        while events.readline() != b"event: outcome\n":
            pass
        assert events.readline() == b"id: 1\n"
        assert b"stage product" in ask(shop, "/kiosk/kiosk-1/outcome/1")[1]


def test_it_ends_fast_and_in_good_order_with_screens_watching(shop: Path) -> None:
    with serving(shop) as process, ExitStack() as open_streams:
        streams = [open_streams.enter_context(stream(shop, f"screen-{n}")) for n in range(10)]
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        took = time.monotonic() - asked
        assert all(b"event: bye\n" in events.read() for events in streams)
        # streams that were not ended would hold it for the whole grace of 4 s and be cut off without a `bye`
        assert took < 30
    assert "Traceback" not in log_of(shop)


def test_a_second_process_on_the_same_store_says_so_and_leaves(shop: Path) -> None:
    with serving(shop):
        second = subprocess.run([*WEB, str(shop)], capture_output=True, text=True, check=False)
        assert second.returncode == 78
        assert "already served" in second.stderr
        assert "Traceback" not in second.stderr
        assert well(shop)


def test_a_port_that_is_taken_is_named(shop: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port_of(shop)))
        taken.listen()
        refused = subprocess.run([*WEB, str(shop)], capture_output=True, text=True, check=False)
    assert refused.returncode == 78
    assert f"port {port_of(shop)}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(shop: Path) -> None:
    with serving(shop) as process:
        (worker,) = psutil.Process(process.pid).children()
        worker.kill()
        wait_for(lambda: well(shop) and worker not in psutil.Process(process.pid).children())
        assert ask(shop, "/kiosk/kiosk-1/scan", "POST", b'{"code": "M12345678"}')[0] == 202
        db = open_store(shop.parent / "data")
        wait_for(lambda: rows(db, "select 1 from outcomes"))
        db.close()


def test_after_a_kill_the_next_process_takes_over(shop: Path) -> None:
    with serving(shop) as process:
        (worker,) = psutil.Process(process.pid).children()
        process.kill()
        process.wait()
        with serving(shop):
            wait_for(lambda: gone(worker) and well(shop))
            assert ask(shop, "/kiosk/kiosk-1/home")[0] == 200


def test_a_broken_desk_ends_its_worker_and_the_next_one_begins_where_it_was(shop: Path) -> None:
    db = open_store(shop.parent / "data")
    with serving(shop) as process:
        (worker,) = psutil.Process(process.pid).children()
        with writing(db):  # as the bridge does: the worker may be gone before it could take a request
            append_reading(db, "scans", "kiosk-1", "scanner", Reading(data=b"M12345678"), now())
            db.conn.execute("update scans set clock = 'no quality'")
        wait_for(lambda: worker not in psutil.Process(process.pid).children())
        db.conn.execute("update scans set clock = 'synced'")
        wait_for(lambda: rows(db, "select 1 from outcomes"))
        wait_for(lambda: well(shop))
    assert "desk broke" in log_of(shop) or "follower broke" in log_of(shop)
    db.close()


def test_no_whole_code_and_no_name_reaches_the_log(shop: Path) -> None:
    with serving(shop):
        for code in (b"M12345678", b"noren:p:o-4821:s3cretS3cret", ean13(SHIRT_M).encode()):
            ask(shop, "/kiosk/kiosk-1/scan", "POST", b'{"code": "%s"}' % code)
        db = open_store(shop.parent / "data")
        wait_for(lambda: len(rows(db, "select 1 from outcomes")) == 3)
        db.close()
    for secret in ("12345678", "s3cret", "サトウ", ean13(SHIRT_M)):
        assert secret not in log_of(shop)


def test_a_station_whose_role_nobody_serves_yet_is_told_at_the_start(shop: Path) -> None:
    with shop.open("a") as settings:
        settings.write('\n[[stations]]\nid = "way-out"\nrole = "gate"\nname = { ja = "出口" }\n')
    with serving(shop):
        assert "station way-out: role gate is not served by this version" in log_of(shop)
    assert "station kiosk-1: role" not in log_of(shop)


def test_clients_that_do_not_close_their_side_do_not_stop_the_loop(shop: Path) -> None:
    """gunicorn's own loop would wait two seconds for each, one after the other: a minute for thirty."""
    with serving(shop), ExitStack() as open_lines:
        for _ in range(30):
            line = open_lines.enter_context(socket.create_connection(("127.0.0.1", port_of(shop)), 60))
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        begun = time.monotonic()
        assert ask(shop, "/healthz")[0] == 200
        assert time.monotonic() - begun < 30
