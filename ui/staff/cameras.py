"""The status page in the staff's frame, with what cameras see: to aim them by, and to find what covers one."""

import os
from pathlib import Path

from flask import Blueprint, Response, abort

from edge.config.toml_schema import CameraDevice
from ui.request_context import page_locale, process_state, render_page, request_moment, shop
from ui.staff import shell
from ui.status import pages as status
from ui.status.pages import StatusView

FRESH_WITHIN_S = (
    5.0  # seconds; the bridge renews a picture twice a second and takes it away after 5, unless it was killed
)

devices = Blueprint("devices", __name__, url_prefix="/staff/<station>")
shell.install(devices)
devices.before_request(shell.require_sign_in)

aim = Blueprint("aim", __name__, url_prefix="/staff/<station>")  # what a page fetches by itself; no finger touched it


def _only_signed_in(station: str) -> None:
    """A person who is not signed in at the station sees nothing; watching alone keeps no session alive."""
    if shell.session_at(station) is None:
        abort(403)


def _health(station: str) -> StatusView:
    return status.view(shop(), process_state(), page_locale(), request_moment(), station=station)


@devices.get("/devices")
def inside() -> Response:
    """The state of the shop's devices, with the cameras' pictures."""
    return shell.page("status/staff.html", health=_health(shell.request_station().id))


@aim.get("/status/cards")
def cards(station: str) -> str:
    """The content alone, for the page to keep it fresh."""
    _only_signed_in(station)
    return render_page("status/cards.html", health=_health(station))


@aim.get("/preview/<device>.jpg")
def picture(station: str, device: str) -> Response:
    """The camera's latest picture (JPEG); the request makes the bridge take pictures.

    404 if the bridge has none yet (it takes pictures while they are requested, and deletes them 5 s later) or left an old one.
    """
    _only_signed_in(station)
    if not any(one.id == device and isinstance(one, CameraDevice) for one in shop().config.devices):
        abort(404)
    folder = Path(process_state().ground.store.data) / "preview"
    folder.mkdir(exist_ok=True)
    (folder / f"{device}.want").touch()
    try:
        with (folder / f"{device}.jpg").open("rb") as jpeg:
            if abs(request_moment().time.timestamp() - os.fstat(jpeg.fileno()).st_mtime) > FRESH_WITHIN_S:
                abort(404)
            return Response(jpeg.read(), mimetype="image/jpeg")
    except FileNotFoundError:
        abort(404)


@aim.after_request
def is_a_page(response: Response) -> Response:
    """Mark our own answers, as the status page does."""
    response.headers["Noren-Page"] = process_state().stamp
    return response
