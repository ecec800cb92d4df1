"""Checks on every request: allowed hosts, allowed posts, and the security headers of every answer."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

from ui.access import caller, pairing_pages
from ui.front.hosts import is_own_host
from ui.request_context import process_state

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_REQUEST_BYTES = 16 * 1024  # bytes of a request: a code of 4 KiB with room around it
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class Misdirected(HTTPException):
    """Asked for a host that is none of the box's (421, RFC 9110)."""

    code = 421


def _from_our_own_page() -> bool:
    """Browsers send the origin of a request, and pages cannot change it; a request without one is not from our pages."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    try:
        whose = urlsplit(request.headers.get("Origin", "")).netloc
    except ValueError:
        return False
    return bool(whose) and whose == request.host


def keep_strangers_out(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Refuse a request for another host, a write that another site's page has sent through somebody's browser (CSRF), and
    what the caller has no right to.

    Without the first check a foreign page whose DNS name points here would be same-origin to its browser (DNS rebinding).
    """
    if not is_own_host(request.headers.get("Host", ""), process_state().names):
        raise Misdirected
    if request.method not in SAFE_METHODS and not _from_our_own_page():
        abort(403)
    pairing_pages.guard(endpoint, (values or {}).get("station"))


def forbid_caching(response: Response) -> Response:
    """The browser caches nothing unless a route allows it: Back shows nothing."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def install(app: Flask) -> None:
    """Install the checks before all else: `before_request` would run after the pages' own preprocessors."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.url_value_preprocessor(keep_strangers_out)
    app.after_request(forbid_caching)
    app.after_request(caller.renew_device_cookie)
    app.after_request(caller.mark_paired_for_proxy)
