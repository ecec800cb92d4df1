"""What a page looks like that is not a file: the brand's colours and the products' pictures."""

import hashlib
import re

from flask import Blueprint, Response, abort, request

from edge.features import catalog
from edge.replica import hq_replica
from ui.request_context import shop

theme_pages = Blueprint("looks", __name__)

CACHE_FOREVER = "public, max-age=31536000, immutable"  # the address holds the version of the feed it was drawn from
CACHE_REVALIDATE = "no-cache"
_COLOUR = re.compile(r"[0-9a-f]{6}")
_FABRIC = "var(--fabric)"
DEFAULT_COLOUR = "d8d2c6"  # an undyed cloth, if no colour is asked for

# A picture is HQ's: even opened by itself it runs nothing and loads nothing.
_STILL = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `#rrggbb` (WCAG relative luminance; they meet at 0.179)."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#1c1a17" if light > 0.179 else "#ffffff"


def _served(body: str, kind: str, version: str) -> Response:
    response = Response(body, mimetype=kind)
    fixed = request.args.get("v") == version
    response.headers["Cache-Control"] = CACHE_FOREVER if fixed else CACHE_REVALIDATE
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:16])
    response.make_conditional(request)
    return response


@theme_pages.get("/brand.css")
def brand() -> Response:
    """The chain's colours, over those of tokens.css."""
    it = shop().policy.brand
    rule = f":root{{--brand:{it.colour};--brand-tint:{it.tint};--brand-ink:{ink_on(it.colour)}}}\n"
    return _served(rule, "text/css", shop().settings.stamp)


@theme_pages.get("/picture/<name>.svg")
def picture(name: str) -> Response:
    """HQ's drawing, dyed in `?colour=rrggbb`."""
    colour = request.args.get("colour", DEFAULT_COLOUR)
    if not _COLOUR.fullmatch(colour):
        abort(400)
    drawing = catalog.picture(shop().hq, f"picture/{name}")
    if drawing is None:
        abort(404)
    response = _served(
        drawing.svg.replace(_FABRIC, f"#{colour}"), "image/svg+xml", hq_replica.feed_stamp(shop().hq, "content")
    )
    response.headers["Content-Security-Policy"] = _STILL
    return response
