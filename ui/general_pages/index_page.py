"""The index page with the addresses of all pages for the installer, and the health check."""

from flask import Blueprint, Response, current_app, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from edge.config.station_role import SHOPPER_ROLES
from edge.disk import disk_space
from edge.platform.database import first_row
from ui.access import caller, rights
from ui.i18n import without_furigana
from ui.request_context import caller_locale, process_state, render_page, shop

doors = Blueprint("doors", __name__)

MAX_ROUND_AGE_S = 10.0  # seconds without a round of the scan processor or the change watcher

# The pages of the whole store, in the order an installer opens them; those not built in are left out.
_STORE = (("staff", "/staff"), ("board", "/board"), ("status", "/status"), ("play", "/play"))


def _addresses(language: str) -> list[tuple[str, str, str]]:
    """(kind, name, path) of each page this box has."""
    stations = [
        (place.role, without_furigana(place.name.in_(language)), f"/{place.role}/{place.id}")
        for place in shop().config.stations
        if place.role in SHOPPER_ROLES
    ]
    rules = {rule.rule.rstrip("/") for rule in current_app.url_map.iter_rules()}
    built = [(kind, "", path) for kind, path in _STORE if path in rules]
    store = [one for one in built if one[0] != "board" or shop().policy.pickup.on]
    checks = [
        ("setup", without_furigana(place.name.in_(language)), f"/setup/{place.id}") for place in shop().config.stations
    ]
    return stations + store + checks


@doors.get("/")
def addresses() -> str | Answer:
    """All pages with their addresses, as seen from the browser that asks; a paired device has one page, and goes there."""
    if not caller.is_on_the_box() and (known := caller.calling_device()):
        return redirect(rights.home_address(known), 303)
    voice = caller_locale()
    return render_page("doors.html", pages=_addresses(voice.language), host=request.host_url.rstrip("/"), reader=voice)


@doors.get("/healthz")
def health() -> tuple[Response, int]:
    """200 while both databases can be read and the loops run; 503 names what fails. For machines.

    A caller that is not on the box gets one word.

    `config` is the config in force in the pages, and the one on trial when they started (edge/config/active_config.py).
    """
    first_row(shop().db, "select count(*) from screens")
    first_row(shop().hq, "select count(*) from feeds")
    silent = process_state().life.stalest()
    well = silent < MAX_ROUND_AGE_S and process_state().life.broken is None
    if not caller.is_on_the_box():
        return Response("ok\n" if well else "ill\n", mimetype="text/plain"), 200 if well else 503
    lives = {"number": shop().settings.number, "past": process_state().past}
    told = {"ok": well, "silent_s": round(silent, 1), "streams": process_state().screens.count(), "config": lives}
    told["disk"] = disk_space.current_disk_level(
        shop().db
    )  # ok, short, full: 503 would only have the box restarted, which frees nothing
    return jsonify(told), 200 if well else 503
