"""Orders as the store sees them: HQ's row, and on it the store's own steps that HQ has not counted."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from sqlite_utils import Database

from edge.codes.issued.item_numbers import catalogue_key, catalogue_key_of_gtin
from edge.config.active_config import code_rules
from edge.crypto.data_key import DataKey
from edge.crypto.keyed_values import secret_mac
from edge.facts.journal import BoxIdentity
from edge.features.pickup.state_machine import OPEN_STATES, Action, State, state_after_all
from edge.platform.clock import parse_utc, utc_text
from edge.platform.database import values
from edge.replica import hq_replica
from edge.validation.fields import (
    LATEST_MOMENT,
    Id,
    Moment,
    OrderId,
    PickupNumber,
    ProductNumber,
    Seq,
    Sha256,
    ShortText,
    StoreId,
    TextLine,
    Yen,
    check_moments,
)

MAX_PIECES = 300  # of one order: each is a tick on a clerk's screen, and more is a delivery, not a bag
MAX_LINES = 100
MAX_SUBSTITUTES = 50  # of one line: the other colours and sizes of a style


class OrderLine(Struct, frozen=True, kw_only=True):
    line: Annotated[int, Meta(ge=0, le=9_999)]
    gtin: ProductNumber
    quantity: Annotated[int, Meta(ge=1, le=99)] = 1
    price: Yen | None = None  # what was paid for one piece, tax included; told again if it comes back
    substitutes: Annotated[
        list[ProductNumber], Meta(max_length=MAX_SUBSTITUTES)
    ] = []  # goods the shopper takes instead

    def __post_init__(self) -> None:
        """A GTIN has one key, however HQ writes it: a piece that is scanned is compared with it. A number of the house
        gets its own if the chain's rules are known (`_keyed`)."""
        msgspec.structs.force_setattr(self, "gtin", catalogue_key_of_gtin(self.gtin) or self.gtin)
        keys = [catalogue_key_of_gtin(one) or one for one in self.substitutes]
        msgspec.structs.force_setattr(self, "substitutes", keys)

    @property
    def accepted(self) -> tuple[str, ...]:
        """The goods that count for the line: what was ordered, and what the shopper takes instead."""
        return self.gtin, *self.substitutes


class OrderRow(Struct, frozen=True, kw_only=True):
    """A row of the `orders` feed (per store); its key is the order id.

    Open orders of stores nearby come as stubs (no name, no lines, no secret), so that a screen can send a shopper at the
    wrong store to the right one, with or without a network. `through_seq` is the last fact of lane PROMISES of `epoch` that
    HQ has counted into `state`.
    """

    order: OrderId
    store: StoreId
    number: PickupNumber  # what board and shopper see: `4821`
    state: State
    kind: ShortText = "pickup"
    member: Id | None = None
    name: TextLine = ""  # kana; for staff only, after the pickup code has been read
    lines: Annotated[list[OrderLine], Meta(max_length=MAX_LINES)] = []
    paid: bool = True
    partial: bool = False  # the shopper takes what there is: it may be handed over with pieces missing
    placed_at: Moment | None = None
    promise_at: Moment | None = None
    hold_until: Moment | None = None
    shelf: ShortText | None = None
    arrived_at: Moment | None = None
    handed_over_at: Moment | None = None
    cancelled_at: Moment | None = None
    cancelled_by: Literal["hq", "shopper"] | None = None
    # hex; the secret itself is only in the shopper's code
    secret_sha256: Sha256 = ""
    # how many pieces of each product have come back, by all stores' facts that HQ has counted
    returned: dict[ProductNumber, Annotated[int, Meta(ge=0, le=9_999)]] = {}
    epoch: ShortText = ""
    through_seq: Seq = 0

    def __post_init__(self) -> None:
        """Raises ValueError if the fields contradict each other."""
        check_moments(self)
        if len({line.line for line in self.lines}) < len(self.lines):
            raise ValueError("lines: expected each line's number once")
        if sum(line.quantity for line in self.lines) > MAX_PIECES:
            raise ValueError(f"lines: expected at most {MAX_PIECES} pieces in one order")


class ReplicaOrder(OrderRow, frozen=True, kw_only=True):
    """An order as the mirror keeps it (sync/feeds/stored_form.py): the hash of its secret is keyed if the box has a data key."""

    secret_hmac: str = ""


class Step(Struct, frozen=True, kw_only=True):
    """What the store did with an order."""

    seq: int
    key: str
    order_id: str
    action: Action
    detail: str
    staff: str | None
    station: str | None
    time: str
    fact: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupOrder:
    """The present state of an order: HQ's row with the store's steps, and when the shopper came and the goods went."""

    row: ReplicaOrder
    state: State
    steps: tuple[Step, ...] = ()  # the store's own, by seq, whether HQ has counted them or not
    arrived_at: datetime | None = None
    handed_over_at: datetime | None = None
    handed_over_by: str | None = None

    @property
    def can_be_fetched(self) -> bool:
        """Whether it is open, or was not fetched in time and is still here."""
        return self.state in OPEN_STATES or self.state is State.NO_SHOW

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_here(self) -> bool:
        """Whether the shopper is in the store."""
        return self.is_open and (self.state is State.ARRIVED or self.arrived_at is not None)


