"""A fact as HQ understands it: a CloudEvent of one of the stores, validated when it arrives."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct


class InvalidFact(Exception):
    """HQ cannot understand the row as a fact; the text gives the reason, for the person who reads the quarantine."""


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


class FactId(Struct, frozen=True, kw_only=True):
    """The epoch and seq under which a fact was first recorded; its id is `{store}/{epoch}/{seq}`."""

    epoch: str
    seq: int


_decoder = msgspec.json.Decoder(Event)


def parse_event(store: str, text: str) -> Event:
    """The fact in a row of `store`. Raises Unclear."""
    try:
        event = _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidFact(f"not a CloudEvent of ours: {error}") from None
    if event.source != f"/stores/{store}":
        raise InvalidFact(f"source is {event.source!r}, expected '/stores/{store}'")
    parse_fact_id(store, event)
    return event


def parse_fact_id(store: str, event: Event) -> FactId:
    """The epoch and seq in a fact's id. Raises Unclear."""
    owner, _, place = event.id.partition("/")
    epoch, _, seq = place.partition("/")
    if owner != store or not epoch or not (seq.isascii() and seq.isdigit() and len(seq) <= 19):
        raise InvalidFact(f"id is {event.id!r}, expected '{store}/<epoch>/<seq>'")
    return FactId(epoch=epoch, seq=int(seq))
