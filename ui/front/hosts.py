"""Which host a request may be for: one of the box's own. A name that a stranger's DNS points here is none of them."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import AF_INET, AF_INET6, SOCK_DGRAM, gethostname, socket

Address = IPv4Address | IPv6Address

# uri-host of RFC 9110, 7.2, as far as a box may have it, and the port
_HOST = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]{0,5})?")


def address_of(text: str) -> Address | None:
    """The IP address in a text, IPv4 also if it is written as IPv6 (`::ffff:192.0.2.1`); None if it is not an address."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def name_of(host: str) -> str:
    """The host of a `Host` header without its port, in lower case; empty if it cannot be read."""
    found = _HOST.fullmatch(host.lower())
    return (found["six"] or found["name"]).removesuffix(".") if found else ""


def is_loopback(name: str) -> bool:
    """Whether it names this very machine and no other: `localhost`, or an address of loopback."""
    found = address_of(name)
    return found.is_loopback if found else name == "localhost"


def own_names(more: Iterable[str]) -> frozenset[str]:
    """The names of this box: `localhost`, the machine's own with and without its domain or `.local`, and `more`."""
    whole = gethostname().lower()
    short = whole.partition(".")[0]
    return frozenset({"localhost", whole, short, f"{short}.local", *(one.lower() for one in more)})


def is_own_host(host: str, names: frozenset[str]) -> bool:
    """Whether a request with this `Host` may be answered.

    Any IP address may: to ask for one, a browser has asked no DNS, so nobody else's page can be at that origin.
    """
    name = name_of(host)
    return name in names or address_of(name) is not None


def network_address(listens: str) -> str:
    """An address under which the network finds who listens at `listens`; of all addresses, the one of the way out."""
    found = address_of(listens)
    if found is None or not found.is_unspecified:
        return listens
    family, elsewhere = (AF_INET6, "2001:db8::1") if found.version == 6 else (AF_INET, "192.0.2.1")
    for kind, there in ((family, elsewhere), (AF_INET, "192.0.2.1")):
        with socket(kind, SOCK_DGRAM) as probe:
            try:
                probe.connect((there, 9))  # sends nothing: the way is only looked up
                return str(probe.getsockname()[0])
            except OSError:
                continue
    return f"{gethostname().partition('.')[0]}.local"
