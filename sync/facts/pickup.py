"""What is told of pickup orders."""

from typing import Literal

from edge.pickup.life import State
from sync.facts.data import Data, Time


class PickupStep(Data, frozen=True, kw_only=True, rename={"before": "from"}):
    """A step with a pickup order; which may follow which is the table in edge/pickup/life.py."""

    order: str
    number: str  # what board and shopper see
    before: State


class PickupReady(PickupStep, frozen=True, kw_only=True):
    """The goods wait on a shelf."""

    shelf: str


class PickupRejected(PickupStep, frozen=True, kw_only=True):
    """The store cannot take the order."""

    reason: Literal["no_stock", "damaged", "cannot"]


class PickupShort(PickupStep, frozen=True, kw_only=True):
    """Something of the order cannot be found."""

    reason: Literal["not_found", "damaged", "sold"]
    missing: list[str]  # `<order line>-<piece>`


class HandedOver(PickupStep, frozen=True, kw_only=True):
    """The goods are the shopper's: a physical fact, which wins over whatever HQ says meanwhile."""

    proof: Literal["code", "name", "proxy"]  # how the clerk knew the person
    paid_here: bool
    scan: str | None = None  # proof `code`: the reading, `scans/812`
    relation: Literal["family", "friend", "work"] | None = None  # proof `proxy`
    proxy: str | None = None  # proof `proxy`: the name of who came


class Conflict(Data, frozen=True, kw_only=True):
    """HQ cancelled an order that was handed over. The hand-over stays; what follows is a person's task at HQ."""

    order: str
    number: str
    handed_over_at: Time


class OrderSeen(Data, frozen=True, kw_only=True):
    """Somebody came for an order, and was not the person it is for."""

    order: str
    number: str


class ViewedMember(OrderSeen, frozen=True, kw_only=True):
    """A clerk saw a member's full name."""

    why: Literal["pickup_code", "name_check"]
