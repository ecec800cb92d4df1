"""The door of the house: who may post, and what every answer forbids a browser to do."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

READING = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST = 16 * 1024  # bytes of a request: a code of 4 KiB with room around it
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def _from_our_own_page() -> bool:
    """Browsers say where a request comes from, and pages cannot change it; what says nothing is not a page of ours."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.host


def keep_strangers_out() -> None:
    """Refuse a write that another site's page has sent through a shopper's or clerk's browser."""
    if request.method not in READING and not _from_our_own_page():
        abort(403)


def close_behind(response: Response) -> Response:
    """Nothing is kept by the browser unless a route says so: Back shows nothing."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def fit(app: Flask) -> None:
    """Hang the door."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.before_request(keep_strangers_out)
    app.after_request(close_behind)
