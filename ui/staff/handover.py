"""An order before a clerk: prepare it, prove who comes for it, hand it over, take that back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.disk.disk_space import require_room
from edge.features.pickup import order as orders
from edge.features.pickup import piece_ticks
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import Actor, TransitionRefused, TransitionRequest, apply_transition
from edge.features.staff.pin_check import TooManyPinChecks
from edge.features.staff.sessions import Session, writing_as
from edge.platform.clock import parse_utc
from edge.platform.database import NoRoom
from ui.access import lead_pin
from ui.request_context import process_state, request_moment, shop
from ui.staff import checking, label_pages, shell, work_list
from ui.staff import identity_proof as proof
from ui.staff.order_actions import SAME_PERSON, OrderOptions, order_options, undo_seconds_left
from ui.staff.order_items import order_pieces
from ui.staff.shell import page, request_station, signed_in
from ui.staff.work_list import half_masked, staff_shelves

handover = Blueprint("handover", __name__, url_prefix="/staff/<station>/order/<order>")
shell.install(handover)
handover.before_request(shell.require_sign_in)
handover.before_request(shell.require_orders)

_KEY = re.compile(r"[0-9a-f]{32}")
REJECT_REASONS = ("no_stock", "damaged", "cannot")
SHORT_REASONS = ("not_found", "damaged", "sold")
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
    "unchecked",
    "labels_wait",
)  # what a page says about the step before it
DONE_WORDS = {Action.READY: "ready", Action.RESTOCK: "restock"}  # what a page says of a step that was taken
RELATIONS = ("family", "friend", "work")
MAX_NAME_LENGTH = 60  # characters of a proxy's name
SHELF_NAME = re.compile(r"[\w-]{1,12}")


def _find(order: str) -> PickupOrder:
    found = orders.find_order(shop().db, shop().hq, shop().box, order)
    if found is None:
        abort(404)
    return found


def _key() -> str:
    key = request.form.get("key", "")
    if not _KEY.fullmatch(key):
        abort(400)
    return key


def _back(order: str, said: str | None = None) -> Answer:
    return redirect(url_for("handover.show_order", order=order, said=said, back=request.args.get("back")), 303)


@handover.get("")
def show_order(order: str) -> Response:
    """The page of an order: its state, what can be done with it, or why nothing can be done."""
    found, me, here = _find(order), signed_in(), shop()
    read = proof.proof_by_code(here, me, order, request_moment())
    named = read is not None or proof.is_checking(here, me, order, request_moment())
    if named:
        proof.note_view(here, me, found.row, read, request_moment(), quiet=shell.BACKGROUND_HEADER in request.headers)
    step, shelf = checking.step_asked(found), staff_shelves(here).get(order) or found.row.shelf
    return page(
        "staff/order.html",
        order=found,
        stands=order_options(here, found),
        pieces=order_pieces(here, found.row),
        checks=step is not None,
        puts_back=step is Action.RESTOCK,
        to_check={piece.id for piece in checking.pieces_to_check(found)},
        back=request.args.get("back"),
        shares=work_list.numbers_on_shelf(here, shelf, order),
        ticked=checking.ticked_pieces(found),
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
        choices={"reject": REJECT_REASONS, "short": SHORT_REASONS, "relation": RELATIONS},
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
    found = _find(order)
    opens = order_options(shop(), found) is not OrderOptions.HAND or proof.check_name(
        shop(), signed_in(), found.row, request_moment()
    )
    return _back(order, None if opens else "slow")


@handover.post("/refuse")
def refuse(order: str) -> Answer:
    """The person is not the one the goods are for: nothing is handed over, and the attempt is reported to HQ."""
    proof.refuse_identity(shop(), signed_in(), _find(order).row, _key(), request_moment())
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
    found = _find(order)
    proven = _proven(order)
    paid = found.row.paid or request.form.get("paid") == "yes"
    if not checking.is_checked(found, Action.HAND_OVER) or proven is None or not paid:
        return _back(order, "incomplete" if order_options(shop(), found) is OrderOptions.HAND else None)
    if _needs_lead(proven["proof"]) and order_options(shop(), found) is OrderOptions.HAND:
        try:
            beside = lead_pin.prove_lead(shell.pin_attempt)
        except TooManyPinChecks:
            return _back(order, "busy")
        if not isinstance(beside, str):
            return _back(order, "lead")
        proven = {**proven, "lead": beside}
    return _step(order, Action.HAND_OVER, {**proven, "paid_here": not found.row.paid}, judged=found)


def _needs_lead(proof: str) -> bool:
    """Whether the policy wants a lead beside a clerk for this proof."""
    return proof in shop().policy.proofs.lead_for and not shell.is_lead()


@handover.post("/undo")
def undo(order: str) -> Answer:
    """Take a hand-over back, within ten seconds at the station it was done at."""
    if undo_seconds_left(shop(), order, request_station().id, request_moment(), late=True) is None:
        return _back(order, "too_late")
    return _step(order, Action.UNDO, {})


@handover.post("/<action>")
def prepare(order: str, action: str) -> Answer:
    """Accept, pick, put ready, reject, or say that something is missing."""
    form = request.form
    match action:
        case "accept":
            return _step(order, Action.ACCEPT, {})
        case "pick":
            return _step(order, Action.PICK, {})
        case "restock":
            found = _find(order)
            if not checking.is_checked(found, Action.RESTOCK):
                return _back(order, "unchecked")
            return _step(order, Action.RESTOCK, {}, judged=found)
        case "ready":
            return _put_on_shelf(order, form.get("shelf", "").strip().upper())
        case "reject" if form.get("reason") in REJECT_REASONS:
            return _step(order, Action.REJECT, {"reason": form["reason"]})
        case "short" if form.get("reason") in SHORT_REASONS and (missing := _missing(order)):
            return _step(order, Action.SHORT, {"reason": form["reason"], "missing": missing})
        case "short":
            return _back(order, "missing")
        case "reject":
            return _back(order, "reason")
        case _:
            return abort(404)


def _was_done_by(me: Session, order: str, action: Action) -> bool:
    """Whether the order's last step is this one, by this clerk: pressed once more on an older page, it is a success."""
    steps = orders.steps_of(shop().db, order)
    return bool(steps) and (steps[-1].action, steps[-1].staff) == (action, me.staff.staff)


