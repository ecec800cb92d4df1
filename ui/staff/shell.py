"""The base of every staff page: the station it is for, who is signed in there, and what the shell shows."""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from babel.dates import format_skeleton
from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from edge.config.station_role import STAFF_ROLES
from edge.config.toml_schema import Station
from edge.features.outcome import last_seq
from edge.features.staff import pin_locks, session_secret, sessions
from edge.features.staff.pin_locks import PinAttempt
from edge.features.staff.sessions import IDLE_TIMEOUT, Session, SessionEnded
from edge.platform.database import NoRoom, writing
from ui.access import caller
from ui.i18n import DEFAULT_LANGUAGE
from ui.request_context import language, page_locale, process_state, render_page, request_moment, shop
from ui.staff import staff_tab
from ui.staff.form_key import new_form_key
from ui.staff.staff_tab import SERVING, ShownTab
from ui.status import pages as status
from ui.wedge import keyboard_wedge

log = logging.getLogger(__name__)

ROLES = STAFF_ROLES
BACKGROUND_HEADER = "Noren-Quiet"  # the header of a fetch nobody asked for with a finger: it keeps no session alive
AGE_UNITS = (("days", 24 * 60), ("hours", 60), ("minutes", 1))  # a unit is used from two of it on
IDLE_WARNING_S = 30  # seconds before the idle lock in which the page says so


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPage:
    """The frame of every page: where one can go, how many wait there, and what every clerk must know of the box."""

    tabs: list[ShownTab]
    notice: Markup | None
    runs: int  # of wrong PINs, shown to a lead


def request_station() -> Station:
    """The station of this request."""
    return cast(Station, g.place)


def session() -> Session | None:
    """Who is signed in at this station in this browser, or None."""
    return cast(Session | None, g.session)


def signed_in() -> Session:
    """The same, if a page is only for people who are signed in."""
    found = session()
    if found is None:
        abort(403)
    return found


def cookie_name(station: str) -> str:
    """The cookie's name: a browser may be open at two stations."""
    return f"noren-staff-{station}"


def pin_attempt(who: str) -> PinAttempt:
    """The place where a PIN is tried: wrong PINs are counted by person and device, on the box itself by station."""
    found = None if caller.is_on_the_box() else caller.calling_device()
    return PinAttempt(staff=who, device=found.id if found else request_station().id, station=request_station().id)


