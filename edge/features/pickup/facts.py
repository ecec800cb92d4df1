"""Facts about pickup orders."""

from collections.abc import Mapping
from typing import Literal

from msgspec import field

from edge.facts.fact import Fact, FactTime, Lane
from edge.features.pickup.state_machine import Action, State

Missing = Literal["not_found", "damaged", "sold", "other"]  # why a piece cannot be handed over


class PickupStep(Fact, frozen=True, kw_only=True, rename={"before": "from"}):
    """A step with a pickup order; which may follow which is the table in edge/features/pickup/state_machine.py."""

    LANE = Lane.PROMISES
    ABOUT = ("member", "staff", "station", "causation")

    order: str
    number: str  # what board and shopper see
    before: State


class PickupAccepted(PickupStep, frozen=True, kw_only=True):
    """The store takes the order."""

    TYPE = "pickup.accepted"


class PickupPicking(PickupStep, frozen=True, kw_only=True):
    """Somebody fetches the goods."""

    TYPE = "pickup.picking"


class WithGoods(PickupStep, frozen=True, kw_only=True):
    """A step with the goods themselves, piece by piece; a piece is `<order line>-<piece>`."""

    pieces: list[str] = field(default_factory=list)  # what was there
    missing: list[str] = field(default_factory=list)  # of an order that may be handed over in part
    substitutes: dict[str, str] = field(
        default_factory=dict
    )  # piece -> the GTIN that is there instead of the one ordered


class PickupReady(WithGoods, frozen=True, kw_only=True):
    """The goods wait on a shelf."""

    TYPE = "pickup.ready"

    shelf: str


class PickupRejected(PickupStep, frozen=True, kw_only=True):
    """The store cannot take the order."""

    TYPE = "pickup.rejected"

    reason: Literal["no_stock", "damaged", "cannot"]


class PickupPartShort(PickupStep, frozen=True, kw_only=True):
    """Pieces of one line are missing. The order goes on: HQ or the shopper decides, if it may not be handed over in part."""

    TYPE = "pickup.part_short"

    line: int
    gtin: str
    missing: list[str]  # `<order line>-<piece>`, the line's last ones
    reason: Missing


class PickupFound(PickupStep, frozen=True, kw_only=True):
    """Pieces of one line that were missing are there after all."""

    TYPE = "pickup.found"

    line: int
    gtin: str
    found: list[str]


class PickupShort(PickupStep, frozen=True, kw_only=True):
    """The store gives the whole order up, because something of it is missing."""

    TYPE = "pickup.short"

    reason: Missing
    missing: list[str]  # `<order line>-<piece>`


class PickupShortUndone(PickupStep, frozen=True, kw_only=True):
    """The store takes back that it has given an order up."""

    TYPE = "pickup.short_undone"

    to: State  # where it was given up


class PickupArrived(PickupStep, frozen=True, kw_only=True):
    """The shopper is here."""

    TYPE = "pickup.arrived"


class HandedOver(WithGoods, frozen=True, kw_only=True):
    """The goods are the shopper's: a physical fact, which wins over whatever HQ says meanwhile."""

    TYPE = "pickup.handed_over"

    proof: Literal["code", "name", "proxy"]  # how the clerk knew the person
    scan: str | None = None  # proof `code`: the reading, `scans/812`
    relation: Literal["family", "friend", "work"] | None = None  # proof `proxy`
    proxy: str | None = None  # proof `proxy`: the name of who came
    lead: str | None = None  # the lead who confirmed with their PIN, if the policy wants one for this proof
    paid_here: bool


class HandOverUndone(PickupStep, frozen=True, kw_only=True):
    """A hand-over was taken back: the goods are in the store."""

    TYPE = "pickup.handover_undone"


class PickupNoShow(PickupStep, frozen=True, kw_only=True):
    """The hold has run out and nobody came."""

    TYPE = "pickup.no_show"


class PickupRestocked(PickupStep, frozen=True, kw_only=True):
    """The goods are back on sale."""

    TYPE = "pickup.restocked"


class Conflict(Fact, frozen=True, kw_only=True):
    """HQ cancelled an order that was handed over. The hand-over stays; what follows is a person's task at HQ."""

    TYPE = "pickup.conflict"
    LANE = Lane.PROMISES
    ABOUT = ("member",)

    order: str
    number: str
    handed_over_at: FactTime


class IdentityRefused(Fact, frozen=True, kw_only=True):
    """Somebody came for an order, and was not the person it is for."""

    TYPE = "pickup.identity_refused"
    LANE = Lane.PROMISES
    ABOUT = ("member", "staff", "station")

    order: str
    number: str


class ViewedMember(Fact, frozen=True, kw_only=True):
    """A clerk saw a member's full name; each look is a fact."""

    TYPE = "staff.viewed_member"
    ABOUT = ("member", "staff", "station")

    order: str
    number: str
    why: Literal["pickup_code", "name_check"]
    again: bool = False  # the page was opened once more for the same reading, or the same opening of the name


class ViewedVisitor(Fact, frozen=True, kw_only=True):
    """A clerk looked at who a code that was read here belongs to, by masked nickname, and what waits for them."""

    TYPE = "staff.viewed_visitor"
    ABOUT = ("member", "staff", "station")

    scan: str  # the reading, `scans/812`
    past: bool  # it was read more than ten minutes before: they may have left


class UnusualLooks(Fact, frozen=True, kw_only=True):
    """So many full names were opened in so few minutes without a hand-over that the next one waits."""

    TYPE = "staff.unusual_looks"
    ABOUT = ("staff", "station")

    names: int
    minutes: int


FACT_OF_ACTION: Mapping[Action, type[PickupStep]] = {
    Action.ACCEPT: PickupAccepted,
    Action.REJECT: PickupRejected,
    Action.PICK: PickupPicking,
    Action.PART_SHORT: PickupPartShort,
    Action.FOUND: PickupFound,
    Action.SHORT: PickupShort,
    Action.UNDO_SHORT: PickupShortUndone,
    Action.READY: PickupReady,
    Action.ARRIVE: PickupArrived,
    Action.HAND_OVER: HandedOver,
    Action.UNDO: HandOverUndone,
    Action.NO_SHOW: PickupNoShow,
    Action.RESTOCK: PickupRestocked,
}
"""The fact of each action."""

FACTS: tuple[type[Fact], ...] = (
    *FACT_OF_ACTION.values(),
    Conflict,
    IdentityRefused,
    ViewedMember,
    ViewedVisitor,
    UnusualLooks,
)
