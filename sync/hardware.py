"""Which machine this is, whatever its card says: a clone of a card is detected by it."""

import socket
from pathlib import Path

NETWORK_CLASS = Path("/sys/class/net")
OUTSIDE_ADDRESS = (
    "192.0.2.1",
    9,
)  # RFC 5737: an address that is in use nowhere; a packet to it would have this machine's own address as its source


def mac_address(net: Path = NETWORK_CLASS) -> str:
    """The address of the first real network card, as `dc:a6:32:01:02:03`; empty if there is none."""
    found = (_read(device.parent / "address") for device in sorted(net.glob("*/device")))
    return next((address for address in found if address.strip("0:")), "")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()[:40]
    except (OSError, UnicodeDecodeError):  # a tunnel has none to read, and a card may be pulled out at this moment
        return ""


def lan_address() -> str:
    """This machine's own address in the network; empty without one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(OUTSIDE_ADDRESS)
        except OSError:
            return ""
        address: str = probe.getsockname()[0]
        return address
