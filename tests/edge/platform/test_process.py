"""A process lives until it is asked to stop or one of its tasks breaks, and says which."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from edge.platform.process import EX_BROKEN, ProcessLife, join_threads, start_tasks
from edge.platform.systemd import notify_systemd


def test_the_end_of_one_task_is_the_end_of_all() -> None:
    life, rounds = ProcessLife(), []

    def short(_: ProcessLife) -> None:
        return

    def long(own: ProcessLife) -> None:
        while own.goes_on():
            rounds.append(1)
            own.rest(60)

    threads = start_tasks(life, {"long": long, "short": short})
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert life.broken is None


def test_a_broken_task_ends_the_process_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: ProcessLife) -> None:
        raise KeyError("lost")

    life = ProcessLife()
    for thread in start_tasks(life, {"the desk": broken}):
        thread.join(30)
    assert isinstance(life.broken, KeyError)
    assert "the desk broke" in caplog.text
    assert not life.goes_on()


PROCESS = """
import sys
from edge.platform import process
def task(life):
    while life.goes_on():
        print("up", flush=True)
        life.rest(60)
        {then}
sys.exit(process.run_tasks({{"task": task}}))
"""


def _process(then: str) -> subprocess.Popen[str]:
    code = PROCESS.format(then=then)
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout
    assert running.stdout.readline() == "up\n"
    return running


def test_a_process_asked_to_stop_ends_well() -> None:
    running = _process("pass")
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert running.returncode == 0


def test_a_process_whose_task_breaks_says_so_by_its_exit_code() -> None:
    running = _process("raise RuntimeError('at the end')")
    running.send_signal(signal.SIGTERM)
    _, told = running.communicate(timeout=60)
    assert running.returncode == EX_BROKEN
    assert "at the end" in told


def test_a_process_asked_to_stop_in_its_first_moment_ends_well_every_time() -> None:
    for _ in range(10):
        running = _process("pass")
        for _ in range(5):
            running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
        assert running.returncode == 0


def test_systemd_is_told_where_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify_systemd("READY=1")
        assert systemd.recv(64) == b"READY=1"
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify_systemd("WATCHDOG=1")
    assert os.environ.get("NOTIFY_SOCKET") is None


def test_the_rounds_of_a_life_within_count_until_it_is_over() -> None:
    life = ProcessLife()
    life.goes_on()
    with life.within() as inner:
        inner.goes_on()
        time.sleep(0.05)
        life.goes_on()
        assert life.stalest() >= 0.05, "the inner one has been silent"
        assert not inner.is_over()
    assert inner.is_over()
    before = time.monotonic()
    assert life.goes_on()
    assert life.stalest() <= time.monotonic() - before, "only its own last round counts"


def test_tasks_that_do_not_end_are_waited_for_together_and_named() -> None:
    over, names = threading.Event(), [f"task-{n}" for n in range(200)]
    threads = [threading.Thread(target=over.wait, name=name) for name in names]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    try:
        assert join_threads(threads, 0.5) == names
        assert time.monotonic() - began < 200 * 0.5, "as long as one after the other"
    finally:
        over.set()
    assert join_threads(threads) == []
