"""A shopper calls for staff at a screen; the first clerk who goes answers the call, and HQ learns how long it took."""

from sqlite_utils import Database

from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.platform.clock import Now
from edge.platform.database import first_row


class StaffAssisted(Fact, frozen=True, kw_only=True):
    """A clerk answered a shopper's call. The fact's `station` is the screen at which they called."""

    TYPE = "staff.assisted"
    ABOUT = ("staff", "station")

    seconds: int | None  # from the call to the answer by the box's uptime; None if the box was restarted between them


FACTS = (StaffAssisted,)


def call_staff(db: Database, station: str, now: Now, gtin: str | None = None) -> None:
    """Call staff to a station, inside the caller's transaction, about the product before the shopper if there is one.

    While a call about it waits there, another one is the same; one about another product is another one.
    """
    waits = "select 1 from staff_calls where station = ? and gtin is ? and answered is null"
    if first_row(db, waits, (station, gtin)) is None:
        sql = "insert into staff_calls (station, gtin, time, boot, uptime_ms) values (?, ?, ?, ?, ?)"
        db.conn.execute(sql, (station, gtin, now.text, now.boot, now.uptime_ms))


def open_calls(db: Database) -> int:
    """How many shoppers call and nobody has gone yet."""
    return int((first_row(db, "select count(*) from staff_calls where answered is null") or (0,))[0])


def answer_call(db: Database, box: BoxIdentity, seq: int, staff: str, now: Now) -> None:
    """A clerk goes, inside the caller's transaction; a call that somebody has answered stays theirs."""
    sql = """update staff_calls set answered = ?, staff = ? where seq = ? and answered is null
             returning station, boot, uptime_ms"""
    row = first_row(db, sql, (now.text, staff, seq))
    if row is None:
        return
    station, boot, called_ms = row
    seconds = (now.uptime_ms - called_ms) // 1000 if boot == now.boot else None
    tell(db, box, StaffAssisted(seconds=seconds), now, FactAttributes(staff=staff, station=station))