def matches_secret(row: ReplicaOrder, secret: str, key: DataKey | None) -> bool:
    """Whether a pickup code's secret is this order's, compared in constant time."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    if row.secret_hmac:
        return key is not None and hmac.compare_digest(secret_mac(key, digest), row.secret_hmac)
    return bool(row.secret_sha256) and hmac.compare_digest(digest, row.secret_sha256.lower())


def state_of_order(row: ReplicaOrder, steps: list[Step], box: BoxIdentity) -> PickupOrder:
    """Put the store's steps on HQ's row. The steps are all those of this order, by seq."""
    through = box.counted(row.epoch, row.through_seq)
    undone = [step for step in steps if step.action is Action.UNDO_SHORT]
    given_up = State(msgspec.json.decode(undone[-1].detail)["to"]) if undone else State.PICKING
    state = state_after_all(row.state, [step.action for step in steps if step.fact > through], given_up)
    here = next((step for step in reversed(steps) if step.action is Action.ARRIVE), None)
    given = next((step for step in reversed(steps) if step.action is Action.HAND_OVER), None)
    out = given if state is State.HANDED_OVER else None
    return PickupOrder(
        row=row,
        state=state,
        steps=tuple(steps),
        arrived_at=(parse_utc(here.time) if here else row.arrived_at) if state in OPEN_STATES else None,
        handed_over_at=parse_utc(out.time) if out else row.handed_over_at,
        handed_over_by=out.staff if out else None,
    )


def _keyed(db: Database, row: ReplicaOrder) -> ReplicaOrder:
    """The row with one key for each product: a chain's own HQ may write a number of the house as it is printed.

    A number that no rule takes stays as it came: a clerk can read it, and no tag ticks it.
    """
    if all(catalogue_key_of_gtin(one) for line in row.lines for one in line.accepted):
        return row
    house = code_rules(db).house
    keys = {one: catalogue_key_of_gtin(catalogue_key(one, house)) or one for line in row.lines for one in line.accepted}
    lines = [
        msgspec.structs.replace(line, gtin=keys[line.gtin], substitutes=[keys[one] for one in line.substitutes])
        for line in row.lines
    ]
    return msgspec.structs.replace(row, lines=lines)


def present_order(db: Database, row: ReplicaOrder, box: BoxIdentity) -> PickupOrder:
    """The order of HQ's row as it is now, after the store's steps that HQ has not counted."""
    return state_of_order(_keyed(db, row), steps_of(db, row.order), box)


def steps_of(db: Database, order: str) -> list[Step]:
    """The store's steps with an order, by seq."""
    return values(db, Step, "select * from pickup_steps where order_id = ? order by seq", (order,))


def find_order(db: Database, hq: Database, box: BoxIdentity, order: str) -> PickupOrder | None:
    """The present state of the order of that id; None if HQ has sent none."""
    row = hq_replica.replica_row(hq, "orders", order, ReplicaOrder)
    return present_order(db, row, box) if row else None


PROMISE_HOURS = 2  # as a policy has it by default
ENDED_ORDERS_LISTED_FOR = timedelta(days=2)  # how long an ended order stays in the day's lists

_NOW_OR_LATELY = """json_extract(body, '$.store') = :store and (
    json_extract(body, '$.state') in ('placed', 'accepted', 'picking', 'ready_for_pickup', 'customer_arrived',
                                      'expired_no_show')
    or julianday(coalesce(json_extract(body, '$.handed_over_at'), json_extract(body, '$.promise_at'))) > julianday(:since)
    or key in (select value from json_each(:touched)))"""


def promised_time(row: ReplicaOrder, hours: int) -> datetime | None:
    """When an order was promised for: as HQ says, else so many hours after it was placed (the policy's `promise_hours`)."""
    if row.promise_at is None and row.placed_at is not None:
        return row.placed_at + timedelta(hours=hours)
    return row.promise_at


def orders_at_store(
    db: Database, hq: Database, box: BoxIdentity, now: datetime, *, promise_hours: int = PROMISE_HOURS
) -> list[PickupOrder]:
    """This store's orders that are open, or that ended in the last two days: by promise, then by number.

    Its cost is that of these, however many steps of the weeks before the store still holds.
    """
    since = utc_text(now - ENDED_ORDERS_LISTED_FOR)
    touched = [row[0] for row in db.conn.execute("select distinct order_id from pickup_steps where time > ?", (since,))]
    args = {"store": box.store, "since": since, "touched": msgspec.json.encode(touched).decode()}
    found = hq_replica.rows_where(hq, "orders", ReplicaOrder, _NOW_OR_LATELY, args)
    standing = [present_order(db, row, box) for row in found]
    return sorted(
        standing, key=lambda order: (promised_time(order.row, promise_hours) or LATEST_MOMENT, order.row.number)
    )


def orders_of_member(db: Database, hq: Database, box: BoxIdentity, member: str) -> list[PickupOrder]:
    """A member's orders that can be fetched in this store."""
    found = hq_replica.rows_where(hq, "orders", ReplicaOrder, "json_extract(body, '$.member') = ?", (member,))
    standing = [present_order(db, row, box) for row in found if row.store == box.store]
    return [order for order in standing if order.can_be_fetched]


def order_by_number(db: Database, hq: Database, box: BoxIdentity, number: str) -> list[PickupOrder]:
    """This store's orders under a number that can be fetched (numbers come round again after some weeks)."""
    found = hq_replica.rows_where(hq, "orders", ReplicaOrder, "json_extract(body, '$.number') = ?", (number,))
    standing = [present_order(db, row, box) for row in found if row.store == box.store]
    return [order for order in standing if order.can_be_fetched]
