"""What a scan at a staff station opens: an order, a product, a member's orders, or a few words."""

from typing import Annotated

import msgspec
from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from msgspec import Meta, Struct
from werkzeug.wrappers import Response as Answer

from edge import catalog, member
from edge.member import Member
from edge.outcome import (
    BadgeRead,
    CodeRefused,
    Fault,
    Identified,
    NotUnderstood,
    OrderOpened,
    OutcomeRow,
    PickupRefused,
    ProductShown,
    ProductUnknown,
)
from edge.pickup import order as orders
from edge.store import values
from ui import wedge
from ui.answers import met, why_not_understood
from ui.here import house, moment, shop, voice
from ui.staff import desk
from ui.staff.desk import page, place, signed_in

scanned = Blueprint("scanned", __name__, url_prefix="/staff/<station>")
desk.fit(scanned)


@scanned.before_request
def _may_look() -> Answer | None:
    """A reading is kept whoever holds the scanner, as a serial one's is; what it opens is for people who are signed in."""
    return None if request.endpoint == "scanned.scan" else desk.only_signed_in()


class Typed(Struct, frozen=True, forbid_unknown_fields=True):
    """What a page posts when a keyboard wedge has typed a code into it."""

    code: Annotated[str, Meta(min_length=1, max_length=8192)]


@scanned.post("/scan")
def scan() -> tuple[str, int]:
    """A keyboard wedge's reading; the answer comes as for any scan, by the stream. 202: it is kept."""
    try:
        typed = msgspec.json.decode(request.get_data(), type=Typed)
    except (msgspec.DecodeError, UnicodeDecodeError):
        abort(400)
    wedge.take(shop().db, place().id, typed.code, moment())
    return "", 202


def _row(seq: int) -> OutcomeRow:
    """An outcome of this station; another station's is not for us."""
    sql = "select * from outcomes where seq = ? and station = ?"
    return next(iter(values(shop().db, OutcomeRow, sql, (seq, place().id))), None) or abort(404)


def _say(why: str, **about: str) -> Response:
    return jsonify(do="say", text=voice().plain(f"staff.scan.{why}", None, **about), sound="no")


def _refused(no: PickupRefused) -> Response | Answer:
    """An order that is known here opens and says how it stands; else a few words."""
    if no.order is not None:
        return redirect(url_for("handover.show_order", order=no.order), 303)
    if no.why == "other_store":
        near = {one.store: one.name for one in shop().policy.place.neighbours}
        name = near.get(no.store or "")
        if name:
            return _say("other_store", store=voice().plain_words(name))
        return _say("some_store")
    return _say("order")


def _product(gtin: str) -> Response | Answer:
    """With an order open (`?order=`) a tag ticks a piece; else it opens the product."""
    found = catalog.product(shop().hq, gtin)
    if found is None:
        return _say("product")
    if not request.args.get("order"):
        return redirect(url_for("staff.one_of_goods", gtin=gtin), 303)
    v = voice()
    name = f"{v.plain_words(found.name)} {v.plain_words(found.colour.name)} {found.size}"
    wrong = v.plain("staff.scan.wrong_piece", name=name)
    return jsonify(do="tick", gtin=gtin, wrong=wrong, done=v.plain("staff.scan.done_piece", name=name))


@scanned.get("/outcome/<int:seq>")
def outcome(seq: int) -> Response | Answer:
    """What to do about a scan at this station: a page to open, or JSON for the page that is open."""
    match _row(seq).outcome:
        case OrderOpened(order=order):
            return redirect(url_for("handover.show_order", order=order), 303)
        case ProductShown(gtin=gtin):
            return _product(gtin)
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
    return member.by_ref(shop().hq, ref) if ref else None


@scanned.get("/visitor/<int:seq>")
def visitor(seq: int) -> Response:
    """The member whose card was read here, by masked nickname, and the orders that wait for them."""
    return _visitor(_seen(seq), seq)


@scanned.get("/visitor/<int:seq>/met")
def met_now(seq: int) -> Response | tuple[str, int]:
    """The same once HQ has said who carries a card this store did not know; 204 where it does not in time."""
    seen = _seen(seq)
    if seen.card is None or not met(shop(), seen).stranger:
        return "", 204
    known = member.introduced(shop().db, shop().hq, seen.card, house().life)
    return _visitor(seen, seq) if known else ("", 204)


def _seen(seq: int) -> Identified:
    seen = _row(seq).outcome
    return seen if isinstance(seen, Identified) else abort(404)


def _visitor(seen: Identified, seq: int) -> Response:
    who = met(shop(), seen)
    found = [orders.find(shop().db, shop().hq, shop().box, one) for one in who.orders]
    known = _known(who.member)
    waiting = [one for one in found if one is not None and one.is_open]
    name = member.masked(known.nickname) if known else None
    return page("staff/visitor.html", name=name, orders=waiting, known=known, stranger=who.stranger, seq=seq)
