"""Facts about returned goods. The store moves no money: HQ or the POS pays back what they say."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from edge.facts.fact import Fact, Gtin, Lane
from edge.features.returns.state_machine import Condition
from edge.features.returns.window import NotReturnable

PIECES_MOST = 300  # of one return, as of one order
PieceId = Annotated[str, Meta(max_length=12, pattern="^[0-9]{1,4}-[0-9]{1,3}$", description="`<order line>-<piece>`.")]


class ReturnedPiece(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece that came back, and what was given for it if it was exchanged."""

    gtin: Gtin
    piece: PieceId | None = None  # of the order, if there is one
    reason: str  # an id of the policy's list
    condition: Condition
    price: int | None = (
        None  # yen with tax: what was paid by the order's row, else the catalogue's price; None: not known
    )
    estimated: bool = False  # the price is the catalogue's
    instead: Gtin | None = None  # exchanged for this product
    instead_price: int | None = None  # yen with tax, by the catalogue


def refund_of(pieces: Iterable[ReturnedPiece]) -> int | None:
    """Yen for the pieces that are not exchanged; None if a price is not known."""
    return _sum(piece.price for piece in pieces if piece.instead is None)


def difference_of(pieces: Iterable[ReturnedPiece]) -> int | None:
    """Yen that the shopper pays for the pieces that are exchanged; below 0 they get it back. None if a price is not known."""
    return _sum(
        None if piece.price is None or piece.instead_price is None else piece.instead_price - piece.price
        for piece in pieces
        if piece.instead is not None
    )


def _sum(amounts: Iterable[int | None]) -> int | None:
    every = list(amounts)
    known = [amount for amount in every if amount is not None]
    return sum(known) if len(known) == len(every) else None


class ReturnStep(Fact, frozen=True, kw_only=True):
    """A step with a return; which may follow which is the table in edge/features/returns/state_machine.py."""

    LANE = Lane.PROMISES
    ABOUT = ("member", "staff", "station", "causation")

    id: str  # of the return, unique in the chain
    order: str | None = None  # None: taken without an order, on a lead's word


class ReturnAccepted(ReturnStep, frozen=True, kw_only=True):
    """Goods came back. `refund` is a task for HQ or the POS; `difference` is what the shopper pays for an exchange."""

    TYPE = "return.accepted"

    number: str | None = None  # the order's, as shopper and staff read it
    pieces: Annotated[list[ReturnedPiece], Meta(min_length=1, max_length=PIECES_MOST)]
    refund: int | None = None  # yen for the pieces that were not exchanged; None: not known here
    difference: int | None = None  # yen for those that were: below 0 the shopper gets it back; None: not known here
    currency: Literal["JPY"]
    lead: str | None = None  # the lead who confirmed with their PIN
    unsure: bool = False  # the box's clock was unset: the days since the hand-over are not known


class ReturnUndone(ReturnStep, frozen=True, kw_only=True):
    """A return was taken back at once: the goods are the shopper's, and nothing is to be paid."""

    TYPE = "return.undone"


class ReturnRefused(Fact, frozen=True, kw_only=True):
    """A piece was not taken back, and why."""

    TYPE = "return.refused"
    LANE = Lane.PROMISES
    ABOUT = ("member", "staff", "station")

    order: str | None = None
    gtin: Gtin
    why: NotReturnable


FACTS: tuple[type[Fact], ...] = (ReturnAccepted, ReturnUndone, ReturnRefused)
