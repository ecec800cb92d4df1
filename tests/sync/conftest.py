"""A real mosquitto on a free port, which tests may stop, kill and start again."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edge.demo import broker
from edge.demo.ports import free_port

PATIENCE = 120.0  # s; far more than any machine needs, so that only a real hang fails


@dataclass(slots=True)
class Mosquitto:
    """A broker with the shipped settings, on one port for its whole life; on loopback without certificates and rules."""

    folder: Path
    port: int
    extra: str = ""
    changes: Mapping[str, str | None] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        config = self.folder / "mosquitto.conf"
        changes = {
            **broker.loopback_changes(self.port, None),
            "log_dest": "stderr",
            "persistence": "false",
            **self.changes,
        }
        text = broker.changed_settings(broker.SHIPPED_CONFIG.read_text(encoding="utf-8"), changes)
        config.write_text(f"{text}user root\n{self.extra}")
        binary = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen([binary, "-c", config], stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while not _answers(self.port):
            assert self.process.poll() is None, (self.folder / "mosquitto.log").read_text()
            assert time.monotonic() < end, "mosquitto does not answer"
            time.sleep(0.02)

    def reload(self) -> None:
        """It reads its rules anew, as `systemctl reload mosquitto` has it; back when it says that it does."""
        assert self.process
        log = self.folder / "mosquitto.log"
        before = log.read_text().count("Reloading config")
        self.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + PATIENCE
        while log.read_text().count("Reloading config") == before:
            assert time.monotonic() < end, "mosquitto does not read its rules anew"
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


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    one = Mosquitto(tmp_path, free_port())
    one.start()
    yield one
    one.kill()
