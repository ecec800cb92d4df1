"""This machine's own addresses on networks, as the kernel lists them; nobody is asked and nothing is sent."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

Address = IPv4Address | IPv6Address

PROC_NET = Path("/proc/net")
_LOCAL = re.compile(r"\|-- ([0-9.]+)\n\s+/32 host LOCAL")


def own_ip_addresses(net: Path = PROC_NET) -> list[Address]:
    """Every address of every network card, without loopback, in order."""
    return [*sorted(set(_four(net))), *sorted(set(_six(net)))]


def _four(net: Path) -> Iterator[IPv4Address]:
    for text in _LOCAL.findall((net / "fib_trie").read_text(encoding="ascii")):
        address = IPv4Address(text)
        if not address.is_loopback:
            yield address


def _six(net: Path) -> Iterator[IPv6Address]:
    file = net / "if_inet6"
    if not file.exists():  # a kernel without IPv6
        return
    for line in file.read_text(encoding="ascii").splitlines():
        address = IPv6Address(bytes.fromhex(line.split()[0]))
        if not address.is_loopback:
            yield address