def _moved_on(me: Session, order: str, action: Action) -> str | None:
    """What is said of a step that the order cannot take any more. The page of a closed order says why by itself."""
    if _was_done_by(me, order, action):
        return DONE_WORDS.get(action)
    is_open = order_options(shop(), _find(order)) in (OrderOptions.HAND, OrderOptions.PREPARE)
    return "moved_on" if is_open else None


def _put_on_shelf(order: str, shelf: str) -> Answer:
    """ご用意できた: every piece ticked while it was collected, and the shelf named."""
    found = _find(order)
    if not SHELF_NAME.fullmatch(shelf):
        return _back(order, "shelf")
    if found.state is State.PICKING and not checking.is_checked(found, Action.READY):
        return _back(order, "unchecked")
    return _step(order, Action.READY, {"shelf": shelf}, judged=found)


def _missing(order: str) -> list[str]:
    """The pieces of the order that the form reports as missing."""
    said = set(request.form.getlist("missing"))
    return [piece.id for piece in order_pieces(shop(), _find(order).row) if piece.id in said]


def _step(order: str, action: Action, detail: Mapping[str, Any], judged: PickupOrder | None = None) -> Answer:
    """Take the step the form asks for; if the order has changed meanwhile, its page shows the present state."""
    me, here = signed_in(), shop()
    who = Actor(staff=me.staff.staff, station=me.station)
    asked = TransitionRequest(
        key=f"{action}:{order}:{_key()}", order=order, action=action, who=who, detail=detail, judged=judged
    )
    try:
        if action is not Action.UNDO:  # takes back what was kept: the reserve of a nearly full disk is for such
            require_room(here.db)
        with writing_as(here.db, me):
            done = apply_transition(here.db, here.hq, here.box, asked, request_moment())
            piece_ticks.untick_order(here.db, order)
            if action is Action.READY:
                label_pages.ask_when_ready(done, me, asked.key, detail.get("shelf", ""))
            elif action is Action.HAND_OVER:
                proof.note_handed_over(here, me, order, request_moment())
            elif action is Action.UNDO:
                proof.note_taken_back(here, me, order, request_moment())
    except TransitionRefused:
        return _back(order, _moved_on(me, order, action))
    except NoRoom:
        return _back(order, "no_room")
    process_state().screens.changed("orders")
    return _back(order, DONE_WORDS.get(action))
