"""An order before a clerk: prepare it, prove who comes for it, hand it over, take that back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.features.pickup import order as orders
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.pieces import is_held_up, missing_pieces
from edge.features.pickup.state_machine import Action, State
from edge.features.staff.pin_check import TooManyPinChecks
from edge.platform.clock import parse_utc
from ui.access import lead_pin
from ui.request_context import request_moment, shop
from ui.staff import shell
from ui.staff.orders import identity_proof as proof
from ui.staff.orders import label_pages, pickup_list, piece_checks
from ui.staff.orders.order_actions import SAME_PERSON, UNDOABLE, OrderOptions, order_options, undo_seconds_left
from ui.staff.orders.order_items import order_pieces
from ui.staff.orders.order_step import DONE_WORDS, back_to_order, find_order, form_key, take_step
from ui.staff.orders.part_short import MISSING_REASONS
from ui.staff.orders.pickup_list import half_masked, staff_shelves
from ui.staff.picking.claim_pages import claim_of_another
from ui.staff.shell import page, request_station, signed_in

handover = Blueprint("handover", __name__, url_prefix="/staff/<station>/order/<order>")
shell.install(handover)
handover.before_request(shell.require_sign_in)
handover.before_request(shell.require_orders)

REJECT_REASONS = ("no_stock", "damaged", "cannot")
REFUSAL_WORDS = (
    "incomplete",
    "slow",
    "lead",
    "busy",
    "too_late",
    "moved_on",
    "no_room",
    "shelf",
    "reason",
    "missing",
    "held_up",
    "unchecked",
    "labels_wait",
    "claimed",
)  # what a page says about the step before it
RELATIONS = ("family", "friend", "work")
MAX_NAME_LENGTH = 60  # characters of a proxy's name
SHELF_NAME = re.compile(r"[\w-]{1,12}")


@handover.get("")
def show_order(order: str) -> Response:
    """The page of an order: its state, what can be done with it, or why nothing can be done."""
    found, me, here = find_order(order), signed_in(), shop()
    read = proof.proof_by_code(here, me, order, request_moment())
    named = read is not None or proof.is_checking(here, me, order, request_moment())
    if named:
        proof.note_view(here, me, found.row, read, request_moment(), quiet=shell.BACKGROUND_HEADER in request.headers)
    other = claim_of_another(found)
    step, shelf = piece_checks.step_asked(found), staff_shelves(here).get(order) or found.row.shelf
    return page(
        "staff/order.html",
        order=found,
        stands=order_options(here, found),
        pieces=order_pieces(here, found),
        held_up=is_held_up(found),
        missing=missing_pieces(found),
        instead=piece_checks.substitute_words(found),
        checks=step is not None and other is None,
        claim=other,
        puts_back=step is Action.RESTOCK,
        to_check={piece.id for piece in piece_checks.pieces_to_check(found)},
        back=request.args.get("back"),
        shares=pickup_list.numbers_on_shelf(here, shelf, order),
        ticked=piece_checks.ticked_pieces(found),
        read=read,
        name=found.row.name if named else half_masked(found.row.name),
        named=named,
        shelf=shelf,
        undo=undo_seconds_left(here, order, request_station().id, request_moment()),
        said=said if (said := request.args.get("said")) in REFUSAL_WORDS else None,
        done=_done_word(found, request.args.get("said")),
        latest=_latest_step(order),
        has_label=label_pages.has_label(found, request_station().id),
        label_job=label_pages.latest_job(order),
        store=_store_of(found),
        choices={"reject": REJECT_REASONS, "missing": MISSING_REASONS, "relation": RELATIONS},
        leads=lead_pin.all_leads(),
        lead_for=[one for one in here.policy.proofs.lead_for if _needs_lead(one)],
    )


def _done_word(found: PickupOrder, said: str | None) -> str | None:
    """What is said of the step before this page, as long as it is the order's last one."""
    steps = orders.steps_of(shop().db, found.row.order)
    return said if steps and said is not None and said == DONE_WORDS.get(steps[-1].action) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastStep:
    """The store's last step with an order: by which clerk, and when."""

    staff: str
    at: datetime


def _latest_step(order: str) -> LastStep | None:
    steps = [step for step in orders.steps_of(shop().db, order) if step.staff]
    return LastStep(staff=steps[-1].staff or "", at=parse_utc(steps[-1].time)) if steps else None


def _store_of(found: PickupOrder) -> object:
    """The name of the store where an order waits, if it is not this one."""
    near = {one.store: one.name for one in shop().policy.place.neighbours}
    return near.get(found.row.store)


@handover.post("/check")
def check(order: str) -> Answer:
    """Show the full name, to compare it with the one the shopper says."""
    found = find_order(order)
    opens = order_options(shop(), found) is not OrderOptions.HAND or proof.check_name(
        shop(), signed_in(), found.row, request_moment()
    )
    return back_to_order(order, None if opens else "slow")


