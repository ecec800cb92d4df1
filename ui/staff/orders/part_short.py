"""Pieces of an order that are missing: noted line by line, found again; and the order given up as a whole."""

from collections import Counter
from typing import get_args

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from edge.features.pickup.facts import Missing
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.pieces import lines_of_pieces, missing_pieces
from edge.features.pickup.state_machine import Action
from ui.staff import shell
from ui.staff.orders.order_step import back_to_order, find_order, request_for, take_step, take_steps

part_short = Blueprint("part_short", __name__, url_prefix="/staff/<station>/order/<order>")
shell.install(part_short)
part_short.before_request(shell.require_sign_in)
part_short.before_request(shell.require_orders)

MISSING_REASONS = get_args(Missing)


def _count_by_line(found: PickupOrder) -> Counter[int]:
    """How many pieces of each line the form names (`piece`)."""
    every = lines_of_pieces(found.row)
    return Counter(every[piece].line for piece in set(request.form.getlist("piece")) if piece in every)


@part_short.post("/missing")
def note_missing(order: str) -> Answer:
    """These pieces are not there, for one reason. The order goes on."""
    counts, reason = _count_by_line(find_order(order)), request.form.get("reason")
    if not counts or reason not in MISSING_REASONS:
        return back_to_order(order, "missing")
    return take_steps(
        order,
        [
            request_for(order, Action.PART_SHORT, {"line": line, "count": count, "reason": reason}, f":{line}")
            for line, count in sorted(counts.items())
        ],
    )


@part_short.post("/found")
def found_again(order: str) -> Answer:
    """These pieces are there after all."""
    counts = _count_by_line(find_order(order))
    if not counts:
        return back_to_order(order)
    return take_steps(
        order,
        [
            request_for(order, Action.FOUND, {"line": line, "count": count}, f":{line}")
            for line, count in sorted(counts.items())
        ],
    )


@part_short.post("/short")
def give_up(order: str) -> Answer:
    """The second press: the order ends, because of the pieces that were noted as missing before."""
    found = find_order(order)
    missing = missing_pieces(found)
    if not missing:
        return back_to_order(order, "missing")
    reason = next(iter(missing.values()))
    return take_step(order, Action.SHORT, {"reason": reason, "missing": list(missing)}, judged=found)
