"""Who collects the goods of an order: two tablets do not pick the same one unknowingly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from edge.facts.fact import Fact, FactAttributes, Lane
from edge.facts.journal import BoxIdentity, tell
from edge.features.staff.sessions import IDLE_TIMEOUT
from edge.platform.clock import Now, parse_utc
from edge.platform.database import first_row, rows

Holder = Literal["active", "idle", "signed_out"]


class PickTakenOver(Fact, frozen=True, kw_only=True):
    """A clerk goes on collecting an order that another one had begun."""

    TYPE = "pickup.taken_over"
    LANE = Lane.PROMISES
    ABOUT = ("member", "staff", "station")

    order: str
    number: str
    taken_from: str  # the other clerk's staff id


FACTS = (PickTakenOver,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An order is collected by a clerk, at a station, since a moment. `holder`: whether the clerk is still signed in."""

    order: str
    staff: str
    station: str
    since: datetime
    holder: Holder


_CLAIMS = """select c.order_id, c.staff, c.station, c.time, max(s.seen) as seen
             from pick_claims c left join staff_sessions s on s.staff = c.staff"""


def _holder(seen: str | None, now: datetime) -> Holder:
    """Whether a clerk last `seen` then is there; None: no session of theirs is left."""
    if seen is None:
        return "signed_out"
    return "idle" if abs(now - parse_utc(seen)) > IDLE_TIMEOUT else "active"


def all_claims(db: Database, now: datetime) -> Mapping[str, Claim]:
    """The claims by order; one counts only while its order is being picked."""
    found = rows(db, f"{_CLAIMS} group by c.order_id")
    return {row["order_id"]: _claim(row, now) for row in found}


def claim_of(db: Database, order: str, now: datetime) -> Claim | None:
    """The claim on an order; it counts only while the order is being picked."""
    found = rows(db, f"{_CLAIMS} where c.order_id = ? group by c.order_id", (order,))
    return next((_claim(row, now) for row in found), None)


def _claim(row: Mapping[str, str], now: datetime) -> Claim:
    return Claim(
        order=row["order_id"],
        staff=row["staff"],
        station=row["station"],
        since=parse_utc(row["time"]),
        holder=_holder(row["seen"], now),
    )


def is_held_by_another(db: Database, order: str, staff: str) -> bool:
    """Whether somebody else has claimed an order."""
    row = first_row(db, "select staff from pick_claims where order_id = ?", (order,))
    return row is not None and row[0] != staff


def claim_order(db: Database, order: str, staff: str, station: str, now: Now) -> None:
    """Claim an order that nobody has, inside the caller's transaction."""
    sql = "insert or ignore into pick_claims (order_id, staff, station, time) values (?, ?, ?, ?)"
    db.conn.execute(sql, (order, staff, station, now.text))


def release_order(db: Database, order: str) -> None:
    """The goods are collected, or will not be; inside the caller's transaction."""
    db.conn.execute("delete from pick_claims where order_id = ?", (order,))


def take_over(db: Database, box: BoxIdentity, taken: PickTakenOver, about: FactAttributes, now: Now) -> None:
    """Another clerk goes on, inside the caller's transaction: HQ is told. Nothing happens if the claim is no longer as it was."""
    assert about.staff is not None
    assert about.station is not None
    sql = "update pick_claims set staff = ?, station = ?, time = ? where order_id = ? and staff = ?"
    changed = db.conn.execute(sql, (about.staff, about.station, now.text, taken.order, taken.taken_from)).rowcount
    if changed and about.staff != taken.taken_from:
        tell(db, box, taken, now, about)
