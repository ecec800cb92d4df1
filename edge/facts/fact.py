"""What every fact has in common: its type, its lane, and what it may say of people and places."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

Time = Annotated[str, Meta(description="UTC, ISO 8601 with milliseconds and Z, by the box's clock.")]
Gtin = Annotated[str, Meta(pattern="^[0-9]{14}$", description="GTIN-14.")]
PREFIX = "noren."  # of all types
Who = Literal["member", "staff", "station", "causation"]


class Lane(IntEnum):
    """Which facts go first when a link returns; each lane is a chain with its own acknowledgement."""

    PROMISES = 0  # hand-overs, pickup steps, conflicts: what somebody was told
    STORE = 1  # visits, stock, staff, devices
    VIEWS = 2  # scans and views: the first to be thinned when the card is full


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom and what a fact is about: the CloudEvent's attributes of people and places."""

    member: str | None = None
    staff: str | None = None
    station: str | None = None
    causation: str | None = None  # the scan or fact it came from: `scans/812`


class Fact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something HQ shall know; its fields are the CloudEvent's `data`.

    A class is a type: `TYPE` stands here and nowhere else. A later Noren may add fields: leave out what you do not know.
    """

    TYPE: ClassVar[str]  # the CloudEvent's, without `noren.`
    LANE: ClassVar[Lane] = Lane.STORE
    ABOUT: ClassVar[tuple[Who, ...]] = ()  # the attributes it may carry


class Noted(Fact, frozen=True, kw_only=True):
    """A fact that another process of the box saw and wrote into its own log; the web process tells it.

    HQ gets one field more, `at`: when that process wrote it.
    """


def event_type(kind: type[Fact]) -> str:
    """The CloudEvent's `type`: `noren.visit.checked_in`."""
    return f"{PREFIX}{kind.TYPE}"
