"""What a scan came to: one frozen value per kind, kept in the `outcomes` log and shown by each screen in its own words."""

from datetime import timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.codes.abridged import AbridgedCode
from edge.codes.reject_reason import RejectReason
from edge.features.product_label import Label, Past
from edge.features.visit import Grade
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import append, one, values

TOUCHED_EVERY = timedelta(seconds=10)  # a commit costs the card a write

PickupNo = Literal[
    "unknown", "wrong_secret", "other_store", "handed_over", "cancelled", "rejected", "gone", "not_ready", "too_many"
]


class Kind(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """The base of all outcomes; the tag is the `kind` column."""


class CheckedIn(Kind, frozen=True, kw_only=True, tag="checked_in"):
    """A member was greeted; `member` is None if HQ has not sent them to this store. `first` is false for a repeat.

    `card` (`issuer:number`), or `ref` if a signed code names them, is there for a member who is not known here: HQ may say in
    a moment who it is. `asked` is the question that was put with what they showed (edge/replica/hq_query.py).
    """

    member: str | None
    card: str | None = None
    ref: str | None = None
    asked: int | None = None
    first: bool
    time: str
    miles: int
    grade: Grade
    orders: list[str] = []


class Identified(Kind, frozen=True, kw_only=True, tag="identified"):
    """Staff read a member's code: who it is and what is waiting for them; `card`, `ref`, `asked` as in CheckedIn."""

    member: str | None
    card: str | None = None
    ref: str | None = None
    asked: int | None = None
    orders: list[str] = []


class ProductShown(Kind, frozen=True, kw_only=True, tag="product", omit_defaults=True):
    """A product of the catalogue, and what its label says of this one pack; `case_of` pieces if it is an outer pack."""

    gtin: str
    label: Label = Label()
    case_of: int | None = None


class ProductPast(Kind, frozen=True, kw_only=True, tag="product_past"):
    """A pack whose date is over: no ordinary page. `known` is whether the catalogue has the product."""

    gtin: str
    label: Label
    past: Past
    known: bool


class SecondRow(Kind, frozen=True, kw_only=True, tag="second_row"):
    """The code below or beside a book's or magazine's own code was read first: its own code is still to come."""


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
    """A rotating code that is too old, was used before, or cannot be confirmed in this store.

    `too_many`: wrong ones were tried before it, so that for a while not even the right one counts.
    """

    why: Literal["expired", "used", "unproven", "too_many"]


class NotHere(Kind, frozen=True, kw_only=True, tag="not_here"):
    """A sound code that this station has no use for; `what` names the meaning's type."""

    what: str


class NotUnderstood(Kind, frozen=True, kw_only=True, tag="not_understood", omit_defaults=True):
    """`no_separator`: its reader said that it is GS1, and sent no separator with it."""

    reason: RejectReason
    no_separator: bool = False


class Fault(Kind, frozen=True, kw_only=True, tag="fault"):
    """Our own mistake: the scan is kept, the trace is in the log under this id."""

    trace: str


Outcome = (
    CheckedIn
    | Identified
    | ProductShown
    | ProductPast
    | SecondRow
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


def kind_of(outcome: Outcome) -> str:
    """Its kind, as the `kind` column has it."""
    return str(outcome.__struct_config__.tag)


def keep(
    db: Database,
    log: str,
    scan: int,
    station: str,
    outcome: Outcome,
    now: Now,
    code: AbridgedCode | None = None,
    mac: bytes | None = None,
) -> int:
    """Append an outcome inside the caller's transaction, with what is kept of the code and its HMAC; its seq."""
    data = msgspec.json.encode(outcome).decode()
    kind = kind_of(outcome)
    row: dict[str, Any] = {"log": log, "scan": scan, "station": station, "kind": kind, "data": data, "time": now.text}
    row["mac"] = mac
    if code is not None:
        row |= {"code": code.kind, "last": code.last, "part": code.part}
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


def before_screen(db: Database, station: str, now: Now, session: timedelta) -> OutcomeRow | None:
    """The outcome of the shopper before a station's screen; None if their session has ended, or nobody has touched it for
    `session`, be a page open there or not. A clock that was set since ends it too."""
    row = one(db, "select coalesce(touched, since) from screens where station = ?", (station,))
    if row is None or abs(now.time - parse_utc(row[0])) > session:
        return None
    return on_screen(db, station)


def touch_screen(db: Database, station: str, now: Now) -> None:
    """The shopper is there still, kept at most every ten seconds; inside the caller's transaction."""
    db.conn.execute(
        "update screens set touched = ? where station = ? and coalesce(touched, since) < ?",
        (now.text, station, utc_text(now.time - TOUCHED_EVERY)),
    )


def clear_screen(db: Database, station: str, now: Now) -> None:
    """End the shopper's session at a station, inside the caller's transaction: nothing can be called back."""
    db.conn.execute("insert or replace into screens (station, outcome, since) values (?, null, ?)", (station, now.text))


def last_seq(db: Database) -> int:
    """The newest outcome's seq; 0 when there is none."""
    row = one(db, "select max(seq) from outcomes")
    return row[0] or 0 if row else 0
