"""Goods are taken back, or a return is taken back at once: fact, stock and the step itself in one transaction."""

import msgspec

from edge.facts.fact import FactAttributes
from edge.facts.journal import tell
from edge.features import stock
from edge.features.pickup.order import PickupOrder
from edge.features.returns.facts import ReturnAccepted, ReturnedPiece, ReturnRefused, ReturnUndone
from edge.features.returns.judgement import Judged, ReturnImpossible, ReturnRequest, judge_return, needs_lead
from edge.features.returns.kept import KeptReturn, find_return, undo_time_left
from edge.features.returns.state_machine import PIECES_ON_SALE, ReturnAction, ReturnState, return_state_after
from edge.features.returns.window import NotReturnable
from edge.platform.clock import Now, business_day
from edge.platform.idempotency_marks import read_mark, set_mark
from edge.store_context import StoreContext


def accept_return(shop: StoreContext, asked: ReturnRequest, now: Now) -> KeptReturn | None:
    """Take goods back inside the caller's transaction; the return as it is now, or None if no piece of it was taken.

    A piece that the policy refuses is told to HQ and left out; the rest goes on. Raises ReturnImpossible.
    """
    if known := find_return(shop.db, asked.key):
        return known
    judged = judge_return(shop, asked, now)
    if asked.lead is None and needs_lead(shop, judged):
        raise ReturnImpossible("lead")
    for piece, why in judged.refused:
        refuse_piece(shop, judged.order, piece.gtin, why, asked.staff, asked.station, now)
    if not judged.taken:
        return None
    member = judged.order.row.member if judged.order else None
    about = FactAttributes(member=member, staff=asked.staff, station=asked.station)
    fact = tell(shop.db, shop.box, _accepted(asked, judged, now), now, about)
    _note(shop, asked, ReturnAction.ACCEPT, asked.key, judged.taken, fact, now)
    _move_goods(shop, judged.taken, ReturnAction.ACCEPT, asked.staff, fact, now)
    return find_return(shop.db, asked.key)


def _accepted(asked: ReturnRequest, judged: Judged, now: Now) -> ReturnAccepted:
    row = judged.order.row if judged.order else None
    return ReturnAccepted(
        id=asked.key,
        order=asked.order,
        number=row.number if row else None,
        pieces=judged.taken,
        refund=judged.refund,
        difference=judged.difference,
        currency="JPY",
        lead=asked.lead,
        unsure=now.clock == "unset",
    )


def _note(
    shop: StoreContext,
    asked: ReturnRequest,
    action: ReturnAction,
    key: str,
    pieces: list[ReturnedPiece],
    fact: int,
    now: Now,
) -> None:
    shop.db.conn.execute(
        """insert into return_steps (key, return_id, action, order_id, pieces, staff, station, time, fact)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            key,
            asked.key,
            action,
            asked.order,
            msgspec.json.encode(pieces).decode(),
            asked.staff,
            asked.station,
            now.text,
            fact,
        ),
    )


def _move_goods(
    shop: StoreContext, pieces: list[ReturnedPiece], action: ReturnAction, staff: str, fact: int, now: Now
) -> None:
    """What is on sale again is here, and what was given for it is gone; an undone return moves them the other way."""
    sign = {ReturnAction.ACCEPT: 1, ReturnAction.UNDO: -1}[action]
    moves = [
        (gtin, sign * quantity)
        for piece in pieces
        for gtin, quantity in ((piece.gtin, PIECES_ON_SALE[piece.condition]), (piece.instead, -1))
        if gtin is not None and quantity
    ]
    for gtin, quantity in moves:
        moved = stock.UncountedMoves(quantity=quantity)
        reason = "undo_return" if action is ReturnAction.UNDO else "return" if quantity > 0 else "exchange"
        stock.move_stock(shop.db, shop.box, gtin, moved, reason, now, causation=f"journal/{fact}", staff=staff)


def undo_return(shop: StoreContext, return_id: str, staff: str, station: str, now: Now) -> KeptReturn:
    """Take a return back inside the caller's transaction, within ten seconds at its station. Raises ReturnImpossible."""
    kept = find_return(shop.db, return_id)
    if kept is None:
        raise ReturnImpossible("moved_on")
    if kept.state is ReturnState.UNDONE:
        return kept
    can = return_state_after(kept.state, ReturnAction.UNDO) and undo_time_left(kept, station, now, late=True)
    if not can:
        raise ReturnImpossible("too_late")
    order = kept.accepted.order_id
    asked = ReturnRequest(key=return_id, staff=staff, station=station, pieces=(), order=order)
    undone = ReturnUndone(id=return_id, order=order)
    fact = tell(shop.db, shop.box, undone, now, FactAttributes(staff=staff, station=station))
    _note(shop, asked, ReturnAction.UNDO, f"undo:{return_id}", kept.pieces, fact, now)
    _move_goods(shop, kept.pieces, ReturnAction.UNDO, staff, fact, now)
    found = find_return(shop.db, return_id)
    assert found is not None
    return found


def refuse_piece(
    shop: StoreContext,
    order: PickupOrder | None,
    gtin: str,
    why: NotReturnable,
    staff: str,
    station: str,
    now: Now,
) -> None:
    """Tell HQ inside the caller's transaction that a piece was not taken back; the same once a day, however often it is said."""
    row = order.row if order else None
    day = business_day(now.time, shop.config.zone, shop.config.store.day_starts)
    name = f"return_refused:{row.order if row else ''}:{gtin}:{why}:{day}"
    if not read_mark(shop.db, name):
        refused = ReturnRefused(order=row.order if row else None, gtin=gtin, why=why)
        about = FactAttributes(member=row.member if row else None, staff=staff, station=station)
        set_mark(shop.db, name, tell(shop.db, shop.box, refused, now, about), now)