@handover.post("/refuse")
def refuse(order: str) -> Answer:
    """The person is not the one the goods are for: nothing is handed over, and the attempt is reported to HQ."""
    proof.refuse_identity(shop(), signed_in(), find_order(order).row, form_key(), request_moment())
    return redirect(url_for("staff.waiting", said="refused"), 303)


def _proven(order: str) -> Mapping[str, Any] | None:
    """The proof of the person, as it is reported to HQ; None if there is none. A code counts only if this store has read it."""
    form, me = request.form, signed_in()
    if read := proof.proof_by_code(shop(), me, order, request_moment()):
        return {"proof": "code", "scan": read.scan}
    if not proof.is_checking(shop(), me, order, request_moment()):
        return None
    match form.get("who"):
        case "same":
            return {"proof": SAME_PERSON}
        case "proxy" if form.get("relation") in RELATIONS and (name := form.get("proxy", "").strip()[:MAX_NAME_LENGTH]):
            return {"proof": "proxy", "relation": form["relation"], "proxy": name}
        case _:
            return None


@handover.post("/hand-over")
def hand_over(order: str) -> Answer:
    """お渡し完了: every piece ticked, the person proven, the bill paid; asked twice, it is done once.

    For a proof that the policy names, a lead approves with their PIN: wrong PINs are counted as at the sign-in page.
    """
    found = find_order(order)
    proven = _proven(order)
    paid = found.row.paid or request.form.get("paid") == "yes"
    if not piece_checks.is_checked(found, Action.HAND_OVER) or proven is None or not paid:
        return back_to_order(order, "incomplete" if order_options(shop(), found) is OrderOptions.HAND else None)
    if _needs_lead(proven["proof"]) and order_options(shop(), found) is OrderOptions.HAND:
        try:
            beside = lead_pin.prove_lead(shell.pin_attempt)
        except TooManyPinChecks:
            return back_to_order(order, "busy")
        if not isinstance(beside, str):
            return back_to_order(order, "lead")
        proven = {**proven, "lead": beside}
    goods = {"paid_here": not found.row.paid, "substitutes": piece_checks.substitutes_ticked(found)}
    again = partial(_unproven, order, found)
    return take_step(order, Action.HAND_OVER, {**proven, **goods}, judged=found, again=again)


def _unproven(order: str, found: PickupOrder) -> str | None:
    """What is asked once more when the step's turn has come: another tablet may have voided the proof, or the ticks."""
    fits = piece_checks.is_checked(found, Action.HAND_OVER) and _proven(order) is not None
    return None if fits else "incomplete"


def _needs_lead(proof: str) -> bool:
    """Whether the policy wants a lead beside a clerk for this proof."""
    return proof in shop().policy.proofs.lead_for and not shell.is_lead()


@handover.post("/undo")
def undo(order: str) -> Answer:
    """Take a hand-over back, or that the order was given up, within ten seconds at the station it was done at."""
    ends = [step.action for step in find_order(order).steps if step.action in UNDOABLE]
    action = Action.UNDO_SHORT if ends[-1:] == [Action.SHORT] else Action.UNDO
    return take_step(order, action, {}, again=partial(_too_late, order))


def _too_late(order: str) -> str | None:
    left = undo_seconds_left(shop(), order, request_station().id, request_moment(), late=True)
    return "too_late" if left is None else None


@handover.post("/<action>")
def prepare(order: str, action: str) -> Answer:
    """Accept, pick, put ready, reject, or put back."""
    form = request.form
    match action:
        case "accept":
            return take_step(order, Action.ACCEPT, {})
        case "pick":
            return take_step(order, Action.PICK, {})
        case "restock":
            found = find_order(order)
            if not piece_checks.is_checked(found, Action.RESTOCK):
                return back_to_order(order, "unchecked")
            return take_step(order, Action.RESTOCK, {}, judged=found)
        case "ready":
            return _put_on_shelf(order, form.get("shelf", "").strip().upper())
        case "reject" if form.get("reason") in REJECT_REASONS:
            return take_step(order, Action.REJECT, {"reason": form["reason"]})
        case "reject":
            return back_to_order(order, "reason")
        case _:
            return abort(404)


def _put_on_shelf(order: str, shelf: str) -> Answer:
    """ご用意できた: every piece ticked while it was collected, and the shelf named."""
    found = find_order(order)
    if not SHELF_NAME.fullmatch(shelf):
        return back_to_order(order, "shelf")
    if found.state is State.PICKING and not piece_checks.is_checked(found, Action.READY):
        return back_to_order(order, "unchecked")
    detail = {"shelf": shelf, "substitutes": piece_checks.substitutes_ticked(found)}
    return take_step(order, Action.READY, detail, judged=found)
