"""A return as a clerk asks for it, and what the policy says of it: what is taken, what is not, and the money that is owed."""

from dataclasses import dataclass, field

from edge.features import catalog
from edge.features.pickup.order import PickupOrder
from edge.features.returns.facts import ReturnedPiece, difference_of, refund_of
from edge.features.returns.pieces import (
    ReturnablePiece,
    find_given_order,
    piece_without_order,
    pieces_of_order,
    sizes_to_exchange,
)
from edge.features.returns.state_machine import Condition
from edge.features.returns.window import NotReturnable
from edge.platform.clock import Now
from edge.store_context import StoreContext


class ReturnImpossible(Exception):
    """A return that cannot be taken as it is asked for; `why` is a word that a page has a sentence for."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no return: {why}")
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceAsked:
    """A piece that the clerk holds: why it came back, where it goes, and the product that is given for it."""

    id: str  # as in `ReturnablePiece`
    reason: str
    condition: Condition
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """A return that a clerk asks for. Asked twice with the same key, it is done once and answered the same.

    `gtin`: the product, if this store has no order for it; `order` is then another store's, as the shopper's code says.
    `lead`: the lead whose PIN was right.
    """

    key: str
    staff: str
    station: str
    pieces: tuple[PieceAsked, ...]
    order: str | None = None
    gtin: str | None = None
    lead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A request as the store stands now: what would be taken, what not, and the money that HQ or the POS owes."""

    order: PickupOrder | None
    taken: list[ReturnedPiece] = field(default_factory=list)
    refused: list[tuple[ReturnablePiece, NotReturnable]] = field(default_factory=list)

    @property
    def refund(self) -> int | None:
        return refund_of(self.taken)

    @property
    def difference(self) -> int | None:
        return difference_of(self.taken)


def judge_return(shop: StoreContext, asked: ReturnRequest, now: Now) -> Judged:
    """What would become of a request now. Raises ReturnImpossible."""
    order, there = _pieces_there(shop, asked, now)
    taken, refused = [], []
    for piece in asked.pieces:
        found = there.pop(piece.id, None)
        if found is None:
            raise ReturnImpossible("moved_on")  # not of this order, or named twice
        if found.no is not None:
            refused.append((found, found.no))
        else:
            taken.append(_taken(shop, found, piece, with_order=order is not None))
    if not asked.pieces:
        raise ReturnImpossible("nothing")
    return Judged(order=order, taken=taken, refused=refused)


def _pieces_there(
    shop: StoreContext, asked: ReturnRequest, now: Now
) -> tuple[PickupOrder | None, dict[str, ReturnablePiece]]:
    order = find_given_order(shop, asked.order) if asked.order else None
    if asked.gtin is None:
        if order is None:
            raise ReturnImpossible("not_given")
        return order, {piece.id: piece for piece in pieces_of_order(shop, order, now)}
    product = catalog.product(shop.hq, asked.gtin)
    if product is None or order is not None:
        raise ReturnImpossible("moved_on")  # what this store knows of an order counts
    return None, {product.gtin: piece_without_order(shop, product, now)}


def _taken(shop: StoreContext, found: ReturnablePiece, asked: PieceAsked, *, with_order: bool) -> ReturnedPiece:
    if asked.reason not in {reason.id for reason in shop.policy.returns.reasons}:
        raise ReturnImpossible("reason")
    given = None
    if asked.instead is not None:
        given = next((one for one in sizes_to_exchange(shop, found.product) if one.gtin == asked.instead), None)
        if given is None:
            raise ReturnImpossible("moved_on")
    return ReturnedPiece(
        gtin=found.gtin,
        piece=found.id if with_order else None,
        reason=asked.reason,
        condition=asked.condition,
        price=found.price,
        estimated=found.estimated,
        instead=given.gtin if given else None,
        instead_price=given.price if given and given.price > 0 else None,
    )


def needs_lead(shop: StoreContext, judged: Judged) -> bool:
    """Whether the policy wants a lead: without an order, without a known price, or for much money."""
    if judged.order is None or judged.refund is None or judged.difference is None:
        return bool(judged.taken)
    return judged.refund + max(0, -judged.difference) > shop.policy.returns.lead_over
