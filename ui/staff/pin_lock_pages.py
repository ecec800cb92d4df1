"""The page of wrong PINs, for a lead: whose, where, and the button that lets a person try again."""

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as Answer

from edge.features import paired_devices
from edge.features.staff import pin_locks
from edge.features.staff.sessions import Staff, writing_as
from edge.replica import hq_replica
from ui.request_context import page_locale, request_moment, shop
from ui.staff import shell
from ui.staff.shell import page, signed_in

pins = Blueprint("pins", __name__, url_prefix="/staff/<station>/pins")
shell.install(pins)
pins.before_request(shell.require_sign_in)
pins.before_request(shell.require_lead)


@pins.get("")
def runs() -> Response:
    """Runs of wrong PINs within the last hour."""
    found = [
        (one, _name(one.staff), _where(one.device)) for one in pin_locks.runs_of_wrong_pins(shop().db, request_moment())
    ]
    return page("staff/pins.html", runs=found)


def _where(device: str) -> str:
    """What people call a device; on the box itself, the station whose page was used."""
    if station := shop().config.station(device):
        return page_locale().plain_words(station.name)
    return next((one.name for one in paired_devices.all_paired_devices(shop().db) if one.id == device), device)


def _name(staff: str) -> str:
    person = hq_replica.replica_row(shop().hq, "staff", staff, Staff)
    return person.name if person else staff


@pins.post("/<staff>/unlock")
def unlock(staff: str) -> Answer:
    """Let a person try again at once, at every device."""
    with writing_as(shop().db, signed_in()):
        pin_locks.unlock_staff(
            shop().db, shop().box, staff, shell.pin_attempt(signed_in().staff.staff), request_moment()
        )
    return redirect(url_for("pins.runs"), 303)
