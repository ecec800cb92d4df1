"""What a clerk's form asks for: decoded to a request where it comes in, or refused in a word."""

import re

import msgspec
from werkzeug.datastructures import MultiDict

from edge.features.returns.facts import PIECES_MOST
from edge.features.returns.judgement import PieceAsked, ReturnImpossible, ReturnRequest
from edge.features.returns.state_machine import Condition
from edge.features.staff.sessions import Session
from edge.validation.fields import OrderId

KEY = re.compile(r"[0-9a-f]{32}")
_CONDITIONS = {condition.value: condition for condition in Condition}


def read_request(form: MultiDict[str, str], me: Session, *, order: str | None, gtin: str | None) -> ReturnRequest:
    """The return that a form asks for. Raises ReturnImpossible with the word for what is missing."""
    key = form.get("key", "")
    if not KEY.fullmatch(key):
        raise ReturnImpossible("moved_on")
    names = form.getlist("piece")
    if not names or len(names) > PIECES_MOST:
        raise ReturnImpossible("nothing")
    return ReturnRequest(
        key=key,
        staff=me.staff.staff,
        station=me.station,
        pieces=tuple(_piece(form, name) for name in names),
        order=order if order is not None else _other_order(form.get("order", "").strip()),
        gtin=gtin,
    )


def _piece(form: MultiDict[str, str], name: str) -> PieceAsked:
    reason, condition = form.get(f"reason-{name}", ""), _CONDITIONS.get(form.get(f"condition-{name}", ""))
    if not reason:
        raise ReturnImpossible("reason")
    if condition is None:
        raise ReturnImpossible("condition")
    return PieceAsked(id=name, reason=reason, condition=condition, instead=form.get(f"instead-{name}") or None)


def _other_order(said: str) -> str | None:
    """The id of another store's order, as the shopper has it in their mail."""
    try:
        return msgspec.convert(said, OrderId) if said else None
    except msgspec.ValidationError:
        raise ReturnImpossible("order") from None
