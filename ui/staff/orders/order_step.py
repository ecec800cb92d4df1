"""A step of a clerk with an order, as a form asks for it; and what is said of one that the order cannot take any more."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.disk.disk_space import require_room
from edge.features.pickup import order as orders
from edge.features.pickup import piece_ticks
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.pieces import is_held_up
from edge.features.pickup.state_machine import Action
from edge.features.pickup.transition import (
    Actor,
    ClaimedByAnother,
    TransitionRefused,
    TransitionRequest,
    apply_transition,
    is_taken,
)
from edge.features.staff.sessions import Session, writing_as
from edge.platform.database import NoRoom
from ui.request_context import process_state, request_moment, shop
from ui.staff.orders import identity_proof as proof
from ui.staff.orders import label_pages
from ui.staff.orders.order_actions import OrderOptions, order_options
from ui.staff.shell import signed_in

_KEY = re.compile(r"[0-9a-f]{32}")
DONE_WORDS = {Action.READY: "ready", Action.RESTOCK: "restock"}  # what a page says of a step that was taken
TAKES_BACK = frozenset({Action.UNDO, Action.UNDO_SHORT})
# what a clerk has ticked of the other pieces still counts after these
KEEPS_TICKS = frozenset({Action.PART_SHORT, Action.FOUND})


class _NotNow(Exception):
    """What the step needs was there when it was asked for, and is not any more; the word for it."""


def find_order(order: str) -> PickupOrder:
    """The order as it is now; 404 if there is none."""
    found = orders.find_order(shop().db, shop().hq, shop().box, order)
    return found if found is not None else abort(404)


def form_key() -> str:
    """The key of the form: what it asks for is done once."""
    key = request.form.get("key", "")
    return key if _KEY.fullmatch(key) else abort(400)


def back_to_order(order: str, said: str | None = None) -> Answer:
    """The order's page, with a word about what was asked."""
    return redirect(url_for("handover.show_order", order=order, said=said, back=request.args.get("back")), 303)


def request_for(order: str, action: Action, detail: Mapping[str, Any], part: str = "") -> TransitionRequest:
    """The step as the signed-in clerk asks for it; `part` tells several steps of one form apart."""
    who = Actor(staff=signed_in().staff.staff, station=signed_in().station)
    key = f"{action}:{order}:{form_key()}{part}"
    return TransitionRequest(key=key, order=order, action=action, who=who, detail=detail)


def take_step(
    order: str,
    action: Action,
    detail: Mapping[str, Any],
    judged: PickupOrder | None = None,
    again: Callable[[], str | None] = lambda: None,
) -> Answer:
    """Take the step the form asks for; if the order has changed meanwhile, its page shows the present state.

    `again` is asked inside the transaction: a word if what the step needs is not there any more.
    """
    return take_steps(order, [replace(request_for(order, action, detail), judged=judged)], again)


def take_steps(order: str, requests: list[TransitionRequest], again: Callable[[], str | None] = lambda: None) -> Answer:
    """Take all of the steps, or none."""
    me, here, action = signed_in(), shop(), requests[0].action
    try:
        if action not in TAKES_BACK:  # takes back what was kept: the reserve of a nearly full disk is for such
            require_room(here.db)
        with writing_as(here.db, me):
            if not is_taken(here.db, requests[0].key):
                if said := again():
                    raise _NotNow(said)
                _take_all(me, order, requests)
    except _NotNow as no:
        return back_to_order(order, str(no))
    except ClaimedByAnother:
        return back_to_order(order, "claimed")
    except TransitionRefused:
        return back_to_order(order, _moved_on(me, order, action))
    except NoRoom:
        return back_to_order(order, "no_room")
    process_state().screens.changed("orders")
    return back_to_order(order, DONE_WORDS.get(action))


def _take_all(me: Session, order: str, requests: list[TransitionRequest]) -> None:
    here = shop()
    for one in requests:
        done = apply_transition(here.db, here.hq, here.box, one, request_moment())
    match requests[0].action:
        case action if action in KEEPS_TICKS:
            piece_ticks.move_ticks(here.db, find_order(order))
            return
        case Action.READY:
            label_pages.ask_when_ready(done, me, requests[0].key, requests[0].detail["shelf"])
        case Action.HAND_OVER:
            proof.note_handed_over(here, me, order, request_moment())
        case Action.UNDO:
            proof.note_taken_back(here, me, order, request_moment())
    piece_ticks.untick_order(here.db, order)


def _was_done_by(me: Session, order: str, action: Action) -> bool:
    """Whether the order's last step is this one, by this clerk: pressed once more on an older page, it is a success."""
    steps = orders.steps_of(shop().db, order)
    return bool(steps) and (steps[-1].action, steps[-1].staff) == (action, me.staff.staff)


def _moved_on(me: Session, order: str, action: Action) -> str | None:
    """What is said of a step that the order cannot take any more. The page of a closed order says why by itself."""
    if _was_done_by(me, order, action):
        return DONE_WORDS.get(action)
    found = find_order(order)
    if action in (Action.READY, Action.HAND_OVER) and is_held_up(found):
        return "held_up"
    is_open = order_options(shop(), found) in (OrderOptions.HAND, OrderOptions.PREPARE)
    return "moved_on" if is_open else None
