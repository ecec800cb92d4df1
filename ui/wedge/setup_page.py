"""The setup page of a station: a test code to scan, which shows how the scanner that types into the page is set."""

from flask import Blueprint, Response, abort

from edge.codes.keyboard_layouts import LAYOUTS
from edge.config.toml_schema import Station
from ui.play.code_pictures import draw_code
from ui.request_context import render_page, shop
from ui.wedge import keyboard_wedge

setup = Blueprint("setup", __name__, url_prefix="/setup/<station>")

# The characters in which keyboards differ come before the separator; what arrives for it, and for the end, shows the rest.
_BEGIN = "noren:test:"
SETUP_CODES = {
    "qr": _BEGIN + "aA1-_=+;:'\"@[]{}\\|^~*&()<>?/,.!#$%" + "\x1dend",
    "code128": _BEGIN + '_@"=^' + "\x1dend",  # short enough for a scanner that reads bars only
}


def _place(station: str) -> Station:
    return shop().config.station(station) or abort(404)


@setup.get("")
def page(station: str) -> str:
    """The codes, and in the page's own script what is expected of each."""
    place = _place(station)
    return render_page(
        "setup.html", place=place, codes=SETUP_CODES, layouts=LAYOUTS, wedge=keyboard_wedge.settings(place)
    )


@setup.get("/<code>.svg")
def picture(station: str, code: str) -> Response:
    """A test code as a picture."""
    _place(station)
    return (
        Response(draw_code(code, SETUP_CODES[code].encode()), mimetype="image/svg+xml")
        if code in SETUP_CODES
        else abort(404)
    )
