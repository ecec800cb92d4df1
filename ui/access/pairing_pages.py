"""How a device on the shop's network comes to use the pages: the hello page, codes, and the list of those that do."""

from ipaddress import IPv6Address
from pathlib import Path
from typing import Literal, get_args

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from edge.config.station_role import SHOPPER_ROLES, Role
from edge.features import paired_devices as devices
from edge.features.paired_devices import MAX_NAME_LENGTH, DevicePage, PairingRequest, is_guessable
from edge.features.staff.pin_check import TooManyPinChecks
from edge.features.staff.pin_locks import PinAttempt, PinLocked, WrongPin
from edge.platform.clock import parse_utc
from edge.platform.database import writing
from ui.access import authority_page, caller, lead_pin, rights
from ui.front.hosts import address_of, network_address
from ui.i18n import LANGUAGES, Locale, without_furigana
from ui.play.code_pictures import draw_code
from ui.process_state.open_codes import OpenCode
from ui.request_context import caller_locale, page_locale, process_state, render_page, request_moment, shop

pairing = Blueprint("pairing", __name__)

_SHEETS = ("tokens", "ui", "doors", "pairing")  # the style sheets of the hello page, sent as one file

STORE_PAGES: tuple[DevicePage, ...] = ("board", "status")


def pairing_page(status: int, said: str = "") -> Response:
    """The hello page: what to do, and nothing of the shop or anybody in it; it asks no database. `said`: wrong, wait, full."""
    v, code = caller_locale(), request.args.get("code", "")
    words = {"said": said, "code": code[:64], "here": request.path, "trust": authority_page.fingerprints_to_compare()}
    html = render_template("pairing/hello.html", v=v, languages=LANGUAGES, **words)
    return make_response(html, status)


@pairing.get("/pair")
def hello() -> Response:
    """The page to type a code; `?code=` comes from the QR code, and is sent when a person touches the button."""
    return pairing_page(200)


@pairing.post("/pair")
def enter() -> Response | Answer:
    """Try a code."""
    code = request.form.get("code", "")
    place = process_state().tries.take_attempt() if is_guessable(code) else 0.0
    if place is None:
        return pairing_page(429, "wait")
    known = caller.calling_device()
    paired = devices.pair_device(shop().db, shop().box, code, request_moment(), known.id if known else "")
    if paired is None:
        return pairing_page(403, "wrong")
    if place:
        process_state().tries.give_back(place)
    if known:
        process_state().screens.leave(known.id)
    answer = redirect("/", 303)
    caller.set_device_cookie(answer, paired.secret)
    return answer


@pairing.get("/paired")
def still() -> tuple[str, int]:
    """Whether this device is known still: pages ask when their stream has ended."""
    return "", 204


def _choices(v: Locale) -> list[tuple[str, str]]:
    """(value, words) of all that a device can be paired for."""
    stations = [
        (
            f"{place.role}/{place.id}",
            f"{v.plain('doors.kind.' + _kind(place.role))} · {without_furigana(place.name.in_(v.language))}",
        )
        for place in shop().config.stations
        if place.role in get_args(DevicePage)
    ]
    store = [(one, v.plain(f"doors.kind.{one}")) for one in STORE_PAGES]
    return stations + [one for one in store if one[0] != "board" or shop().policy.pickup.on]


def _kind(role: Role) -> str:
    return role if role in SHOPPER_ROLES else "staff"


def _for(v: Locale, device: devices.PairedDevice) -> str:
    """What a device is for, in words; of a station that is no more, its id."""
    value = f"{device.page}/{device.station}" if device.station else device.page
    return dict(_choices(v)).get(value, value)


@pairing.get("/hello.css")
def sheet() -> Response:
    """The hello page's style in one answer: of four files, two windows would hold more connections than a stranger may."""
    folder = Path(__file__).parents[1] / "static" / "css"
    text = "".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in _SHEETS)
    return Response(text, mimetype="text/css", headers={"Cache-Control": "no-cache"})


def _address() -> str | None:
    """The address of the pages in the network; None if they are not offered to it."""
    web = process_state().ground.web
    if web.lan is None:
        return None
    host = web.names[0] if web.names else network_address(web.lan)
    return f"https://{f'[{host}]' if isinstance(address_of(host), IPv6Address) else host}:{web.lan_port}"


PairingNotice = WrongPin | PinLocked | Literal["lead", "busy"]


def _slips() -> list[OpenCode]:
    """The codes made at this screen that still let a device in; what has been used or has run out is forgotten."""
    here, screen = process_state().slips, caller.device_id()
    for slip in here.codes_of_screen(screen):
        if not devices.is_code_open(shop().db, slip.code, request_moment()):
            here.take(screen, slip.code.link)
    return here.codes_of_screen(screen)


