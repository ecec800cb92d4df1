"""In a fresh Debian, with its own Python: Noren installed as systemd/README.md says, until a scan is answered on a page.

The scanner is a line (a pty) at which this program types. Where systemd is process 1 it starts the units; where it is not, as in
a root that was entered, their processes are started here, by root. Prints three spans in seconds: installing, setting up, from
the start to the answer.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import tty
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOREN = "/opt/noren/active/bin/noren"
STORE, KEY = Path("HQ/stores/ginza"), Path("/etc/noren/keys/store-signing.key")
PAGE = "http://127.0.0.1:8080/kiosk/k1"
CODE = b"4901234567894\r"  # a price tag; a box that has just been installed has no catalogue, and says so
AGAIN = 1.0  # s: as a customer would who sees nothing
LONG = 120.0  # s; only a hang takes so long
PROCESSES = ("web", "bridge", "sync")
SETTINGS = """
[store]
chain = "hanada"
id = "ginza"
data = "/var/lib/noren"
[[stations]]
id = "k1"
role = "kiosk"
name = {{ ja = "キオスク", en = "Kiosk" }}
[[devices]]
id = "scanner-1"
kind = "serial"
station = "k1"
path = "{line}"
"""


def noren(*words: str) -> None:
    """Run the command. Raises CalledProcessError."""
    subprocess.run([NOREN, *words], check=True, stdout=sys.stderr)


def set_up(line: str) -> None:
    """Enrolment and settings, and the databases made."""
    noren("hq", "init", "--dir", "HQ", "--chain", "hanada", "--broker", "mqtts://broker.example.com")
    noren("hq", "stores", "add", "ginza", "--dir", "HQ")
    KEY.write_bytes((STORE / "store-signing.key").read_bytes())
    KEY.chmod(0o600)
    hq = (STORE / "hq.toml").read_text(encoding="utf-8").replace('"store-signing.key"', f'"{KEY}"')
    Path("/etc/noren/noren.toml").write_text(hq + SETTINGS.format(line=line), encoding="utf-8")
    noren("check")


@contextmanager
def booted(line: str) -> Iterator[None]:
    """What runs is what systemd has started."""
    shutil.chown(line, "noren")
    subprocess.run(["systemctl", "start", "noren.target"], check=True)
    yield
    subprocess.run(["systemctl", "--no-pager", "--no-legend", "list-units", "noren*"], check=True, stdout=sys.stderr)
    subprocess.run(["systemctl", "stop", "noren.target"], check=True)


@contextmanager
def entered() -> Iterator[None]:
    """What runs is what this program has started."""
    Path("/var/lib/noren").mkdir(parents=True)
    noren("migrate")
    processes = [subprocess.Popen([NOREN, "run", name], stdout=sys.stderr) for name in PROCESSES]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def on_screen() -> str:
    """The kiosk's page; nothing while nobody serves it."""
    try:
        with urllib.request.urlopen(PAGE, timeout=LONG) as answer:
            text: str = answer.read().decode()
            return text
    except OSError:
        return ""


def scan_until_answered(line: int) -> None:
    """Scan, and scan again, until the page has an answer. Raises TimeoutError."""
    end = time.monotonic() + LONG
    scanned = 0.0
    while not re.search(r'data-seq="\d', seen := on_screen()):
        if time.monotonic() > end:
            raise TimeoutError(f"no answer on the page: {seen[-2000:]}")
        if seen and time.monotonic() - scanned > AGAIN:
            os.write(line, CODE)
            scanned = time.monotonic()
        time.sleep(0.02)


def main() -> int:
    """Install with the command that is given, and go on until the first answer."""
    began = time.monotonic()
    subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr)
    installed = time.monotonic()
    os.chdir("/root")
    line, other = os.openpty()
    tty.setraw(other)
    set_up(os.ttyname(other))
    ready = time.monotonic()
    with booted(os.ttyname(other)) if Path("/run/systemd/system").exists() else entered():
        scan_until_answered(line)
        answered = time.monotonic()
    print(f"{installed - began:.1f} {ready - installed:.1f} {answered - ready:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
