"""What a scan came to: one frozen value per kind, kept in the `outcomes` log and shown by each screen in its own words."""

from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.clock import Now
from edge.codes.reason import Reason
from edge.store import append, one, values
from edge.visit import Grade

PickupNo = Literal[
    "unknown", "wrong_secret", "other_store", "handed_over", "cancelled", "rejected", "gone", "not_ready"
]


class Kind(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """The base of all outcomes; the tag is the `kind` column."""


class CheckedIn(Kind, frozen=True, kw_only=True, tag="checked_in"):
    """A member was greeted; `member` is None where HQ has not sent them to this store. `first` is false for a repeat.

    `card` (`issuer:number`) is there for one who is not known here: HQ may say in a moment whose it is.
    """

    member: str | None
    card: str | None = None
    first: bool
    time: str
    miles: int
    grade: Grade
    orders: list[str] = []


class Identified(Kind, frozen=True, kw_only=True, tag="identified"):
    """Staff read a member's code: who it is and what is waiting for them; `card` as in CheckedIn."""

    member: str | None
    card: str | None = None
    orders: list[str] = []


class ProductShown(Kind, frozen=True, kw_only=True, tag="product"):
    gtin: str


class ProductUnknown(Kind, frozen=True, kw_only=True, tag="product_unknown"):
    """A sound GTIN that HQ's catalogue does not have."""

    gtin: str


class PickupArrived(Kind, frozen=True, kw_only=True, tag="pickup_arrived"):
    """A shopper is here for their order; `ready` is false while it is still being picked."""

    order: str
    number: str
    ready: bool


class OrderOpened(Kind, frozen=True, kw_only=True, tag="order_opened"):
    """Staff read a shopper's pickup code: the proof for a hand-over."""

    order: str
    number: str


class PickupRefused(Kind, frozen=True, kw_only=True, tag="pickup_refused"):
    """No hand-over for this code, and why. `store` names where the goods are when it is another one."""

    why: PickupNo
    order: str | None = None
    number: str | None = None
    store: str | None = None


class BadgeRead(Kind, frozen=True, kw_only=True, tag="badge"):
    """A staff badge; the PIN is still to come."""

    staff: str


class CodeRefused(Kind, frozen=True, kw_only=True, tag="code_refused"):
    """A rotating code that is too old, was used before, or cannot be confirmed in this store."""

    why: Literal["expired", "used", "unproven"]


class NotHere(Kind, frozen=True, kw_only=True, tag="not_here"):
    """A sound code that this station has no use for; `what` names the meaning's type."""

    what: str


class NotUnderstood(Kind, frozen=True, kw_only=True, tag="not_understood"):
    reason: Reason


class Fault(Kind, frozen=True, kw_only=True, tag="fault"):
    """Our own mistake: the scan is kept, the trace is in the log under this id."""

    trace: str


Outcome = (
    CheckedIn
    | Identified
    | ProductShown
    | ProductUnknown
    | PickupArrived
    | OrderOpened
    | PickupRefused
    | BadgeRead
    | CodeRefused
    | NotHere
    | NotUnderstood
    | Fault
)


class OutcomeRow(Struct, frozen=True, kw_only=True):
    """A row of the `outcomes` log."""

    seq: int
    log: str
    scan: int
    station: str
    kind: str
    data: str
    time: str

    @property
    def outcome(self) -> Outcome:
        found: Outcome = msgspec.json.decode(self.data, type=Outcome)
        return found


def keep(db: Database, log: str, scan: int, station: str, outcome: Outcome, now: Now) -> int:
    """Append an outcome inside the caller's transaction; its seq."""
    data = msgspec.json.encode(outcome)
    kind: dict[str, Any] = msgspec.json.decode(data)
    row = {"log": log, "scan": scan, "station": station, "kind": kind["kind"], "data": data.decode(), "time": now.text}
    return append(db, "outcomes", row)


def put_on_screen(db: Database, station: str, seq: int, now: Now) -> None:
    """Let a station's screen show an outcome, inside the caller's transaction."""
    db.conn.execute(
        "insert or replace into screens (station, outcome, since) values (?, ?, ?)", (station, seq, now.text)
    )


def on_screen(db: Database, station: str) -> OutcomeRow | None:
    """The outcome a station's screen shows now; None after the shopper has ended or before the first scan."""
    sql = "select o.* from screens s join outcomes o on o.seq = s.outcome where s.station = ?"
    return next(iter(values(db, OutcomeRow, sql, (station,))), None)


def clear_screen(db: Database, station: str, now: Now) -> None:
    """End the shopper's session at a station, inside the caller's transaction: nothing can be called back."""
    db.conn.execute("insert or replace into screens (station, outcome, since) values (?, null, ?)", (station, now.text))


def last_seq(db: Database) -> int:
    """The newest outcome's seq; 0 when there is none."""
    row = one(db, "select max(seq) from outcomes")
    return row[0] or 0 if row else 0
