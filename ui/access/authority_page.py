"""What a device compares before it trusts the pages on the network, and the authority it may trust from then on."""

from flask import Blueprint, Response, abort

from ui.front import certificate, haproxy
from ui.front.certificate import AUTHORITY, ShownFingerprints
from ui.request_context import process_state

trust = Blueprint("trust", __name__)


def fingerprints_to_compare() -> ShownFingerprints | None:
    """The fingerprints that a person compares with those on the device; None if no pages are offered to the network yet."""
    ground = process_state().ground
    return certificate.shown_fingerprints(ground, haproxy.folder(ground)) if ground.web.lan is not None else None


@trust.get("/front/ca.crt")
def authority() -> Response:
    """The CA certificate in the form devices and browsers accept. The person compares its fingerprint with the box's page."""
    file = haproxy.folder(process_state().ground) / AUTHORITY
    if process_state().ground.web.certificate or not file.exists():
        abort(404)
    return Response(file.read_bytes(), mimetype="application/x-x509-ca-cert")
