"""Watches HAProxy: sends requests to its address, as users do, and ends an HAProxy that does not answer.

A process that is stopped or hangs still has its socket, and clients wait. Answers received here feed systemd's watchdog;
without systemd this process ends HAProxy itself. Standard library only: it runs as long as HAProxy does, in 10 MB.
"""

import os
import signal
import socket
import ssl
import sys
import time
from pathlib import Path

from edge.platform.systemd import notify_systemd

PROBE_INTERVAL_S = 5.0  # seconds between questions
PROBE_TIMEOUT_S = 10.0  # seconds an answer may take
HUNG_AFTER_S = 20.0  # seconds without an answer after which HAProxy is ended; its supervisor starts another
HAPROXY_EXIT_POLL_S = 1.0  # seconds until it notices that HAProxy has ended
PROBE_ADDRESS = (
    "127.86.0.1"  # the address it asks from, which haproxy.cfg knows: a flood must not look like a front that hangs
)
PROBE_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def is_answered(host: str, port: int) -> bool:
    """Whether an HTTP answer comes over TLS, with any status: others watch the app behind it."""
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # the check is that it runs, not its identity
    source = None if ":" in host else (PROBE_ADDRESS, 0)
    try:
        with socket.create_connection((host, port), PROBE_TIMEOUT_S, source) as line, trust.wrap_socket(line) as sealed:
            sealed.sendall(PROBE_REQUEST)
            return sealed.recv(16).startswith(b"HTTP/1.")
    except OSError:
        return False


def end_proxy(front: int) -> None:
    """End HAProxy's processes, the workers first; a stopped process gets no other signal than SIGKILL."""
    workers = Path(f"/proc/{front}/task/{front}/children").read_text(encoding="ascii").split()
    for number in (*map(int, workers), front):
        if number != os.getpid():
            os.kill(number, signal.SIGKILL)


def main(host: str, port: int, front: int) -> None:
    """Watch as long as `front`, the process that started this one, runs."""
    answered = time.monotonic()
    while os.getppid() == front:
        asked = time.monotonic()
        if is_answered(host, port):
            answered = time.monotonic()
            notify_systemd("WATCHDOG=1")
        elif time.monotonic() - answered > HUNG_AFTER_S and os.getppid() == front:
            sys.stderr.write(
                f"C ui.front.haproxy_watch: HAProxy has not answered for {HUNG_AFTER_S:.0f} s and is ended\n"
            )
            end_proxy(front)
            return
        while os.getppid() == front and time.monotonic() - asked < PROBE_INTERVAL_S:
            time.sleep(HAPROXY_EXIT_POLL_S)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
