"""However the demo ends, nothing of it is left running, whoever started it and whatever its terminal can show."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # s; only a hang takes so long
EVERYONE = 8  # broker, HQ, three scanners, web, bridge, sync


def left(folder: Path) -> list[str]:
    """The command lines of the processes of a demo's folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has just ended
        if f"{folder}/" in line:
            found.append(line)
    return found


def until_nothing_is_left(folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while here := left(folder):
        assert time.monotonic() < end, here
        time.sleep(0.1)


@contextmanager
def demo(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo on a terminal that is not UTF-8, once its pages are there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edge", "demo", "--folder", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "iso-8859-1:strict", "PYTHONUTF8": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="iso-8859-1",
    )
    try:
        assert process.stdout is not None
        said = ""
        while "Noren is running" not in said:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            said += line
        assert len(left(folder)) >= EVERYONE
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def test_nothing_is_left_after_an_end_whatever_the_terminal_can_show(folder: Path) -> None:
    with demo(folder) as process:
        process.terminate()
        said, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, "Traceback" in errors) == (0, False), errors
        assert r"Ending \u2026" in said
    assert left(folder) == []

    with demo(folder) as process:  # `| head` has had enough
        assert process.stdout is not None
        process.stdout.close()
        process.terminate()
        process.wait(PATIENCE)
    assert left(folder) == []


def test_nothing_is_left_after_kill_9(folder: Path) -> None:
    with demo(folder) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        until_nothing_is_left(folder)
