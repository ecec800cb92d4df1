"""The sign-in page of a staff station: choose your name, type your PIN; lock it, or hand it to the next person."""

from typing import Literal

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.features.outcome import shown_on_station
from edge.features.staff import sessions
from edge.features.staff.badge import BadgeRead
from edge.features.staff.pin_check import TooManyPinChecks
from edge.features.staff.pin_locks import PinLocked, WrongPin
from edge.features.staff.sessions import OpenedSession, Staff
from edge.platform.database import writing
from edge.registry import decode_outcome
from edge.replica import hq_replica
from ui.access import caller
from ui.request_context import page_locale, process_state, render_page, request_moment, shop
from ui.staff import shell
from ui.staff.orders import identity_proof
from ui.staff.shell import page, request_station, session

login = Blueprint("login", __name__, url_prefix="/staff/<station>")
stations = Blueprint("stations", __name__)
shell.install(login)

RETRY_AFTER_S = 2  # seconds after which a request that was one too many may try again

LoginRefusal = WrongPin | PinLocked | Literal["busy"]


@stations.get("/staff")
def choose() -> str | Answer:
    """The staff stations of this store; if there is only one, a redirect to it."""
    found = [one for one in shop().config.stations if one.role in shell.ROLES]
    if len(found) == 1:
        return redirect(url_for("staff.waiting", station=found[0].id), 303)
    return render_page("staff/stations.html", stations=found)


def _door(*, who: str | None = None, told: LoginRefusal | None = None, status: int = 200) -> Response:
    return page(
        "staff/login.html",
        status=status,
        people=sessions.all_staff(shop().hq),
        who=who,
        told=told,
        least=sessions.PIN_LEAST,
        most=sessions.MAX_PIN_LENGTH,
    )


def _busy(who: str) -> Response:
    """So many try PINs at this moment that this one was not looked at: nothing was counted."""
    answer = _door(who=who, told="busy", status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


@login.get("/login")
def door() -> Response:
    """Who are you? `?who=` has the person of a badge chosen already."""
    return _door(who=request.args.get("who"))


@login.post("/login")
def sign_in() -> Response | Answer:
    """Try a PIN."""
    person = hq_replica.replica_row(shop().hq, "staff", request.form.get("staff", ""), Staff)
    if person is None:
        return _door(status=400)
    pin = request.form.get("pin", "")[: sessions.MAX_PIN_LENGTH]
    try:
        at, fits = shell.pin_attempt(person.staff), process_state().pins.fits
        tried = sessions.sign_in(shop().db, shop().box, person, pin, at, request_moment(), caller.device_id(), fits)
    except TooManyPinChecks:
        return _busy(person.staff)
    match tried:
        case OpenedSession(session=begun, secret=secret):
            with writing(shop().db):
                identity_proof.forget_earlier_reads(shop(), begun, request_moment())
            return _welcome(secret)
        case WrongPin() | PinLocked():
            return _door(who=person.staff, told=tried, status=401)


def _welcome(secret: str) -> Answer:
    answer = redirect(url_for("work.listed"), 303)
    shell.set_cookie(answer, secret)
    return answer


@login.post("/lock")
def lock() -> Answer:
    """Lock the station, for the next one or because nobody has touched it."""
    if known := session():
        with writing(shop().db):
            sessions.sign_out(shop().db, known)
    answer = redirect(url_for("login.door"), 303)
    answer.delete_cookie(shell.cookie_name(request_station().id), path=f"/staff/{request_station().id}")
    return answer


@login.get("/still/<name>")
def still(name: str) -> tuple[str, int]:
    """Whether that session goes on: its page asks when sessions have changed. 403: it has ended, and the page shows nothing."""
    known = session()
    return ("", 204) if known is not None and known.id == name else abort(403)


@login.get("/badge/<int:seq>")
def badge(seq: int) -> Response | Answer:
    """A scan at a locked station: a badge chooses its person, anything else waits for somebody to sign in."""
    shown = shown_on_station(shop().db, request_station().id)
    seen = decode_outcome(shown) if shown is not None and shown.seq == seq else None
    if isinstance(seen, BadgeRead):
        return redirect(url_for("login.door", who=seen.staff), 303)
    return jsonify(do="say", text=page_locale().plain("staff.login.first"), sound="no")
