"""The parts that all facts have: a type, a lane, and the people and places it may name."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

FactTime = Annotated[str, Meta(description="UTC, ISO 8601 with milliseconds and Z, by the box's clock.")]
Gtin = Annotated[str, Meta(pattern="^[0-9]{14}$", description="GTIN-14.")]
TYPE_PREFIX = "noren."  # of all types
AboutAttribute = Literal["member", "staff", "station", "causation"]


class Lane(IntEnum):
    """The order in which facts are sent when the connection returns; each lane is a chain with its own acknowledgement."""

    PROMISES = 0  # hand-overs, pickup steps, conflicts: what the store has promised to a person
    STORE = 1  # visits, stock, staff, devices
    VIEWS = 2  # scans and views: the first to be thinned when the card is full


@dataclass(frozen=True, slots=True, kw_only=True)
class FactAttributes:
    """The people and things a fact is about: attributes of the CloudEvent."""

    member: str | None = None
    staff: str | None = None
    station: str | None = None
    causation: str | None = None  # the scan or fact it came from: `scans/812`


class Fact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that HQ must know; its fields are the CloudEvent's `data`.

    Each class is one type: its `TYPE` is written here and nowhere else. A later Noren may add fields: ignore unknown ones.
    """

    TYPE: ClassVar[str]  # the CloudEvent's, without `noren.`
    LANE: ClassVar[Lane] = Lane.STORE
    ABOUT: ClassVar[tuple[AboutAttribute, ...]] = ()  # the attributes it may carry


class RelayedFact(Fact, frozen=True, kw_only=True):
    """A fact that another process of the box saw and wrote into its own log; the web process puts it into the journal.

    HQ gets one more field, `at`: the time at which that process wrote it.
    """


def event_type(kind: type[Fact]) -> str:
    """The CloudEvent's `type`: `noren.visit.checked_in`."""
    return f"{TYPE_PREFIX}{kind.TYPE}"
