"""What a step says of an order's goods, completed from the order itself inside the step's transaction; and the stock it moves."""

from collections.abc import Iterator, Mapping
from typing import Any

from edge.features.pickup.order import OrderLine, PickupOrder
from edge.features.pickup.pieces import (
    decoded,
    is_held_up,
    lines_of_pieces,
    missing_pieces,
    pieces_of_line,
    present_pieces,
    substitutes_in_place,
)
from edge.features.pickup.state_machine import Action
from edge.features.stock import UncountedMoves

Detail = Mapping[str, Any]


def complete_detail(order: PickupOrder, action: Action, detail: Detail) -> Detail | None:
    """The step's detail with what the order says of its goods; None if the goods do not allow the step.

    PART_SHORT and FOUND are asked for with a line and a count of pieces; a step with the goods with its substitutes.
    """
    match action:
        case Action.PART_SHORT:
            return _part_short(order, detail)
        case Action.FOUND:
            return _found(order, detail)
        case Action.READY | Action.HAND_OVER:
            return _with_goods(order, detail)
        case Action.UNDO_SHORT:
            given_up = [decoded(step) for step in order.steps if step.action is Action.SHORT]
            return {"to": given_up[-1]["from"]} if given_up and "from" in given_up[-1] else None
        case Action.SHORT:
            return {**detail, "from": order.state, "missing": sorted({*detail["missing"], *missing_pieces(order)})}
        case _:
            return detail


def _line(order: PickupOrder, detail: Detail) -> OrderLine | None:
    return next((line for line in order.row.lines if line.line == detail["line"]), None)


def _part_short(order: PickupOrder, detail: Detail) -> Detail | None:
    line, count = _line(order, detail), detail["count"]
    missing = missing_pieces(order)
    there = [piece for piece in pieces_of_line(line) if piece not in missing] if line else []
    if line is None or not 0 < count <= len(there):
        return None
    return {"line": line.line, "gtin": line.gtin, "missing": there[-count:], "reason": detail["reason"]}


def _found(order: PickupOrder, detail: Detail) -> Detail | None:
    line, count = _line(order, detail), detail["count"]
    missing = missing_pieces(order)
    gone = [piece for piece in pieces_of_line(line) if piece in missing] if line else []
    if line is None or not 0 < count <= len(gone):
        return None
    return {"line": line.line, "gtin": line.gtin, "found": gone[:count]}


def _with_goods(order: PickupOrder, detail: Detail) -> Detail | None:
    there, every = present_pieces(order), lines_of_pieces(order.row)
    instead = detail.get("substitutes", substitutes_in_place(order))
    known = all(gtin in every[piece].substitutes for piece, gtin in instead.items() if piece in there)
    if is_held_up(order) or not known:
        return None
    kept = {piece: gtin for piece, gtin in instead.items() if piece in there}
    goods = {"pieces": there, "missing": list(missing_pieces(order)), "substitutes": kept}
    return {**detail, **{name: value for name, value in goods.items() if value}}


def moves_of(order: PickupOrder, action: Action, detail: Detail) -> Iterator[tuple[str, UncountedMoves]]:
    """The stock a step moves, by GTIN: what is handed over leaves the shelf, and the whole order leaves the reserve, because it
    has ended; an undone hand-over puts both back, as they were taken."""
    match action:
        case Action.HAND_OVER:
            yield from _moves(order, detail, -1)
        case Action.UNDO:
            given = [step for step in order.steps if step.action is Action.HAND_OVER]
            yield from _moves(order, decoded(given[-1]) if given else {}, 1)


def _moves(order: PickupOrder, detail: Detail, sign: int) -> Iterator[tuple[str, UncountedMoves]]:
    pieces, instead = detail.get("pieces"), detail.get("substitutes", {})
    for line in order.row.lines:
        own = [piece for piece in pieces_of_line(line) if pieces is None or piece in pieces]
        ordered = sum(piece not in instead for piece in own)
        yield line.gtin, UncountedMoves(quantity=sign * ordered, reserved=sign * line.quantity)
        for gtin in sorted({instead[piece] for piece in own if piece in instead}):
            count = sum(instead.get(piece) == gtin for piece in own)
            yield gtin, UncountedMoves(quantity=sign * count)
