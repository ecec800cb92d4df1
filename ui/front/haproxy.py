"""The reverse proxy between the shop's network and the pages: HAProxy with our settings, a certificate and a socket.

Its measurements are in docs/security.md. One laptop can stop gunicorn alone by most of the known attacks.
"""

import fcntl
import logging
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.config.toml_schema import BadConfig, Config
from edge.platform.clock import now
from edge.platform.process import ProcessLife
from edge.validation.fault import Fault
from ui.front import certificate
from ui.front.addresses import own_ip_addresses
from ui.front.hosts import own_names

log = logging.getLogger(__name__)

SETTINGS_FILE = Path(__file__).parent / "haproxy.cfg"
PROGRAM_PATH = "/usr/sbin:/usr/local/sbin:/usr/bin"
MAX_SOCKET_PATH_BYTES = 97  # bytes of a socket's path: unix(7) allows 107, HAProxy uses ten of them without saying so
CERTIFICATE_CHECK_INTERVAL_S = 60.0  # seconds between looks whether the certificate still is what it should be
LOOP_INTERVAL_S = 3.0  # seconds between rounds of that loop, short enough for the check that it still runs


def folder(config: Config) -> Path:
    """The folder of HAProxy's certificate and its socket to the app; no other user may enter."""
    return Path(config.store.data) / "front"


def app_socket(config: Config) -> Path:
    """The socket on which the app listens to HAProxy."""
    return folder(config) / "app.sock"


def _number(config: Config) -> Path:
    """The file with the number of the front's first process."""
    return folder(config) / "pid"


def make_folder(config: Config) -> None:
    """Make the folder, which must be there before the app listens in it. Raises BadConfig."""
    if len(os.fsencode(app_socket(config))) > MAX_SOCKET_PATH_BYTES:
        raise BadConfig(
            Fault("store.data", f"{app_socket(config)} is too long a path for a socket: {MAX_SOCKET_PATH_BYTES} bytes")
        )
    folder(config).mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """The front and the web process both see to the certificate; one at a time."""
    with (folder(config) / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare_front(config: Config) -> bool:
    """Make ready what the front is handed; whether there is another certificate than before. Raises BadConfig."""
    make_folder(config)
    with _alone(config):
        return certificate.renew_certificate(
            config, folder(config), own_names(config.web.names), own_ip_addresses(), now().time
        )


def renew_certificate_in_time(config: Config, life: ProcessLife) -> None:
    """Renew the certificate in time, and when the box has got another name or address; the front takes it up at once.

    What cannot be made (files that are none, a full disk) costs the network's pages, in time, and nothing else.
    """
    due = -math.inf  # monotonic seconds
    while life.goes_on():
        if time.monotonic() >= due:
            due = time.monotonic() + CERTIFICATE_CHECK_INTERVAL_S
            try:
                if prepare_front(config):
                    _take_up(config)
            except (BadConfig, OSError, ValueError) as error:  # a power cut leaves a number's file empty
                log.error("TLS certificate of HAProxy: %s", error)
        life.rest(LOOP_INTERVAL_S)


def _take_up(config: Config) -> None:
    """Tell HAProxy's master process to reload; open connections continue."""
    number = _number(config)
    if not number.exists():
        return
    pid = int(number.read_text(encoding="ascii"))
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()
        if name == "haproxy":
            os.kill(pid, signal.SIGUSR2)
            log.info("HAProxy has loaded the new TLS certificate")
    except (FileNotFoundError, ProcessLookupError):
        log.info("HAProxy is not running; it reads the new certificate when it starts")


def main(config: Config) -> None:
    """Become HAProxy, with a watcher beside it. Raises BadConfig."""
    program = shutil.which("haproxy", path=PROGRAM_PATH)
    if config.web.lan is None:
        raise BadConfig(Fault("web.lan", "not set: the pages are not offered to the network, and need no front"))
    if program is None:
        raise BadConfig(Fault("web.lan", "HAProxy is not installed: apt-get install haproxy"))
    prepare_front(config)
    handed = {
        "NOREN_BIND": _bound(config.web.lan, config.web.lan_port),
        "NOREN_PEM": str(folder(config) / certificate.SITE),
        "NOREN_APP": f"unix@{app_socket(config)}",
    }
    watch = [
        sys.executable,
        "-m",
        "ui.front.haproxy_watch",
        _door(config.web.lan),
        str(config.web.lan_port),
        str(os.getpid()),
    ]
    subprocess.Popen(watch)  # runs as long as this process, also after it calls exec
    words = [program, "-Ws", "-q", "-f", str(SETTINGS_FILE), "-p", str(_number(config))]
    os.execve(program, words, {**os.environ, **handed})


def _door(host: str) -> str:
    """The address at which this machine reaches its own HAProxy."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host


def _bound(host: str, port: int) -> str:
    """The bind address in HAProxy's form; for all addresses, also those of IPv6 if this machine has it."""
    if host in ("0.0.0.0", "::"):
        return f"0.0.0.0:{port},[::]:{port}" if _has_six() else f"0.0.0.0:{port}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _has_six() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True
