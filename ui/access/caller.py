"""The caller of a request: a browser on the box, a paired device, or unknown."""

import logging
from typing import cast

from flask import Response, g, request
from werkzeug.wrappers import Response as Answer

from edge.features import paired_devices
from edge.features.paired_devices import PairedDevice
from edge.platform.database import NoRoom, writing
from ui.access.origin import LAN_FLAG
from ui.front.hosts import address_of, is_loopback, name_of
from ui.process_state.screens import BOX_SCREEN_ID
from ui.request_context import request_moment, shop

log = logging.getLogger(__name__)

DEVICE_COOKIE = "noren-device"
COOKIE_MAX_AGE_S = (
    400 * 24 * 3600
)  # seconds a browser keeps the cookie: the most that Chromium allows; it is renewed while it is used
PAIRED_HEADER = "Noren-Paired"  # a header for the front, which takes it off (ui/front/haproxy.cfg)


def is_on_the_box() -> bool:
    """Whether the caller is on the box itself: a connection over loopback, to an address that can mean no other machine.

    A request that came through HAProxy never is, whatever its headers say.
    """
    if request.environ.get(LAN_FLAG):
        return False
    peer = address_of(request.remote_addr or "")
    return peer is not None and peer.is_loopback and is_loopback(name_of(request.headers.get("Host", "")))


def calling_device() -> PairedDevice | None:
    """The paired device that sent the request, or None. If its station has another role now, the pairing does not count."""
    if "device" not in g:
        secret = request.cookies.get(DEVICE_COOKIE, "")
        found = paired_devices.find_paired_device(shop().db, secret) if secret else None
        g.device = found if found and _is_current(found) else None
    return cast(PairedDevice | None, g.device)


def _is_current(found: PairedDevice) -> bool:
    place = shop().config.station(found.station) if found.station else None
    return place.role == found.page if place else not found.station


def device_id() -> str:
    """`box`, or the device's id; empty if the caller is unknown."""
    if is_on_the_box():
        return BOX_SCREEN_ID
    found = calling_device()
    return found.id if found else ""


def may_pair() -> bool:
    """Whether devices can be paired here: on the box itself, or on a status screen, with a lead's PIN."""
    found = None if is_on_the_box() else calling_device()
    return is_on_the_box() or (found is not None and found.page == "status")


def is_known(device: str) -> bool:
    """Whether a device is on the list at this moment."""
    return device == BOX_SCREEN_ID or any(one.id == device for one in paired_devices.all_paired_devices(shop().db))


def note_device_seen(found: PairedDevice) -> None:
    """Note that a device was seen: written at most once a minute, and not at all if the disk is full."""
    if not paired_devices.is_last_seen_due(found, request_moment()):
        return
    try:
        with writing(shop().db):
            paired_devices.note_seen(shop().db, found.id, request_moment())
    except NoRoom:
        log.warning("disk full: when device %s was seen is not kept", found.id)
    g.renew = request.cookies[DEVICE_COOKIE]


def set_device_cookie(response: Answer, secret: str) -> None:
    """Let the browser keep what it is known by; no script sees it, and no other site's page sends it."""
    response.set_cookie(
        DEVICE_COOKIE,
        secret,
        max_age=COOKIE_MAX_AGE_S,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )


def mark_paired_for_proxy(response: Response) -> Response:
    """An after_request: tells HAProxy that this address is a paired device's, which has a higher request limit."""
    if g.get("device") is not None and request.environ.get(LAN_FLAG):
        response.headers[PAIRED_HEADER] = "1"
    return response


def renew_device_cookie(response: Response) -> Response:
    """An after_request: a browser forgets the cookie of a device that is used all the time no sooner than any other."""
    if (secret := g.pop("renew", None)) and response.mimetype == "text/html":
        set_device_cookie(response, secret)
    return response
