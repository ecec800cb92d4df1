"""Orders as the store sees them: HQ's row, and on it the store's own steps that HQ has not counted."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge import mirror
from edge.clock import utc_text
from edge.journal import Box
from edge.pickup.life import OPEN, Action, State, replay
from edge.store import values


class OrderLine(Struct, frozen=True, kw_only=True):
    line: int
    gtin: str
    quantity: int = 1


class OrderRow(Struct, frozen=True, kw_only=True):
    """A row of the `orders` feed (per store); its key is the order id.

    Open orders of stores nearby come as stubs (no name, no lines, no secret), so that a shopper at the wrong door can be
    told which store to go to, with or without a network. `through_seq` is the last fact of lane PROMISES of `epoch` that
    HQ has counted into `state`.
    """

    order: str
    store: str
    number: str  # what board and shopper see: `4821`
    state: State
    kind: str = "pickup"
    member: str | None = None
    name: str = ""  # kana; for staff only, after the pickup code has been read
    lines: list[OrderLine] = []
    paid: bool = True
    placed_at: str = ""
    promise_at: str = ""
    hold_until: str = ""
    shelf: str | None = None
    arrived_at: str | None = None
    handed_over_at: str | None = None
    secret_sha256: str = ""  # hex; the secret itself is only in the shopper's code
    epoch: str = ""
    through_seq: int = 0


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
    """An order as it stands: HQ's row with the true state, and when the shopper came and the goods went."""

    row: OrderRow
    state: State
    arrived_at: str | None = None
    handed_over_at: str | None = None
    handed_over_by: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def holds(row: OrderRow, secret: str) -> bool:
    """Whether a pickup code's secret is this order's, compared in constant time."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return bool(row.secret_sha256) and hmac.compare_digest(digest, row.secret_sha256)


def stand(row: OrderRow, steps: list[Step], box: Box) -> PickupOrder:
    """Put the store's steps on HQ's row. The steps are all those of this order, by seq."""
    through = box.counted(row.epoch, row.through_seq)
    state = replay(row.state, [step.action for step in steps if step.fact > through])
    here = next((step for step in reversed(steps) if step.action is Action.ARRIVE), None)
    given = next((step for step in reversed(steps) if step.action is Action.HAND_OVER), None)
    out = given if state is State.HANDED_OVER else None
    return PickupOrder(
        row=row,
        state=state,
        arrived_at=(here.time if here else row.arrived_at) if state in OPEN else None,
        handed_over_at=out.time if out else row.handed_over_at,
        handed_over_by=out.staff if out else None,
    )


def steps_of(db: Database, order: str) -> list[Step]:
    """The store's steps with an order, by seq."""
    return values(db, Step, "select * from pickup_steps where order_id = ? order by seq", (order,))


def find(db: Database, hq: Database, box: Box, order: str) -> PickupOrder | None:
    """The order of that id as it stands; None where HQ has sent none."""
    row = mirror.row(hq, "orders", order, OrderRow)
    return stand(row, steps_of(db, order), box) if row else None


LATELY = timedelta(days=2)  # how long an ended order still stands in the day's lists

_NOW_OR_LATELY = """json_extract(body, '$.store') = :store and (
    json_extract(body, '$.state') in ('placed', 'accepted', 'picking', 'ready_for_pickup', 'customer_arrived',
                                      'expired_no_show')
    or coalesce(json_extract(body, '$.handed_over_at'), json_extract(body, '$.promise_at')) > :since
    or key in (select value from json_each(:touched)))"""


def here(db: Database, hq: Database, box: Box, now: datetime) -> list[PickupOrder]:
    """This store's orders that are open, or that ended in the last two days: by promise, then by number.

    Its cost is that of these, however many steps of the weeks before the store still holds.
    """
    since = utc_text(now - LATELY)
    touched = [row[0] for row in db.conn.execute("select distinct order_id from pickup_steps where time > ?", (since,))]
    args = {"store": box.store, "since": since, "touched": msgspec.json.encode(touched).decode()}
    found = mirror.where(hq, "orders", OrderRow, _NOW_OR_LATELY, args)
    standing = [stand(row, steps_of(db, row.order), box) for row in found]
    return sorted(standing, key=lambda order: (order.row.promise_at, order.row.number))


def of_member(db: Database, hq: Database, box: Box, member: str) -> list[PickupOrder]:
    """A member's open orders in this store."""
    found = mirror.where(hq, "orders", OrderRow, "json_extract(body, '$.member') = ?", (member,))
    standing = [stand(row, steps_of(db, row.order), box) for row in found if row.store == box.store]
    return [order for order in standing if order.is_open]


def by_number(db: Database, hq: Database, box: Box, number: str) -> list[PickupOrder]:
    """This store's open orders under a number (numbers come round again after some weeks)."""
    found = mirror.where(hq, "orders", OrderRow, "json_extract(body, '$.number') = ?", (number,))
    standing = [stand(row, steps_of(db, row.order), box) for row in found if row.store == box.store]
    return [order for order in standing if order.is_open]
