"""The pieces of an order, one by one: which are missing, which are there, and what is there instead of what was ordered.

A piece is `<order line>-<piece>`: `2-1` is the first of line 2. Pieces of one line are alike, so the missing ones are always
the line's last: if HQ then orders fewer of it, it is these that fall away.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from edge.features.pickup.order import OrderLine, OrderRow, PickupOrder, Step
from edge.features.pickup.state_machine import Action


def pieces_of_line(line: OrderLine) -> list[str]:
    return [f"{line.line}-{nth}" for nth in range(1, line.quantity + 1)]


def lines_of_pieces(row: OrderRow) -> dict[str, OrderLine]:
    """Every piece of an order, with its line."""
    return {piece: line for line in row.lines for piece in pieces_of_line(line)}


def missing_pieces(order: PickupOrder) -> dict[str, str]:
    """The pieces that a clerk has not found, each with the reason.

    A piece that HQ has taken out of the order, or for which it has other goods now, is not missing any more.
    """
    every, missing = lines_of_pieces(order.row), dict[str, str]()
    for step in order.steps:
        detail = decoded(step)
        match step.action:
            case Action.FOUND:
                missing = {piece: why for piece, why in missing.items() if piece not in detail["found"]}
            case Action.PART_SHORT:
                same = (piece for piece in detail["missing"] if piece in every and every[piece].gtin == detail["gtin"])
                missing |= dict.fromkeys(same, detail["reason"])
            case Action.SHORT:
                missing |= {piece: missing.get(piece, detail["reason"]) for piece in detail["missing"]}
    return {piece: missing[piece] for piece in every if piece in missing}


def present_pieces(order: PickupOrder) -> list[str]:
    """The pieces that are not missing."""
    missing = missing_pieces(order)
    return [piece for piece in lines_of_pieces(order.row) if piece not in missing]


def is_held_up(order: PickupOrder) -> bool:
    """Whether pieces are missing and the order may not be handed over without them, or nothing of it is there."""
    missing = missing_pieces(order)
    return bool(missing) and not (order.row.partial and present_pieces(order))


def substitutes_in_place(order: PickupOrder) -> dict[str, str]:
    """The pieces for which other goods lie on the shelf, with their GTIN: as the last step with the goods had them."""
    steps = [step for step in order.steps if step.action in (Action.READY, Action.HAND_OVER)]
    kept = decoded(steps[-1]).get("substitutes", {}) if steps else {}
    every = lines_of_pieces(order.row)
    return {piece: gtin for piece, gtin in kept.items() if piece in every and gtin in every[piece].substitutes}


def handed_pieces(order: PickupOrder) -> list[str] | None:
    """The pieces that the last hand-over gave to the shopper; None if this store keeps no hand-over that says so."""
    steps = [step for step in order.steps if step.action is Action.HAND_OVER]
    return decoded(steps[-1]).get("pieces") if steps else None


def decoded(step: Step) -> Mapping[str, Any]:
    """What a step says beside who and when."""
    return msgspec.json.decode(step.detail, type=dict[str, Any])
