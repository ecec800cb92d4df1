"""How a clerk knows that the goods go to the right person, and what is noted when they look at a name."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from edge.clock import Now, parse_utc
from edge.journal import Fact, tell
from edge.marks import clear_mark, mark, set_mark
from edge.outcome import last_seq
from edge.pickup.order import OrderRow
from edge.shop import Shop
from edge.staff import Session
from edge.store import one, writing

LASTS = timedelta(minutes=10)  # a code that was read longer ago was somebody's who may have left

Why = Literal["pickup_code", "name_check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRead:
    """A shopper's pickup code was read at this very station: the outcome's seq, its scan, and when."""

    seq: int
    scan: str
    at: datetime


def _void(station: str, order: str) -> str:
    return f"staff:void:{station}:{order}"


def _since(station: str) -> str:
    return f"staff:since:{station}"


def _viewed(station: str, order: str) -> str:
    return f"staff:viewed:{station}:{order}"


def _checking(session: Session, order: str) -> str:
    """Bound to the session: the next clerk asks for the name again."""
    return f"staff:check:{hashlib.sha256(session.token.encode()).hexdigest()[:16]}:{order}"


def by_code(shop: Shop, station: str, order: str, now: Now) -> CodeRead | None:
    """The proof by pickup code: the last code read at `station` is this order's, not voided, at most LASTS ago.

    It counts for the clerk who was signed in when it was read: the next one reads it again.
    """
    row = one(
        shop.db,
        """select seq, log, scan, time, json_extract(data, '$.order') from outcomes
           where station = ? and kind = 'order_opened' order by seq desc limit 1""",
        (station,),
    )
    void = max(mark(shop.db, _void(station, order)), mark(shop.db, _since(station)))
    if row is None or row[4] != order or row[0] <= void:
        return None
    at = parse_utc(row[3])
    return CodeRead(seq=row[0], scan=f"{row[1]}/{row[2]}", at=at) if now.time - at <= LASTS else None


def start_anew(shop: Shop, station: str, now: Now) -> None:
    """Somebody signs in, inside the caller's transaction: what was read before proves nothing to them."""
    set_mark(shop.db, _since(station), last_seq(shop.db), now)


def is_checking(shop: Shop, session: Session, order: str) -> bool:
    """Whether this clerk has opened the name of an order to compare it with what the shopper says."""
    return mark(shop.db, _checking(session, order)) > 0


def _tell_view(shop: Shop, session: Session, row: OrderRow, why: Why, now: Now) -> int:
    fact = Fact(
        kind="staff.viewed_member",
        data={"order": row.order, "number": row.number, "why": why},
        member=row.member,
        staff=session.staff.staff,
        station=session.station,
    )
    return tell(shop.db, shop.box, fact, now)


def note_view(shop: Shop, session: Session, row: OrderRow, read: CodeRead, now: Now) -> None:
    """A named order is looked at: told once for each reading of its code."""
    name = _viewed(session.station, row.order)
    if mark(shop.db, name) >= read.seq:
        return
    with writing(shop.db):
        if mark(shop.db, name) < read.seq:
            _tell_view(shop, session, row, "pickup_code", now)
            set_mark(shop.db, name, read.seq, now)


def check_name(shop: Shop, session: Session, row: OrderRow, now: Now) -> None:
    """The clerk asks for the name, to compare it; told once until the order is closed again."""
    with writing(shop.db):
        if not is_checking(shop, session, row.order):
            fact = _tell_view(shop, session, row, "name_check", now)
            set_mark(shop.db, _checking(session, row.order), fact, now)


def forget(shop: Shop, session: Session, order: str) -> None:
    """The name is put away, inside the caller's transaction: to see it again is another opening."""
    clear_mark(shop.db, _checking(session, order))


def refuse(shop: Shop, session: Session, row: OrderRow, key: str, now: Now) -> None:
    """It is not them: told once for a form, and what was proven counts no more."""
    asked = int(key[:15], 16)  # 60 bits of the form's key fit a mark
    once = f"staff:refused:{session.station}:{row.order}"
    with writing(shop.db):
        if mark(shop.db, once) != asked:
            data = {"order": row.order, "number": row.number}
            who = {"member": row.member, "staff": session.staff.staff, "station": session.station}
            tell(shop.db, shop.box, Fact(kind="pickup.identity_refused", data=data, **who), now)
            set_mark(shop.db, once, asked, now)
        set_mark(shop.db, _void(session.station, row.order), last_seq(shop.db), now)
        forget(shop, session, row.order)
