"""What a scan at a staff station opens: an order, a product, a member's orders, or a few words."""

import msgspec
from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.codes.parsed_code import CARD_ALIAS
from edge.facts.fact import FactAttributes
from edge.facts.journal import tell
from edge.features import catalog, member
from edge.features.check_in import CodeRefused, Identified
from edge.features.member import Member
from edge.features.outcome import Fault, NotUnderstood, OutcomeRow
from edge.features.pickup import order as orders
from edge.features.pickup.arrival import OrderLabelRead, OrderOpened, PickupRefused
from edge.features.pickup.facts import ViewedVisitor
from edge.features.product import ProductPast, ProductShown, ProductUnknown, SecondRow
from edge.features.staff.badge import BadgeRead
from edge.features.staff.sessions import writing_as
from edge.platform.clock import parse_utc
from edge.platform.database import values
from edge.platform.idempotency_marks import read_mark, set_mark
from edge.registry import decode_outcome
from ui.kiosk.outcome_views import identify_member, why_not_understood
from ui.request_context import page_locale, process_state, request_moment, shop
from ui.staff import shell
from ui.staff.orders import identity_proof, pickup_list
from ui.staff.shell import page, request_station, signed_in
from ui.wedge import typed_codes

scanned = Blueprint("scanned", __name__, url_prefix="/staff/<station>")
shell.install(scanned)

OF_THE_SCANNER = frozenset({"scanned.scan", "scanned.broken", "scanned.refused"})  # names nobody and opens nothing


@scanned.before_request
def _may_look() -> Answer | None:
    """A reading is stored for any user, as a serial scanner's is; what it opens is only for people who are signed in. Whom a
    badge has signed out finds its owner chosen at the door."""
    if request.endpoint in OF_THE_SCANNER or shell.session() is not None:
        return None
    row = _found((request.view_args or {}).get("seq", 0))
    seen = decode_outcome(row) if row else None
    return redirect(url_for("login.door", who=seen.staff if isinstance(seen, BadgeRead) else None), 303)


@scanned.post("/scan")
def scan() -> tuple[str, int]:
    """A keyboard wedge's reading."""
    return typed_codes.scan(request_station())


@scanned.post("/scan/broken")
def broken() -> tuple[str, int]:
    """A keyboard wedge's code that did not come whole."""
    return typed_codes.broken(request_station())


@scanned.get("/refused")
def refused() -> Response:
    """Words for a code that could not be kept, because the disk is full."""
    return jsonify(do="say", text=page_locale().plain("staff.said.no_room"), sound="no")


def _found(seq: int) -> OutcomeRow | None:
    """An outcome of this station; another station's is not for us."""
    sql = "select * from outcomes where seq = ? and station = ?"
    return next(iter(values(shop().db, OutcomeRow, sql, (seq, request_station().id))), None)


def _row(seq: int) -> OutcomeRow:
    return _found(seq) or abort(404)


def _say(why: str, **about: str) -> Response:
    return jsonify(do="say", text=page_locale().plain(f"staff.scan.{why}", None, **about), sound="no")


def _refused(no: PickupRefused) -> Response | Answer:
    """An order that is known here opens and shows its state; else a short message. Where goods come back, it is what came."""
    if no.order is not None and no.why == "handed_over" and _takes_returns():
        return redirect(url_for("returns.show_order", order=no.order), 303)
    if no.order is not None:
        return redirect(url_for("handover.show_order", order=no.order), 303)
    if no.why == "other_store":
        near = {one.store: one.name for one in shop().policy.place.neighbours}
        name = near.get(no.store or "")
        if name:
            return _say("other_store", store=page_locale().plain_words(name))
        return _say("some_store")
    return _say("too_many" if no.why == "too_many" else "order")


def _product(seq: int, gtin: str, not_one: str | None) -> Response | Answer:
    """With an order open (`?order=`) a tag ticks a piece, but for what is not to be handed over; else it opens the product."""
    found = catalog.product(shop().hq, gtin)
    if found is None:
        return _say("product")
    if request.args.get("back"):
        return _put_back(found)
    if request.args.get("returns") == "tick" and _takes_returns():
        return jsonify(do="tick", **_tick_words(found))
    if _takes_returns():
        return redirect(url_for("returns.show_goods", gtin=gtin), 303)
    if not request.args.get("order"):
        return redirect(url_for("staff.one_of_goods", gtin=gtin, scan=seq), 303)
    if not_one is not None:
        return _say(not_one)
    return jsonify(do="tick", **_tick_words(found, request.args["order"]))


def _takes_returns() -> bool:
    """Whether the page that is open is one on which goods come back."""
    return "returns" in request.args and shop().policy.returns.on and signed_in().staff.role != "installer"


def _tick_words(found: catalog.Product, order: str = "") -> dict[str, str]:
    """What a page needs to tick a piece of a product: its number, and what is said if there is none to tick."""
    v, why = page_locale(), "no_substitute" if _is_like_ordered(found, order) else "wrong_piece"
    name = f"{v.plain_words(found.name)} {v.plain_words(found.colour.name)} {found.size}"
    wrong, done = v.plain(f"staff.scan.{why}", name=name), v.plain("staff.scan.done_piece", name=name)
    return {"gtin": found.gtin, "wrong": wrong, "done": done}


