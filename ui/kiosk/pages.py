"""The shopper's screen: a shell that never reloads, and the screens that are put into it."""

import hashlib
import logging
from dataclasses import dataclass

import msgspec
from flask import Blueprint, Response, abort, request, url_for

from edge.config.station_role import SHOPPER_ROLES
from edge.config.toml_schema import Station
from edge.disk.disk_space import current_disk_level, require_room
from edge.disk.watermarks import DiskLevel
from edge.features import catalog, member
from edge.features.catalog import Category, Product
from edge.features.check_in import CheckedIn, Identified
from edge.features.outcome import OutcomeRow, clear_screen, last_seq, shown_before, shown_on_station, touch_screen
from edge.features.pickup.state_machine import Action
from edge.features.pickup.transition import Actor, TransitionRefused, TransitionRequest, apply_transition
from edge.features.staff import calls
from edge.platform.database import NoRoom, writing
from edge.registry import decode_outcome
from ui import number_arguments
from ui.kiosk import product_view as products
from ui.kiosk.outcome_views import OutcomeScreen, identify_member, no_room_screen, product_page, screen_for_outcome
from ui.request_context import page_locale, process_state, render_page, request_moment, shop
from ui.wedge import keyboard_wedge, typed_codes

kiosk = Blueprint("kiosk", __name__)
log = logging.getLogger(__name__)

ROLES = SHOPPER_ROLES
PRODUCTS_PER_PAGE = 6  # products on a page of the catalogue: two rows of three fit below the reach line


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A part of a long list: `number` of `pages`, from 1."""

    number: int
    pages: int


def station_of(station: str) -> Station:
    """The station of an address, if shoppers stand at it; else 404."""
    place = shop().config.station(station)
    if place is None or place.role not in ROLES:
        abort(404)
    return place


def screen_html(place: Station, it: OutcomeScreen, address: str, seq: int = 0) -> str:
    """A screen as it is put into the shell; `address` fetches it again, in another language for instance."""
    other = process_state().voices["en" if page_locale().language == "ja" else "ja"]
    frame = {"place": place, "other": other, "address": address, "sound": it.sound, "seq": seq, "every": _every()}
    return render_page(it.template, person=_mark(it.person), **frame, **it.values)


def _mark(person: str) -> str:
    """A keyed hash: a page sees by it whether the person is still the same, and cannot see who it is."""
    return hashlib.blake2b(person.encode(), key=process_state().pepper, digest_size=8).hexdigest() if person else ""


def _every() -> bool:
    """Whether the member asked to see all their orders, not the first ones only."""
    return "every" in request.args


def _outcome_address(station: str, seq: int) -> str:
    return url_for(".outcome", station=station, seq=seq, every=1 if _every() else None)


def _shown(station: str) -> OutcomeRow | None:
    """The outcome on a station's screen, while its shopper is there."""
    return shown_before(shop().db, station, request_moment(), shop().policy.kiosk.session)


def _home(place: Station) -> str:
    full = current_disk_level(shop().db) is DiskLevel.FULL
    it = OutcomeScreen(template="kiosk/home.html", sound="", values={"full": full})
    return screen_html(place, it, url_for(".home", station=place.id))


@kiosk.get("/kiosk/<station>")
@kiosk.get("/entrance/<station>")
def shell(station: str) -> str:
    """The page a kiosk opens in the morning. It begins at home: what was on the screen before is not called back."""
    place = station_of(station)
    wedged = keyboard_wedge.settings(place)
    return render_page("kiosk/shell.html", place=place, first=_home(place), last=last_seq(shop().db), wedge=wedged)


@kiosk.get("/kiosk/<station>/home")
def home(station: str) -> str:
    return _home(station_of(station))


@kiosk.get("/kiosk/<station>/outcome/<int:seq>")
def outcome(station: str, seq: int) -> str:
    """The answer to a scan, as long as it is the one on this station's screen; else the first screen."""
    place = station_of(station)
    row = _shown(station)
    if row is None or row.seq != seq:
        return _home(place)
    return screen_html(
        place, screen_for_outcome(shop(), decode_outcome(row), request_moment()), _outcome_address(station, seq), seq
    )