def _picture(address: str) -> Markup:
    return Markup(draw_code("qr", address.encode()))


def _page(*, status: int = 200, told: PairingNotice | None = None) -> Response:
    v, address, shown = page_locale(), _address(), authority_page.fingerprints_to_compare()
    listed = [
        {
            "it": one,
            "use": _for(v, one),
            "paired": v.when(parse_utc(one.paired), request_moment().time),
            "seen": v.when(parse_utc(one.seen), request_moment().time),
        }
        for one in devices.all_paired_devices(shop().db)
    ]
    slips = (
        [(one, _picture(f"{address}{url_for('.hello', code=one.code.link)}")) for one in _slips()] if address else []
    )
    html = render_page(
        "pairing/devices.html",
        listed=listed,
        choices=_choices(v),
        address=address,
        slips=slips,
        minutes=int(devices.CODE_LIFETIME.total_seconds() // 60),
        trust=shown,
        authority=_picture(f"{address}{url_for('trust.authority')}") if shown and shown.own else "",
        leads=None if caller.is_on_the_box() else lead_pin.all_leads(),
        told=told,
        form=request.form,
        most=MAX_NAME_LENGTH,
    )
    return make_response(html, status)


@pairing.get("/status/devices")
def listed() -> Response:
    """The devices that are paired, the codes that wait here, and the form for one more."""
    return _page()


def _stands_by() -> str | None:
    """The lead who approves the request, by the PIN in the form; None on the box itself, where no approval is needed.

    Aborts with the page if no lead's PIN is right.
    """
    if caller.is_on_the_box():
        return None
    screen = caller.device_id()
    try:
        found = lead_pin.prove_lead(lambda who: PinAttempt(staff=who, device=screen, station=""))
    except TooManyPinChecks:
        answer = _page(status=503, told="busy")
        answer.headers["Retry-After"] = "2"
        return abort(is_a_page(answer))
    return found if isinstance(found, str) else abort(is_a_page(_page(status=401, told=found or "lead")))


@pairing.post("/status/devices")
def invite() -> Response | Answer:
    """Make a code for a device. The screen it is made at shows it until it is used, withdrawn, or has run out."""
    name, value = request.form.get("name", "").strip()[:MAX_NAME_LENGTH], request.form.get("page", "")
    page = next((one for one in get_args(DevicePage) if one == value.partition("/")[0]), None)
    if (
        not name
        or not name.isprintable()
        or page is None
        or value not in dict(_choices(page_locale()))
        or _address() is None
    ):
        return _page(status=400)
    by = _stands_by()
    wanted = PairingRequest(name=name, page=page, station=value.partition("/")[2])
    with writing(shop().db):
        code = devices.make_pairing_code(shop().db, wanted, request_moment(), by)
        for old in process_state().slips.put(caller.device_id(), OpenCode(code=code, wanted=wanted)):
            devices.withdraw_pairing_code(shop().db, old.code)
    return redirect(url_for(".listed", lang=page_locale().language), 303)


@pairing.post("/status/devices/withdraw")
def withdraw() -> Answer:
    """Withdraw a code that this screen shows; that needs no PIN."""
    slip = process_state().slips.take(caller.device_id(), request.form.get("code", ""))
    if slip is None:
        abort(404)
    with writing(shop().db):
        devices.withdraw_pairing_code(shop().db, slip.code)
    return redirect(url_for(".listed", lang=page_locale().language), 303)


@pairing.post("/status/devices/<device>/revoke")
def revoke(device: str) -> Answer:
    """Take a device off the list; what it follows ends at once."""
    if not caller.is_known(device):
        abort(404)
    by = _stands_by()
    with writing(shop().db):
        known = devices.revoke_device(shop().db, shop().box, device, request_moment(), by)
        for slip in process_state().slips.codes_of_screen(
            device
        ):  # the codes that a lost status screen shows are withdrawn too
            devices.withdraw_pairing_code(shop().db, slip.code)
    if not known:
        abort(404)
    process_state().screens.leave(device)
    return redirect(url_for(".listed", lang=page_locale().language), 303)


@pairing.after_request
def is_a_page(response: Response) -> Response:
    """Mark our own answers, and let the browser send the origin of a form: other sites' forms are recognised by it."""
    response.headers["Noren-Page"] = process_state().stamp
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def guard(endpoint: str | None, station: str | None) -> None:
    """Let in who may ask this: the box itself, and paired devices what they are for. Anybody else gets the hello page."""
    if rights.is_for_anybody(endpoint) or caller.is_on_the_box():
        return
    found = caller.calling_device()
    if found is None:
        abort(is_a_page(pairing_page(200 if request.path == "/" and request.method == "GET" else 403)))
    caller.note_device_seen(found)
    if not rights.is_allowed(found, endpoint, station):
        abort(403)