def _is_like_ordered(found: catalog.Product, order: str) -> bool:
    """Whether an order has another colour or size of a product."""
    known = orders.find_order(shop().db, shop().hq, shop().box, order)
    lines = known.row.lines if known else []
    ordered = (catalog.product(shop().hq, line.gtin) for line in lines)
    return any(one is not None and one.style == found.style for one in ordered)


def _put_back(found: catalog.Product) -> Response:
    """A tag on the tab of what is to be put back opens the order whose piece it is, and ticks it."""
    order = pickup_list.order_to_put_back(shop(), found.gtin, request_moment().time)
    if order is None:
        return _say("no_back")
    return jsonify(do="open", url=url_for("handover.show_order", order=order, back=1), **_tick_words(found))


@scanned.get("/outcome/<int:seq>")
def outcome(seq: int) -> Response | Answer:
    """What to do about a scan at this station: a page to open, or JSON for the page that is open."""
    match decode_outcome(_row(seq)):
        case OrderOpened(order=order) | OrderLabelRead(order=order):
            return redirect(url_for("handover.show_order", order=order), 303)
        case ProductShown(gtin=gtin, case_of=pieces):
            return _product(seq, gtin, "case" if pieces else None)
        case ProductPast(gtin=gtin, known=True):
            return _product(seq, gtin, "past")
        case ProductPast():
            return _say("past")
        case SecondRow():
            return _say("second_row")
        case Identified():
            return redirect(url_for("scanned.visitor", seq=seq), 303)
        case PickupRefused() as no:
            return _refused(no)
        case BadgeRead(staff=who) if who != signed_in().staff.staff:
            return redirect(url_for("login.door", who=who), 303)
        case BadgeRead():
            return _say("own_badge")
        case ProductUnknown():
            return _say("product")
        case CodeRefused(why=why):
            return _say(why)
        case NotUnderstood(reason=reason):
            return _say(why_not_understood(reason))
        case Fault():
            return _say("fault")
        case _:
            return _say("foreign")


def _known(ref: str | None) -> Member | None:
    return member.member_by_reference(shop().hq, ref) if ref else None


@scanned.get("/visitor/<int:seq>")
def visitor(seq: int) -> Response | Answer:
    """The member whose card was read here, by masked nickname, and the orders that wait for them."""
    if elsewhere := _not_for_installers():
        return elsewhere
    row = _row(seq)
    seen = decode_outcome(row)
    if not isinstance(seen, Identified):
        abort(404)
    if (
        shell.BACKGROUND_HEADER not in request.headers
        or read_mark(shop().db, identity_proof.last_visitor_mark(signed_in())) != seq
    ):
        _note_visitor(row, seen)
    return _visitor(seen, seq)


def _note_visitor(row: OutcomeRow, seen: Identified) -> None:
    """Record every view of a visitor, and whether they may have left long ago."""
    me, at = signed_in(), request_moment()
    who = identify_member(shop(), seen).member or (f"{CARD_ALIAS}{seen.card}" if seen.card else seen.ref)
    past = abs(at.time - parse_utc(row.time)) > identity_proof.PROOF_LIFETIME
    fact = ViewedVisitor(scan=f"{row.log}/{row.scan}", past=past)
    about = FactAttributes(member=who, staff=me.staff.staff, station=me.station)
    with writing_as(shop().db, me):
        tell(shop().db, shop().box, fact, at, about)
        set_mark(shop().db, identity_proof.last_visitor_mark(me), row.seq, at)


@scanned.get("/visitor/<int:seq>/met")
def member_once_known(seq: int) -> Response | Answer | tuple[str, int]:
    """The same once HQ has sent the member of a card unknown to this store; 204 if HQ does not answer in time."""
    if elsewhere := _not_for_installers():
        return elsewhere
    seen = _seen(seq)
    if not (seen.card or seen.ref):
        return "", 204
    if identify_member(shop(), seen).stranger:
        known = member.wait_for_introduction(shop().db, shop().hq, seen.card, seen.asked, process_state().life)
        if known is None:
            return "", 204
        if seen.ref:  # HQ may know them here by another name than their code does
            seen = msgspec.structs.replace(seen, ref=known)
    return _visitor(seen, seq)


def _not_for_installers() -> Answer | None:
    """A person who only maintains the devices may not see who comes to the shop."""
    return redirect(url_for("devices.inside"), 303) if signed_in().staff.role == "installer" else None


def _seen(seq: int) -> Identified:
    seen = decode_outcome(_row(seq))
    return seen if isinstance(seen, Identified) else abort(404)


def _visitor(seen: Identified, seq: int) -> Response:
    who = identify_member(shop(), seen)
    found = [orders.find_order(shop().db, shop().hq, shop().box, one) for one in who.orders]
    known = _known(who.member)
    waiting = [one for one in found if one is not None and one.can_be_fetched]
    name = member.masked_name(known.nickname) if known else None
    return page("staff/visitor.html", name=name, orders=waiting, known=known, stranger=who.stranger, seq=seq)
