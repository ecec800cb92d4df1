"""A store's folder with its databases, a virtual scanner in its own process, and the bridge in another."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge.platform import migration
from edge.platform.database import open_store, rows
from tests.support.enrolled_store import hq_part
from tests.support.keyed_databases import unlocked

HUNG = 180.0  # seconds after which a wait in a test counts as hung; nothing measured here

TOML = """
[store]
chain = "kasane"
id = "ginza"
data = "data"
[[stations]]
id = "kiosk-1"
role = "kiosk"
name = { ja = "キオスク" }
"""


def until(true: Callable[[], Any], what: str) -> Any:
    """Wait for `true()` to be so, and give what it gave."""
    end = time.monotonic() + HUNG
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.005)
    raise AssertionError(f"waited {HUNG:.0f} s for {what}")


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Rig:
    """One folder: noren.toml, data/, the scanner's link and its control socket."""

    def __init__(self, folder: Path, devices: str = "") -> None:
        self.folder = folder
        self.toml = folder / "noren.toml"
        self.data = folder / "data"
        self.link = folder / "by-id" / "usb-Virtual_Scanner"
        self.control = folder / "control"
        self.toml.write_text(hq_part(self.toml.parent) + TOML + devices)
        migration.migrate(unlocked(self.data))

    def ask(self, sql: str) -> list[dict[str, Any]]:
        with open_store(self.data) as db:
            return rows(db, sql)

    def scanned(self) -> list[bytes]:
        return [row["data"] for row in self.ask("select data from scans order by seq")]

    def told(self) -> list[tuple[str, str]]:
        return [(row["kind"], row["detail"]) for row in self.ask("select * from device_log order by seq")]

    def device(self) -> dict[str, Any]:
        found = self.ask("select * from devices")
        return found[0] if found else {}

    def tell(self, **order: Any) -> dict[str, Any]:
        """Give the virtual scanner an order; its answer."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(HUNG)
            line.connect(str(self.control))
            line.sendall(json.dumps(order).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile().readline())
            return answer

    def send(self, data: bytes) -> None:
        assert self.tell(send=base64_of(data)) == {"ok": True}

    @contextmanager
    def scanner(self) -> Iterator[subprocess.Popen[bytes]]:
        with noren("virtual-scanner", "--link", str(self.link), "--control", str(self.control)) as process:
            until(self.control.exists, "the virtual scanner")
            yield process

    @contextmanager
    def bridge(self) -> Iterator[subprocess.Popen[bytes]]:
        with noren("run", "bridge", "--config", str(self.toml)) as process:
            yield process

    def serial(self, **keys: Any) -> "Rig":
        """Name the virtual scanner in noren.toml."""
        lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items())
        device = (
            f'[[devices]]\nid = "gun"\nkind = "serial"\nstation = "kiosk-1"\npath = "by-id/{self.link.name}"\n{lines}\n'
        )
        self.toml.write_text(hq_part(self.toml.parent) + TOML + device)
        return self


@contextmanager
def noren(*args: str) -> Iterator[subprocess.Popen[bytes]]:
    """A `noren` process that must end by itself when asked to, unless the test kills it first."""
    process = subprocess.Popen([sys.executable, "-m", "edge", *args], env=os.environ)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(HUNG)
            finally:
                process.kill()
