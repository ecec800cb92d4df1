"""Goods that come back: find the order or the product, say what comes back and why, and take it back for ten seconds."""

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.disk.disk_space import require_room
from edge.features import catalog
from edge.features.pickup.order import PickupOrder
from edge.features.returns import pieces as goods
from edge.features.returns.accept import accept_return, refuse_piece, undo_return
from edge.features.returns.facts import difference_of, refund_of
from edge.features.returns.judgement import ReturnImpossible, ReturnRequest, judge_return, needs_lead
from edge.features.returns.kept import find_return, undo_time_left
from edge.features.returns.pieces import ReturnablePiece
from edge.features.returns.state_machine import Condition, ReturnState
from edge.features.returns.window import NotReturnable, last_day
from edge.features.staff.pin_check import TooManyPinChecks
from edge.features.staff.sessions import writing_as
from edge.platform.database import NoRoom
from ui.access import lead_pin
from ui.request_context import page_locale, process_state, request_moment, shop
from ui.returns.return_form import read_request
from ui.staff import shell
from ui.staff.shell import page, request_station, signed_in
from ui.staff.staff_tab import SERVING

returns = Blueprint("returns", __name__, url_prefix="/staff/<station>/returns")
shell.install(returns)
returns.before_request(shell.require_sign_in)

MAX_ASKED = 64  # characters of an order's number or id


@returns.before_request
def _only_who_serves() -> None:
    """An installer looks after devices, and has no need to know who bought what."""
    if signed_in().staff.role not in SERVING:
        abort(403)


@returns.get("")
def door() -> Response | Answer:
    """Scan an order's code or a tag, or type `?number=`, the order's number or id."""
    asked = request.args.get("number", "").strip()[:MAX_ASKED]
    found = goods.given_orders(shop(), asked) if asked else []
    if len(found) == 1:
        return redirect(url_for("returns.show_order", order=found[0].row.order), 303)
    return page("returns/door.html", asked=asked, found=found)


def _given(order: str) -> PickupOrder:
    return goods.find_given_order(shop(), order) or abort(404)


@returns.get("/order/<order>")
def show_order(order: str) -> Response:
    """The pieces of an order that was handed over; why one cannot come back is said beside it."""
    found = _given(order)
    every = goods.pieces_of_order(shop(), found, request_moment())
    until = (
        last_day(goods.shop_day(shop(), found.handed_over_at), shop().policy.returns) if found.handed_over_at else None
    )
    return _form(every, order=found, until=until)


@returns.get("/goods/<gtin>")
def show_goods(gtin: str) -> Response:
    """A piece without an order of this store: a lead decides."""
    product = catalog.product(shop().hq, gtin) or abort(404)
    return _form([goods.piece_without_order(shop(), product, request_moment())], order=None, gtin=gtin)


def _form(
    every: list[ReturnablePiece], *, order: PickupOrder | None, gtin: str | None = None, until: date | None = None
) -> Response:
    sizes = {piece.gtin: goods.sizes_to_exchange(shop(), piece.product) for piece in every}
    return page(
        "returns/return.html",
        pieces=every,
        sizes=sizes,
        reasons=shop().policy.returns.reasons,
        conditions=[condition.value for condition in Condition],
        leads=[] if shell.is_lead() else lead_pin.all_leads(),
        refusals=any(piece.no for piece in every),
        order=order,
        gtin=gtin,
        until=until,
    )


@returns.post("/order/<order>")
def accept_order(order: str) -> Response | Answer:
    """Take pieces of an order back; asked twice, it is done once."""
    return _accept(order, None)


@returns.post("/goods/<gtin>")
def accept_goods(gtin: str) -> Response | Answer:
    """Take a piece back without an order of this store."""
    return _accept(None, gtin)


def _accept(order: str | None, gtin: str | None) -> Response | Answer:
    """What cannot be done is said on the page that is open, which keeps what the clerk has chosen."""
    me, here = signed_in(), shop()
    try:
        asked = read_request(request.form, me, order=order, gtin=gtin)
        if find_return(here.db, asked.key):
            return redirect(url_for("returns.done", name=asked.key), 303)
        judged = judge_return(here, asked, request_moment())
        asked = _with_lead(asked) if needs_lead(here, judged) else asked
        require_room(here.db)
        with writing_as(here.db, me):
            kept = accept_return(here, asked, request_moment())
    except ReturnImpossible as no:
        return _say(no.why)
    except NoRoom:
        return _say("no_room")
    process_state().screens.changed("orders")
    refused = [why.value for _, why in judged.refused]
    if kept is None:
        return jsonify(
            do="say",
            text=page_locale().plain(f"returns.no.{refused[0]}" if refused else "returns.said.moved_on"),
            sound="no",
        )
    return redirect(url_for("returns.done", name=asked.key, refused=refused), 303)


def _with_lead(asked: ReturnRequest) -> ReturnRequest:
    """The same with the lead who confirms it. Raises ReturnImpossible."""
    if shell.is_lead():
        return replace(asked, lead=signed_in().staff.staff)
    try:
        beside = lead_pin.prove_lead(shell.pin_attempt)
    except TooManyPinChecks:
        raise ReturnImpossible("busy") from None
    if not isinstance(beside, str):
        raise ReturnImpossible("lead")
    return replace(asked, lead=beside)


def _say(why: str) -> Response:
    return jsonify(do="say", text=page_locale().plain(f"returns.said.{why}"), sound="no")


@returns.post("/order/<order>/refuse")
def refuse(order: str) -> Answer:
    """The pieces that cannot come back were refused to the shopper: HQ is told."""
    found, me = _given(order), signed_in()
    with writing_as(shop().db, me):
        for piece in goods.pieces_of_order(shop(), found, request_moment()):
            if piece.no is not None:
                refuse_piece(shop(), found, piece.gtin, piece.no, me.staff.staff, me.station, request_moment())
    return redirect(url_for("returns.door"), 303)


@returns.get("/done/<name>")
def done(name: str) -> Response:
    """What was taken back, what HQ or the POS pays, and for ten seconds the way back."""
    kept = find_return(shop().db, name) or abort(404)
    left = undo_time_left(kept, request_station().id, request_moment())
    said = {why.value for why in NotReturnable} & set(request.args.getlist("refused"))
    return page(
        "returns/done.html",
        kept=kept,
        undone=kept.state is ReturnState.UNDONE,
        undo=left.total_seconds() if left else None,
        products={one.gtin: catalog.product(shop().hq, one.gtin) for one in kept.pieces},
        refused=sorted(said),
        refund=refund_of(kept.pieces),
        difference=difference_of(kept.pieces),
    )


@returns.post("/done/<name>/undo")
def undo(name: str) -> Response | Answer:
    """The goods are the shopper's again: within ten seconds, at the station where they were taken."""
    me = signed_in()
    try:
        with writing_as(shop().db, me):
            undo_return(shop(), name, me.staff.staff, me.station, request_moment())
    except ReturnImpossible as no:
        return _say(no.why)
    process_state().screens.changed("orders")
    return redirect(url_for("returns.done", name=name), 303)
