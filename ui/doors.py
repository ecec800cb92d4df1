"""The way in: the addresses of all pages for the installer, and whether the house is well."""

from flask import Blueprint, Response, current_app, jsonify, request

from edge import disk
from edge.store import one
from ui.here import house, shop, show
from ui.text import HOME, LANGUAGES, without_furigana

doors = Blueprint("doors", __name__)

FALLEN_BEHIND = 10.0  # seconds without a round of the desk or the follower

# The pages of the whole store, in the order an installer opens them; those not built in are left out.
_STORE = (("staff", "/staff"), ("board", "/board"), ("status", "/status"), ("play", "/play"))


def _addresses(language: str) -> list[tuple[str, str, str]]:
    """(kind, name, path) of each page this box has."""
    stations = [
        (place.role, without_furigana(place.name.in_(language)), f"/{place.role}/{place.id}")
        for place in shop().config.stations
        if place.role in ("kiosk", "entrance")
    ]
    rules = {rule.rule.rstrip("/") for rule in current_app.url_map.iter_rules()}
    store = [(kind, "", path) for kind, path in _STORE if path in rules]
    return stations + store


@doors.get("/")
def addresses() -> str:
    """All pages with their addresses, as seen from the browser that asks."""
    asked = request.args.get("lang") or request.accept_languages.best_match(list(LANGUAGES)) or HOME
    voice = house().voices[asked]
    return show("doors.html", pages=_addresses(voice.language), host=request.host_url.rstrip("/"), reader=voice)


@doors.get("/healthz")
def health() -> tuple[Response, int]:
    """200 while both databases can be read and the loops go round; 503 says what does not. For machines.

    `config` is the one the pages live with, and the one that was on trial when they began (edge/settings.py).
    """
    one(shop().db, "select count(*) from screens")
    one(shop().hq, "select count(*) from feeds")
    silent = house().life.stalest()
    well = silent < FALLEN_BEHIND and house().life.broken is None
    lives = {"number": shop().settings.number, "past": house().past}
    told = {"ok": well, "silent_s": round(silent, 1), "streams": house().screens.count(), "config": lives}
    told["disk"] = disk.level(shop().db)  # ok, short, full: 503 would only have the box restarted, which frees nothing
    return jsonify(told), 200 if well else 503