def _pull(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    station = (values or {}).pop("station", None)
    found = shop().config.station(station) if station else None
    if found is None or found.role not in ROLES:
        abort(404)
    g.place, g.session = found, session_at(found.id)


def _secret(station: str) -> str:
    return request.cookies.get(cookie_name(station), "")


def session_at(station: str) -> Session | None:
    """The person signed in at a station in this browser; a secret is valid only on its device: a stolen one is useless."""
    secret = _secret(station)
    known = (
        sessions.live_session(shop().db, shop().hq, secret, caller.device_id(), request_moment()) if secret else None
    )
    return known if known is not None and known.station == station else None


def set_cookie(answer: Answer, secret: str) -> None:
    """Let the browser keep the session's secret, for this station's pages only."""
    station = request_station().id
    answer.set_cookie(
        cookie_name(station),
        secret,
        path=f"/staff/{station}",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )


def _keep(_endpoint: str, values: dict[str, Any]) -> None:
    """Links stay at the station and in the language of the page they are on."""
    if "place" in g:
        values.setdefault("station", request_station().id)
    if language() != DEFAULT_LANGUAGE:
        values.setdefault("lang", language())


def _still_here() -> None:
    """Keep the session alive if a finger asked, and its secret new."""
    known, used = session(), BACKGROUND_HEADER not in request.headers
    secret, device = _secret(request_station().id), caller.device_id()
    it = session_secret.session_of_secret(shop().db, secret, device)
    due = it is not None and it.is_due(request_moment()) and (known is not None or it.is_worn(request_moment()))
    if not due and not (known and used):
        return
    try:
        with writing(shop().db):
            if due:
                g.new_secret = session_secret.rotate_secret(shop().db, shop().box, secret, device, request_moment())
            if known and used:
                sessions.keep_alive(shop().db, known, request_moment())
    except NoRoom:
        log.warning("disk full: a session ends when it would have ended before, and keeps its secret")


def _hand_secret(response: Response) -> Response:
    """Send the session's next secret, but for an answer that begins or ends a session."""
    secret = g.pop("new_secret", None)
    if secret and not any(
        one.startswith(cookie_name(request_station().id)) for one in response.headers.getlist("Set-Cookie")
    ):
        set_cookie(response, secret)
    return response


def _is_ours(response: Response) -> Response:
    """Mark our own answers, and let the browser say where a form came from: other sites' forms are recognised by it."""
    response.headers["Noren-Page"] = process_state().stamp
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _sign_in_again(_ended: SessionEnded) -> Answer:
    """The session ended while the request was under way: nothing was done."""
    return redirect(url_for("login.door"), 303)


def install(blueprint: Blueprint) -> None:
    """Let a blueprint under `/staff/<station>` know its station and who is signed in."""
    blueprint.url_value_preprocessor(_pull)
    blueprint.url_defaults(_keep)
    blueprint.before_request(_still_here)
    blueprint.after_request(_is_ours)
    blueprint.after_request(_hand_secret)
    blueprint.register_error_handler(SessionEnded, _sign_in_again)


def require_sign_in() -> Answer | None:
    """A before_request: a person who is not signed in is redirected to the sign-in page."""
    return None if session() else redirect(url_for("login.door"), 303)


def sees_orders() -> bool:
    """Whether the signed-in person works with orders: the store hands over, and they serve shoppers.

    An installer looks after devices, and has no need to know who ordered what.
    """
    known = session()
    return shop().policy.pickup.on and known is not None and known.staff.role in SERVING


def require_orders() -> Answer | None:
    """A before_request behind `require_sign_in`: without orders, the first page is one of those that are left."""
    if sees_orders():
        return None
    to = "staff.goods" if signed_in().staff.role != "installer" else "devices.inside"
    return redirect(url_for(to), 303)


def _shell(known: Session) -> StaffPage:
    here = shop()
    notice = status.staff_frame_notice(here, process_state(), page_locale(), request_moment())
    runs = len(pin_locks.runs_of_wrong_pins(here.db, request_moment())) if is_lead() else 0
    return StaffPage(tabs=staff_tab.tabs_for(here, known, request_moment().time), notice=notice, runs=runs)


def is_lead() -> bool:
    """Whether the signed-in person is a lead."""
    known = session()
    return known is not None and known.staff.role == "lead"


def require_lead() -> None:
    """A before_request behind `require_sign_in`."""
    if not is_lead():
        abort(403)


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """A staff page: the shell, and in it the template's own part."""
    frame: dict[str, object] = {
        "place": request_station(),
        "me": session(),
        "last": last_seq(shop().db),
        "key": new_form_key(),
    }
    frame["wedge"] = keyboard_wedge.settings(request_station())
    frame["with_orders"] = sees_orders()
    limits = {"quiet": int(IDLE_TIMEOUT.total_seconds()) - IDLE_WARNING_S, "warn": IDLE_WARNING_S}
    known = session()
    around = _shell(known) if known else None
    words = {"day": _day, "span": _span, "place_name": _place_name}
    return make_response(render_page(template, shell=around, **frame, **limits, **words, **values), status)


def _day(day: date) -> str:
    """A day of this week or the next, `11/22(日)`."""
    local = day.astimezone(process_state().ground.zone) if isinstance(day, datetime) else day
    return str(format_skeleton("MEd", local, locale=language()))


def _span(minutes: int) -> str:
    """A length of time, as coarse as it matters: minutes, then hours, then days."""
    unit, size = next((unit, size) for unit, size in AGE_UNITS if minutes >= size * 2 or size == 1)
    return page_locale().plain(f"staff.span.{unit}", minutes // size)


def _place_name(station: str) -> str:
    """A station's name; its id if the settings no longer have it."""
    found = shop().config.station(station)
    return str(page_locale().plain_words(found.name)) if found is not None and found.name else station
