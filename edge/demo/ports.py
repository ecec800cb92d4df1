"""Ports for what is started for a while: a demo, a test."""

import random
import socket

# Below those that Linux gives to outgoing connections (32768 up, net.ipv4.ip_local_port_range): one of them could take a
# port between this look at it and its use.
PORT_RANGE = range(15_000, 32_000)
SYSTEM_RANDOM = (
    random.SystemRandom()
)  # two processes that look at the same time choose apart, whatever seed they were given

CLAIM_SOCKETS: list[int] = []  # file descriptors, open to the end of this process


def free_port() -> int:
    """A port nobody listens on just now; nobody else is given it while this process lives."""
    while True:
        if is_free(port := SYSTEM_RANDOM.choice(PORT_RANGE)) and claim_port(port):
            return port


def claim_port(port: int) -> bool:
    """Keep a port for this process, which may listen on it only later, or never; whether it is not given out already.

    The claim is an abstract socket of that name (unix(7)): one on the whole machine, and gone with its process.
    """
    claimed = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claimed.bind(f"\0noren-port-{port}")
    except OSError:
        claimed.close()
        return False
    CLAIM_SOCKETS.append(claimed.detach())
    return True


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
