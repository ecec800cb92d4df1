"""What a device may: the pages, streams and writes of what it is paired for. What is not written here is refused."""

from collections.abc import Mapping

from edge.features.paired_devices import DevicePage, PairedDevice

# By endpoint as Flask names them (`blueprint.function`), or by whole blueprint.
OPEN_ENDPOINTS = frozenset(
    {"static", "doors.health", "pairing.hello", "pairing.enter", "pairing.sheet", "trust.authority"}
)
EVERY_DEVICE_ENDPOINTS = frozenset({"looks", "offline", "doors", "pairing.still"})

_SHOPPER, _STAFF = (
    frozenset({"kiosk", "search", "setup"}),
    frozenset(
        {
            *("login", "work", "staff", "scanned", "pins", "devices", "aim", "setup", "today", "returns"),
            *("handover", "checking", "part_short", "labels", "claiming"),
        }
    ),
)
# Pages of its own station, whose address names it; and pages that name no station.
_OWN: Mapping[DevicePage, frozenset[str]] = {
    "kiosk": _SHOPPER,
    "entrance": _SHOPPER,
    "counter": _STAFF,
    "handheld": _STAFF,
}
_STORE: Mapping[DevicePage, frozenset[str]] = {
    "counter": frozenset({"stations"}),
    "handheld": frozenset({"stations"}),
    "board": frozenset({"board"}),
    # who pairs and revokes there proves to be a lead each time (ui/access/pairing_pages.py)
    "status": frozenset({"status", "pairing.listed", "pairing.invite", "pairing.withdraw", "pairing.revoke"}),
}
_STREAMS: Mapping[DevicePage, frozenset[str]] = {
    "counter": frozenset({"staff"}),
    "handheld": frozenset({"staff"}),
    "board": frozenset({"board"}),
    "status": frozenset({"status"}),
}


def _is_in(endpoint: str, allowed: frozenset[str]) -> bool:
    return endpoint in allowed or endpoint.partition(".")[0] in allowed


def is_for_anybody(endpoint: str | None) -> bool:
    """What needs no pairing: the page that explains pairing, static files, the health check."""
    return endpoint in OPEN_ENDPOINTS


def is_allowed(device: PairedDevice, endpoint: str | None, station: str | None) -> bool:
    """Whether a paired device may ask that; `station` is the one that the address names.

    An address there is nothing behind may be asked for by any of them: the answer is that there is nothing.
    """
    if endpoint is None or endpoint in OPEN_ENDPOINTS or _is_in(endpoint, EVERY_DEVICE_ENDPOINTS):
        return True
    own = bool(device.station) and station == device.station
    if endpoint == "live.follow":
        return own or station in _STREAMS.get(device.page, ())
    if station is not None:
        return own and _is_in(endpoint, _OWN.get(device.page, frozenset()))
    return _is_in(endpoint, _STORE.get(device.page, frozenset()))


def home_address(device: PairedDevice) -> str:
    """The address of the page a device is there for."""
    match device.page:
        case "kiosk" | "entrance":
            return f"/{device.page}/{device.station}"
        case "counter" | "handheld":
            return f"/staff/{device.station}"
        case "board" | "status":
            return f"/{device.page}"
