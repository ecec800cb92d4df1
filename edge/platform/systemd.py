"""Notifying systemd, if it started this process; the standard library is enough for it."""

import os
import socket


def notify_systemd(state: str) -> None:
    """Send a state to systemd (`READY=1`, `WATCHDOG=1`, `STATUS=…`). Does nothing if systemd did not start us. sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
        to.connect("\0" + address[1:] if address[0] == "@" else address)
        to.sendall(state.encode())
