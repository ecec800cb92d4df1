"""The check of an order's pieces: the box keeps what a clerk has ticked, and decides whether it is all of them."""

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.disk.disk_space import require_room
from edge.features import catalog
from edge.features.pickup import claims, piece_ticks
from edge.features.pickup import order as orders
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.piece_ticks import PieceCheck
from edge.features.pickup.pieces import lines_of_pieces
from edge.features.pickup.state_machine import Action
from edge.features.staff.sessions import writing_as
from edge.platform.database import NoRoom
from ui.request_context import page_locale, request_moment, shop
from ui.staff import shell
from ui.staff.orders.order_actions import step_to_check
from ui.staff.orders.order_items import Piece, order_pieces
from ui.staff.picking.claim_pages import claim_of_another
from ui.staff.shell import signed_in

checking = Blueprint("checking", __name__, url_prefix="/staff/<station>/order/<order>")
shell.install(checking)
checking.before_request(shell.require_sign_in)
checking.before_request(shell.require_orders)


def step_asked(found: PickupOrder) -> Action | None:
    """The order's next step, if it needs a check; the page's address says (`?back=1`) that a no-show's goods are to go back."""
    return step_to_check(shop(), found, back=request.args.get("back") == "1")


def pieces_to_check(found: PickupOrder) -> list[Piece]:
    """The pieces that are there to be ticked: those that are not missing."""
    return [piece for piece in order_pieces(shop(), found) if piece.missing is None]


def _check(found: PickupOrder) -> PieceCheck | None:
    """The signed-in clerk's check for the order's next step; None if the next step needs none."""
    step = step_asked(found)
    return PieceCheck(session=signed_in(), order=found.row.order, step=step) if step else None


def ticked_goods(found: PickupOrder) -> dict[str, str]:
    """The pieces that this clerk has ticked for the order's next step, each with the GTIN that was there."""
    check = _check(found)
    kept = piece_ticks.ticked_pieces(shop().db, check) if check else {}
    return {piece.id: kept[piece.id] for piece in pieces_to_check(found) if kept.get(piece.id) in piece.accepted}


def ticked_pieces(found: PickupOrder) -> frozenset[str]:
    """The ids of those pieces."""
    return frozenset(ticked_goods(found))


def substitutes_ticked(found: PickupOrder) -> dict[str, str]:
    """Those of them that are not what was ordered, each with its GTIN."""
    ordered = {piece: line.gtin for piece, line in lines_of_pieces(found.row).items()}
    return {piece: gtin for piece, gtin in ticked_goods(found).items() if gtin != ordered[piece]}


def is_checked(found: PickupOrder, step: Action) -> bool:
    """Whether this clerk has ticked every piece of the order for that step, and it is the one that the page is about."""
    return step_asked(found) is step and ticked_pieces(found) >= {piece.id for piece in pieces_to_check(found)}


@checking.post("/tick")
def tick(order: str) -> Response | Answer:
    """Tick pieces (`piece`), or take their ticks back (`on=no`). An order that needs no check now is shown as it is.

    `gtin`: what was read, if it is not what lies there: goods that the shopper takes instead count for the piece, no others.
    """
    found = orders.find_order(shop().db, shop().hq, shop().box, order) or abort(404)
    check = _check(found)
    if check is None:
        return redirect(url_for("handover.show_order", order=order, said="moved_on"), 303)
    if claim_of_another(found):
        return redirect(url_for("handover.show_order", order=order, said="claimed"), 303)
    named = set(request.form.getlist("piece"))
    there = [(piece, request.form.get("gtin") or piece.gtin) for piece in pieces_to_check(found) if piece.id in named]
    chosen = [(piece.id, gtin) for piece, gtin in there if gtin in piece.accepted]
    try:
        require_room(shop().db)
        with writing_as(shop().db, check.session):
            if check.step is Action.READY:  # HQ had said that it is being picked: the first to touch it claims it
                staff, station = check.session.staff.staff, check.session.station
                claims.claim_order(shop().db, order, staff, station, request_moment())
            if request.form.get("on") == "no":
                piece_ticks.untick_pieces(shop().db, check, [piece for piece, _ in chosen])
            else:
                piece_ticks.tick_pieces(shop().db, check, chosen)
    except NoRoom:
        return redirect(url_for("handover.show_order", order=order, said="no_room"), 303)
    return jsonify(do="ticked", order=order, ticked=sorted(ticked_pieces(found)), instead=substitute_words(found))


def substitute_words(found: PickupOrder) -> dict[str, str]:
    """What is said beside each piece for which other goods were ticked than were ordered."""
    read = {piece: catalog.product(shop().hq, gtin) for piece, gtin in substitutes_ticked(found).items()}
    return {
        piece: page_locale().plain(
            "staff.piece.instead", None, colour=page_locale().plain_words(it.colour.name), size=it.size
        )
        for piece, it in read.items()
        if it
    }
