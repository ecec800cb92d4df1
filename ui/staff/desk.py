"""What every staff page stands on: the station it is for, who is signed in there, and what the shell shows."""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from babel.dates import format_skeleton
from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from edge import staff
from edge.clock import parse_utc
from edge.config import Station
from edge.outcome import last_seq
from edge.staff import IDLE, Session
from edge.store import NoRoom, one, writing
from ui import status
from ui.here import house, language, moment, shop, show, voice
from ui.staff import queue
from ui.text import HOME

log = logging.getLogger(__name__)

ROLES = ("counter", "handheld")
QUIET = "Noren-Quiet"  # the header of a fetch nobody asked for with a finger: it keeps no session alive
SPANS = (("days", 24 * 60), ("hours", 60), ("minutes", 1))  # a unit is used from two of it on
WARN_S = 30  # seconds before the idle lock in which the page says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What stands around every page: how many wait, who calls, and what every clerk must know of the box."""

    here: int
    calls: int
    notice: Markup | None


def place() -> Station:
    """The station of this request."""
    return cast(Station, g.place)


def session() -> Session | None:
    """Who is signed in at this station in this browser, or None."""
    return cast(Session | None, g.session)


def signed_in() -> Session:
    """The same where a page is only for people who are signed in."""
    found = session()
    if found is None:
        abort(403)
    return found


def cookie(station: str) -> str:
    """The cookie's name: a browser may be open at two stations."""
    return f"noren-staff-{station}"


def _pull(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    station = (values or {}).pop("station", None)
    found = shop().config.station(station) if station else None
    if found is None or found.role not in ROLES:
        abort(404)
    token = request.cookies.get(cookie(found.id), "")
    known = staff.session(shop().db, shop().hq, token, moment()) if token else None
    g.place, g.session = found, known if known and known.station == found.id else None


def _keep(_endpoint: str, values: dict[str, Any]) -> None:
    """Links stay at the station and in the language of the page they are on."""
    if "place" in g:
        values.setdefault("station", place().id)
    if language() != HOME:
        values.setdefault("lang", language())


def _still_here() -> None:
    known = session()
    if known and QUIET not in request.headers:
        try:
            with writing(shop().db):
                staff.keep_alive(shop().db, known.token, moment())
        except NoRoom:
            log.warning("no room on the disk: a session ends when it would have ended before")


def _is_ours(response: Response) -> Response:
    """Mark our own answers, and let the browser say where a form came from: that is how strangers' forms are told."""
    response.headers["Noren-Page"] = house().stamp
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def fit(blueprint: Blueprint) -> None:
    """Let a blueprint under `/staff/<station>` know its station and who is signed in."""
    blueprint.url_value_preprocessor(_pull)
    blueprint.url_defaults(_keep)
    blueprint.before_request(_still_here)
    blueprint.after_request(_is_ours)


def only_signed_in() -> Answer | None:
    """A before_request: whoever is not signed in is sent to the door."""
    return None if session() else redirect(url_for("login.door"), 303)


def _shell() -> Shell:
    here = shop()
    calls = one(here.db, "select count(*) from staff_calls where answered is null")
    notice = status.notice(here, house().screens, voice(), moment())
    return Shell(here=queue.waiting_here(here, moment().time), calls=calls[0] if calls else 0, notice=notice)


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """A staff page: the shell, and in it the template's own part."""
    frame = {"place": place(), "me": session(), "last": last_seq(shop().db), "key": queue.new_key()}
    limits = {"quiet": int(IDLE.total_seconds()) - WARN_S, "warn": WARN_S}
    around = _shell() if session() else None
    words = {"day": _day, "span": _span, "moment_of": parse_utc}
    return make_response(show(template, shell=around, **frame, **limits, **words, **values), status)


def _day(day: date) -> str:
    """A day of this week or the next, `11/22(日)`."""
    local = day.astimezone(house().ground.zone) if isinstance(day, datetime) else day
    return str(format_skeleton("MEd", local, locale=language()))


def _span(minutes: int) -> str:
    """A length of time, as coarse as it matters: minutes, then hours, then days."""
    unit, size = next((unit, size) for unit, size in SPANS if minutes >= size * 2 or size == 1)
    return voice().plain(f"staff.span.{unit}", minutes // size)
