"""HAProxy is stopped while its sockets stay open: it is noticed at its own door, said, ended, and another one works."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes.attacked_shop import ROOT, Shop, shop
from tests.processes.page_requests import Way, answers
from tests.processes.town import eventually


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


@pytest.fixture
def told(tmp_path: Path) -> Iterator[socket.socket]:
    """In place of systemd: receives the messages that are sent to it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(0.0)
        yield heard


def words(told: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(told.recv(4096).decode())
        except BlockingIOError:
            return found


def status(way: Way) -> str:
    line = way.line()
    line.request("GET", "/status?lang=en")
    text = line.getresponse().read().decode()
    line.close()
    return text


def front(settings: Path, told: socket.socket) -> subprocess.Popen[bytes]:
    """As systemd starts it."""
    env = {**os.environ, "NOTIFY_SOCKET": told.getsockname()}
    return subprocess.Popen([sys.executable, "-m", "edge", "front", "--config", str(settings)], env=env, cwd=ROOT)


def haproxy(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    mine = psutil.Process(process.pid)
    return [mine, *(child for child in mine.children() if child.name() == "haproxy")]


def watchers(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [child for child in psutil.Process(process.pid).children() if "ui.front.haproxy_watch" in child.cmdline()]


def test_a_front_that_hangs_is_told_of_ended_and_replaced(open_shop: Shop, told: socket.socket) -> None:
    settings, box, device = open_shop.folder / "noren.toml", Way(open_shop.port), open_shop.stranger()
    assert open_shop.front
    os.kill(open_shop.front, signal.SIGTERM)
    eventually(lambda: not answers(device), "the first front has ended")
    first = front(settings, told)
    eventually(lambda: answers(device), "the front answers")
    eventually(lambda: "WATCHDOG=1" in words(told), "systemd is told that its door is answered")
    assert "network gets no pages" not in status(box)
    (watcher,) = watchers(first)

    for process in haproxy(first):
        process.send_signal(signal.SIGSTOP)
    words(told)
    eventually(lambda: "network gets no pages" in status(box), "the status page says it")
    assert first.wait(timeout=180) == -signal.SIGKILL
    assert not any("WATCHDOG=1" in word for word in words(told))
    eventually(lambda: not watcher.is_running(), "the watcher ends with what it watched")

    second = front(settings, told)
    try:
        eventually(lambda: answers(device), "another one answers")
        eventually(lambda: "network gets no pages" not in status(box), "the status page says so")
    finally:
        left = watchers(second)
        second.terminate()
        second.wait()
    eventually(lambda: not any(one.is_running() for one in left), "no watcher stays behind")
