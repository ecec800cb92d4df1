"""A fact as HQ understands it: a CloudEvent of one of the stores, checked at the door."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct


class Unclear(Exception):
    """The row is no fact HQ can understand; the text says why, for the person who looks into the quarantine."""


class Event(Struct, frozen=True, kw_only=True):
    """CloudEvents 1.0, structured JSON, with the box's own attributes; attributes HQ does not know are kept in the text."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: Annotated[str, Meta(pattern=r"\Anoren\.[a-z0-9_.]{1,80}\Z")]
    time: str
    data: dict[str, Any] = {}
    member: str | None = None
    staff: str | None = None
    station: str | None = None


class Told(Struct, frozen=True, kw_only=True):
    """Where a fact was first told: `{store}/{epoch}/{seq}`, its id."""

    epoch: str
    seq: int


_decoder = msgspec.json.Decoder(Event)


def understand(store: str, text: str) -> Event:
    """The fact in a row of `store`. Raises Unclear."""
    try:
        event = _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unclear(f"not a CloudEvent of ours: {error}") from None
    if event.source != f"/stores/{store}":
        raise Unclear(f"source is {event.source!r}, expected '/stores/{store}'")
    told(store, event)
    return event


def told(store: str, event: Event) -> Told:
    """The epoch and seq in a fact's id. Raises Unclear."""
    owner, _, place = event.id.partition("/")
    epoch, _, seq = place.partition("/")
    if owner != store or not epoch or not (seq.isascii() and seq.isdigit() and len(seq) <= 19):
        raise Unclear(f"id is {event.id!r}, expected '{store}/<epoch>/<seq>'")
    return Told(epoch=epoch, seq=int(seq))
