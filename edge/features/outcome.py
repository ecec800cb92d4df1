"""What a scan came to: one frozen value per kind, kept in the `outcomes` log and shown by each screen in its own words."""

from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.codes.abridged_code import AbridgedCode
from edge.codes.reject_reason import RejectReason
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import append_to_log, first_row, values

TOUCH_NOTE_INTERVAL = timedelta(seconds=10)  # a commit costs the card a write


class Outcome(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """The base of all outcomes, each of which is in the file of its feature; the tag is the `kind` column."""


class NotHere(Outcome, frozen=True, kw_only=True, tag="not_here"):
    """A sound code that this station has no use for; `what` names the meaning's type."""

    what: str


class NotUnderstood(Outcome, frozen=True, kw_only=True, tag="not_understood", omit_defaults=True):
    """`no_separator`: its reader said that it is GS1, and sent no separator with it."""

    reason: RejectReason
    no_separator: bool = False


class Fault(Outcome, frozen=True, kw_only=True, tag="fault"):
    """Our own mistake: the scan is kept, the trace is in the log under this id."""

    trace: str


OUTCOMES: tuple[type[Outcome], ...] = (NotHere, NotUnderstood, Fault)
"""What a scan may come to when no feature answers it."""


class OutcomeRow(Struct, frozen=True, kw_only=True):
    """A row of the `outcomes` log."""

    seq: int
    log: str
    scan: int
    station: str
    kind: str
    data: str
    time: str


def kind_of(outcome: Outcome | type[Outcome]) -> str:
    """Its kind, as the `kind` column has it."""
    return str(outcome.__struct_config__.tag)


def record_outcome(
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
    return append_to_log(db, "outcomes", row)


def show_on_station(db: Database, station: str, seq: int, now: Now) -> None:
    """Let a station's screen show an outcome, inside the caller's transaction."""
    db.conn.execute(
        "insert or replace into screens (station, outcome, since) values (?, ?, ?)", (station, seq, now.text)
    )


def shown_on_station(db: Database, station: str) -> OutcomeRow | None:
    """The outcome a station's screen shows now; None after the shopper has ended or before the first scan."""
    sql = "select o.* from screens s join outcomes o on o.seq = s.outcome where s.station = ?"
    return next(iter(values(db, OutcomeRow, sql, (station,))), None)


def shown_before(db: Database, station: str, now: Now, session: timedelta) -> OutcomeRow | None:
    """The outcome of the shopper before a station's screen; None if their session has ended, or nobody has touched it for
    `session`, be a page open there or not. A clock that was set since ends it too."""
    row = first_row(db, "select coalesce(touched, since) from screens where station = ?", (station,))
    if row is None or abs(now.time - parse_utc(row[0])) > session:
        return None
    return shown_on_station(db, station)


def touch_screen(db: Database, station: str, now: Now) -> None:
    """The shopper is there still, kept at most every ten seconds; inside the caller's transaction."""
    db.conn.execute(
        "update screens set touched = ? where station = ? and coalesce(touched, since) < ?",
        (now.text, station, utc_text(now.time - TOUCH_NOTE_INTERVAL)),
    )


def clear_screen(db: Database, station: str, now: Now) -> None:
    """End the shopper's session at a station, inside the caller's transaction: nothing can be called back."""
    db.conn.execute("insert or replace into screens (station, outcome, since) values (?, null, ?)", (station, now.text))


def last_seq(db: Database) -> int:
    """The newest outcome's seq; 0 when there is none."""
    row = first_row(db, "select max(seq) from outcomes")
    return row[0] or 0 if row else 0
