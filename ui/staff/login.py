"""The door of a staff station: choose your name, type your PIN; lock it, or hand it to the next one."""

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge import mirror, staff
from edge.outcome import BadgeRead, on_screen
from edge.staff import Locked, Session, Staff, WrongPin
from edge.store import writing
from ui.here import moment, shop, show, voice
from ui.staff import desk, proof
from ui.staff.desk import page, place, session

login = Blueprint("login", __name__, url_prefix="/staff/<station>")
stations = Blueprint("stations", __name__)
desk.fit(login)

LONGEST = 6  # digits of a PIN


@stations.get("/staff")
def choose() -> str | Answer:
    """The staff stations of this store; where there is one only, straight to it."""
    found = [one for one in shop().config.stations if one.role in desk.ROLES]
    if len(found) == 1:
        return redirect(url_for("staff.waiting", station=found[0].id), 303)
    return show("staff/stations.html", stations=found)


def _door(*, who: str | None = None, told: WrongPin | Locked | None = None, status: int = 200) -> Response:
    return page("staff/login.html", status=status, people=staff.everyone(shop().hq), who=who, told=told, most=LONGEST)


@login.get("/login")
def door() -> Response:
    """Who are you? `?who=` has the person of a badge chosen already."""
    return _door(who=request.args.get("who"))


@login.post("/login")
def sign_in() -> Response | Answer:
    """Try a PIN."""
    person = mirror.row(shop().hq, "staff", request.form.get("staff", ""), Staff)
    if person is None:
        return _door(status=400)
    pin = request.form.get("pin", "")[:LONGEST]
    tried = staff.sign_in(shop().db, shop().box, person, pin, place().id, moment())
    if isinstance(tried, Session):
        with writing(shop().db):
            proof.start_anew(shop(), place().id, moment())
    match tried:
        case Session(token=token):
            return _welcome(token)
        case WrongPin() | Locked():
            return _door(who=person.staff, told=tried, status=401)


def _welcome(token: str) -> Answer:
    answer = redirect(url_for("staff.waiting"), 303)
    answer.set_cookie(
        desk.cookie(place().id),
        token,
        path=f"/staff/{place().id}",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return answer


@login.post("/lock")
def lock() -> Answer:
    """Lock the station, for the next one or because nobody has touched it."""
    if known := session():
        with writing(shop().db):
            staff.sign_out(shop().db, known.token)
    answer = redirect(url_for("login.door"), 303)
    answer.delete_cookie(desk.cookie(place().id), path=f"/staff/{place().id}")
    return answer


@login.get("/badge/<int:seq>")
def badge(seq: int) -> Response | Answer:
    """A scan at a locked station: a badge chooses its person, anything else waits for somebody to sign in."""
    shown = on_screen(shop().db, place().id)
    if shown is not None and shown.seq == seq and isinstance(shown.outcome, BadgeRead):
        return redirect(url_for("login.door", who=shown.outcome.staff), 303)
    return jsonify(do="say", text=voice().plain("staff.login.first"), sound="no")
