"""What is told of the shop floor: scans, visits, goods, staff."""

from typing import Annotated, Literal

from msgspec import Meta

from sync.facts.data import Data, Gtin


class ProductScanned(Data, frozen=True, kw_only=True):
    """A product's code was read."""

    gtin: Gtin
    known: bool  # in the catalogue as this box has it


class MemberIdentified(Data, frozen=True, kw_only=True):
    """A member's code was read; `member` is HQ's pseudonym, or `card:<issuer>:<number>` where HQ has sent none."""

    grade: Literal["static", "fresh", "stale"]  # how well the code proves who holds it


class Repeated(Data, frozen=True, kw_only=True):
    """The same member again in the same period of the check-in rule: no miles."""

    rule: str  # `day`, or a window such as `24h`
    period: str  # the shop's day, or when the window was opened
    grade: Literal["static", "fresh", "stale"]
    unsure: bool  # the box's clock was unset


class CheckedIn(Repeated, frozen=True, kw_only=True):
    """A member's first visit in a period of the check-in rule. The store asks for the miles; HQ posts them."""

    miles: Annotated[int, Meta(ge=0)]


class StockMoved(Data, frozen=True, kw_only=True):
    """Goods came or went. HQ adds both numbers to its stock row and answers with `through_seq`."""

    gtin: Gtin
    quantity: int  # pieces on hand: + came, - went
    reserved: int  # pieces set aside for orders
    reason: str  # `hand_over`, `undo`, …


class StaffLocked(Data, frozen=True, kw_only=True):
    """Too many wrong PINs: signing in waits."""

    wrong: int  # PINs so far


class SignedIn(Data, frozen=True, kw_only=True):
    """Somebody of the staff signed in."""
