"""A real mosquitto on a free port, which tests may stop, kill and start again."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PATIENCE = 30.0  # s; far more than any machine needs, so that only a real hang fails


@dataclass(slots=True)
class Mosquitto:
    """A broker in Debian's default behaviour, on one port for its whole life."""

    folder: Path
    port: int
    extra: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        config = self.folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\n{self.extra}")
        binary = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen([binary, "-c", config], stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while not _answers(self.port):
            assert self.process.poll() is None, (self.folder / "mosquitto.log").read_text()
            assert time.monotonic() < end, "mosquitto does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """As a power cut ends it: nothing is said, nothing is kept."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path, free_port())
    broker.start()
    yield broker
    broker.kill()