@kiosk.get("/kiosk/<station>/outcome/<int:seq>/met")
def member_once_known(station: str, seq: int) -> str | tuple[str, int]:
    """The greeting again, once HQ has said who carries a card this store did not know. 204 if it does not in time.

    It is the same outcome of the same scan, with the check-in counted when it was read; only now the shopper has a name.
    """
    place, here = station_of(station), shop()
    row = _shown(station)
    seen = decode_outcome(row) if row and row.seq == seq else None
    if not isinstance(seen, CheckedIn | Identified) or not (seen.card or seen.ref):
        return "", 204
    if identify_member(here, seen).stranger:
        known = member.wait_for_introduction(here.db, here.hq, seen.card, seen.asked, process_state().life)
        if known is None:
            return "", 204
        if seen.ref:  # HQ may know them here by another name than their code does
            seen = msgspec.structs.replace(seen, ref=known)
    return screen_html(place, screen_for_outcome(here, seen, request_moment()), _outcome_address(station, seq), seq)


@kiosk.post("/kiosk/<station>/scan")
def scan(station: str) -> tuple[str, int] | str:
    """A keyboard wedge's reading; the answer comes as for any scan, by the stream. 202: it is kept. 422: it is a piece.

    200: not a row can be kept on this disk; a price tag is looked up all the same, and leaves nothing behind.
    507: it is another code, and is refused; the session of the shopper before has ended.
    """
    place = station_of(station)
    try:
        return typed_codes.scan(place)
    except NoRoom:
        gtin = typed_codes.product(place)
        if gtin is None:
            keyboard_wedge.note_no_room(shop().db, station, request_moment())
            raise
        address = url_for(".product", station=station, gtin=gtin)
        return screen_html(place, product_page(shop(), gtin, request_moment(), sound="ok"), address)


@kiosk.get("/kiosk/<station>/refused")
def refused(station: str) -> str:
    """The page for a shopper whose code could not be written because the disk is full."""
    return screen_html(station_of(station), no_room_screen(), request.path)


@kiosk.post("/kiosk/<station>/scan/broken")
def broken(station: str) -> tuple[str, int]:
    """A keyboard wedge's code that did not come whole."""
    return typed_codes.broken(station_of(station))


@kiosk.post("/kiosk/<station>/end")
def end(station: str) -> tuple[str, int]:
    """The shopper has finished, or left: nothing up to the outcome they saw (`?seq=`) can be called back.

    A scan that came meanwhile is the next shopper's and stays.
    """
    station_of(station)
    seen = number_arguments.query_number("seq")
    with writing(shop().db):
        row = shown_on_station(shop().db, station)
        if row is not None and (seen is None or row.seq <= seen):
            clear_screen(shop().db, station, request_moment())
    return "", 204


@kiosk.post("/kiosk/<station>/touch")
def touch(station: str) -> tuple[str, int]:
    """The shopper touches the screen without asking for anything: their session lives on, if it has not ended."""
    station_of(station)
    if _shown(station) is not None:
        try:
            with writing(shop().db):
                touch_screen(shop().db, station, request_moment())
        except NoRoom:
            log.warning("disk full: a shopper's session ends when it would have ended before")
    return "", 204


@kiosk.get("/kiosk/<station>/pickup")
def pickup(station: str) -> str:
    """How a pickup works here; if the store has no pickup, the first screen."""
    if not shop().policy.pickup.on:
        return _home(station_of(station))
    return screen_html(station_of(station), OutcomeScreen(template="kiosk/how.html", sound=""), request.path)


@kiosk.get("/kiosk/<station>/calling")
def calling(station: str) -> str:
    return screen_html(station_of(station), OutcomeScreen(template="kiosk/calling.html", sound=""), request.path)


