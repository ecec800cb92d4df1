"""The returns of this store as they are kept, and how many pieces of an order have come back."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.facts.journal import BoxIdentity
from edge.features.pickup.order import PickupOrder
from edge.features.returns.facts import ReturnedPiece
from edge.features.returns.state_machine import ReturnAction, ReturnState, return_state_after
from edge.platform.clock import Now, parse_utc
from edge.platform.database import values

UNDO_WINDOW = timedelta(seconds=10)  # practice 6
REQUEST_TRAVEL = timedelta(seconds=2)  # what a press in the last moment may take to arrive


class ReturnStepRow(Struct, frozen=True, kw_only=True):
    """What the store did with a return."""

    seq: int
    key: str
    return_id: str
    action: ReturnAction
    order_id: str | None
    pieces: str
    staff: str | None
    station: str | None
    time: str
    fact: int

    @property
    def returned(self) -> list[ReturnedPiece]:
        return msgspec.json.decode(self.pieces, type=list[ReturnedPiece])


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReturn:
    """A return as it is now: its state, and the step by which it was accepted."""

    state: ReturnState
    accepted: ReturnStepRow

    @property
    def pieces(self) -> list[ReturnedPiece]:
        return self.accepted.returned

    @property
    def at(self) -> datetime:
        return parse_utc(self.accepted.time)


def find_return(db: Database, return_id: str) -> KeptReturn | None:
    """The return of that id; None if this store has accepted none."""
    steps = values(db, ReturnStepRow, "select * from return_steps where return_id = ? order by seq", (return_id,))
    if not steps:
        return None
    state = ReturnState.NEW
    for step in steps:
        state = return_state_after(state, step.action) or state
    return KeptReturn(state=state, accepted=steps[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedOfOrder:
    """What has come back of an order: pieces of each product over all stores, and those this store knows by name."""

    counts: Counter[str]
    pieces: frozenset[str]


def returned_of_order(db: Database, box: BoxIdentity, order: PickupOrder) -> ReturnedOfOrder:
    """HQ's last word on an order, and on it this store's steps that HQ has not counted."""
    through = box.counted(order.row.epoch, order.row.through_seq)
    counts, named = Counter(order.row.returned), Counter[str]()
    sql = "select * from return_steps where order_id = ? order by seq"
    for step in values(db, ReturnStepRow, sql, (order.row.order,)):
        sign = 1 if step.action is ReturnAction.ACCEPT else -1
        for piece in step.returned:
            counts[piece.gtin] += sign if step.fact > through else 0
            named[piece.piece or ""] += sign
    return ReturnedOfOrder(counts=counts, pieces=frozenset(piece for piece, count in named.items() if count > 0))


def undo_time_left(kept: KeptReturn, station: str, now: Now, *, late: bool = False) -> timedelta | None:
    """For how long a return can still be taken back at `station`; None if it cannot. `late` allows for the way here."""
    age = now.time - kept.at
    left = (UNDO_WINDOW + REQUEST_TRAVEL if late else UNDO_WINDOW) - age
    may = kept.state is ReturnState.ACCEPTED and kept.accepted.station == station and timedelta() <= age
    return left if may and left > timedelta() else None
