"""Whether a piece may come back: HQ's policy, asked for each piece by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from edge.config.policy import Returns


class NotReturnable(StrEnum):
    """Why a piece is not taken back."""

    RETURNED = "returned"  # it came back before
    FINAL_SALE = "final_sale"
    HYGIENE = "hygiene"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCandidate:
    """What the policy looks at. `given`: the shop's day of the hand-over; None if it is not known."""

    returned: bool
    kinds: frozenset[str]  # the product's category and style
    given: date | None
    today: date | None  # None: the box's clock was never set, and nobody loses their right to that


def last_day(given: date, policy: Returns) -> date:
    """The last day on which a piece can come back."""
    return given + timedelta(days=policy.days)


def _is_late(piece: ReturnCandidate, policy: Returns) -> bool:
    return piece.given is not None and piece.today is not None and piece.today > last_day(piece.given, policy)


RULES: tuple[tuple[NotReturnable, Callable[[ReturnCandidate, Returns], bool]], ...] = (
    (NotReturnable.RETURNED, lambda piece, _policy: piece.returned),
    (NotReturnable.FINAL_SALE, lambda piece, policy: not piece.kinds.isdisjoint(policy.final_sale)),
    (NotReturnable.HYGIENE, lambda piece, policy: not piece.kinds.isdisjoint(policy.hygiene)),
    (NotReturnable.LATE, _is_late),
)
"""The reasons, in the order in which they are said: the first that holds."""


def return_refusal_reason(piece: ReturnCandidate, policy: Returns) -> NotReturnable | None:
    """Why a piece is not taken back; None if it is."""
    return next((reason for reason, holds in RULES if holds(piece, policy)), None)