@kiosk.post("/kiosk/<station>/call")
def call(station: str) -> str:
    """Call staff to this station, about the product that the screen shows (`?gtin=`); pressed again, it is still one call."""
    place, db = station_of(station), shop().db
    shown = catalog.product(shop().hq, request.args.get("gtin", ""))
    with writing(db):
        calls.call_staff(db, station, request_moment(), shown.gtin if shown else None)
    process_state().screens.changed("calls")
    told = OutcomeScreen(template="kiosk/calling.html", sound="ok")
    return screen_html(place, told, url_for(".calling", station=station))


@kiosk.post("/kiosk/<station>/on-my-way/<int:seq>/<order>")
def on_my_way(station: str, seq: int, order: str) -> str:
    """The member before the screen comes for an order of theirs; only orders that this screen shows."""
    place, here = station_of(station), shop()
    row = _shown(station) if here.policy.pickup.on else None
    seen = decode_outcome(row) if row and row.seq == seq else None
    if row is None or not isinstance(seen, CheckedIn | Identified) or order not in identify_member(here, seen).orders:
        abort(404)
    who = Actor(station=station, causation=f"{row.log}/{row.scan}")
    asked = TransitionRequest(key=f"on_my_way:{seq}:{order}", order=order, action=Action.ARRIVE, who=who)
    require_room(here.db)
    try:
        with writing(here.db):
            apply_transition(here.db, here.hq, here.box, asked, request_moment())
    except TransitionRefused:
        # the order changed while it was on the screen: the screen below shows its present state
        return screen_html(place, screen_for_outcome(here, seen, request_moment()), _outcome_address(station, seq), seq)
    process_state().screens.changed("orders")
    return screen_html(place, screen_for_outcome(here, seen, request_moment()), _outcome_address(station, seq), seq)


@kiosk.get("/kiosk/<station>/product/<gtin>")
def product(station: str, gtin: str) -> str:
    """A product that was tapped, not scanned."""
    return screen_html(
        station_of(station),
        product_page(shop(), products.catalogue_key_of(shop(), gtin), request_moment()),
        request.path,
    )


@kiosk.get("/kiosk/<station>/product/<gtin>/near")
def near(station: str, gtin: str) -> str | tuple[str, int]:
    """The stores nearby as HQ knows them now. 204 if HQ does not answer in time: the page keeps what it shows, with its time."""
    key = products.catalogue_key_of(shop(), gtin)
    place, it = station_of(station), catalog.product(shop().hq, key)
    if it is None:
        abort(404)
    found = products.ask_nearby(shop(), key, request_moment().time, process_state().life)
    if found is None:
        return "", 204
    return render_page("kiosk/near.html", place=place, it=it, near=found[0], near_at=found[1], told=True)


@kiosk.get("/kiosk/<station>/find")
def find(station: str) -> str:
    """The categories of the catalogue."""
    listed = catalog.categories(shop().hq)
    return screen_html(
        station_of(station), OutcomeScreen(template="kiosk/find.html", sound="", values={"all": listed}), request.path
    )


def _page_of(found: list[Product]) -> tuple[list[Product], ListPage]:
    pages = max(1, -(-len(found) // PRODUCTS_PER_PAGE))
    number = min(max(1, number_arguments.query_number("page") or 1), pages)
    return found[(number - 1) * PRODUCTS_PER_PAGE : number * PRODUCTS_PER_PAGE], ListPage(number=number, pages=pages)


@kiosk.get("/kiosk/<station>/find/<category>")
def styles(station: str, category: str) -> str:
    """The styles of a category, a page at a time: a kiosk does not scroll."""
    chosen: Category | None = next((one for one in catalog.categories(shop().hq) if one.id == category), None)
    if chosen is None:
        abort(404)
    shown, page = _page_of(catalog.one_product_per_style(shop().hq, category))
    values: dict[str, object] = {"category": chosen, "products": shown, "page": page}
    address = f"{request.path}?page={page.number}"
    return screen_html(
        station_of(station), OutcomeScreen(template="kiosk/styles.html", sound="", values=values), address
    )


@kiosk.after_request
def is_a_stage(response: Response) -> Response:
    """Mark our own answers: a page behind a captive portal would otherwise swap a stranger's HTML in."""
    response.headers["Noren-Page"] = process_state().stamp
    return response
