"""How a clerk knows that the goods go to the right person, and what is noted when they look at a name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from edge.facts.fact import FactAttributes
from edge.facts.journal import tell
from edge.features.outcome import last_seq
from edge.features.pickup import piece_ticks
from edge.features.pickup.facts import IdentityRefused, UnusualLooks, ViewedMember
from edge.features.pickup.order import OrderRow
from edge.features.staff.sessions import Session, writing_as
from edge.platform import attempt_counter
from edge.platform.clock import Now, parse_utc
from edge.platform.database import first_row
from edge.platform.idempotency_marks import clear_mark, read_mark, set_mark
from edge.store_context import StoreContext

PROOF_LIFETIME = timedelta(
    minutes=10
)  # a code that was read, or a name that was opened, longer ago was somebody's who may have left
NAME_VIEWS_KEY = "looks"

NameViewReason = Literal["pickup_code", "name_check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRead:
    """A shopper's pickup code was read at this very station: the outcome's seq, its scan, and when."""

    seq: int
    scan: str
    at: datetime


def _void(station: str, order: str) -> str:
    return f"staff:void:{station}:{order}"


def _since(session: Session) -> str:
    return f"staff:since:{session.id}"


def _viewed(station: str, order: str) -> str:
    return f"staff:viewed:{station}:{order}"


def _checking(session: Session, order: str) -> str:
    """Bound to the session: the next clerk asks for the name again."""
    return f"staff:check:{session.id}:{order}"


def _seen(session: Session, order: str) -> str:
    return _checking(session, order).replace("staff:check:", "staff:seen:")


def _forgiven(session: Session, order: str) -> str:
    return _checking(session, order).replace("staff:check:", "staff:forgiven:")


def last_visitor_mark(session: Session) -> str:
    """The mark of the visitor whose page this session has looked at last: the outcome's seq."""
    return _checking(session, "").replace("staff:check:", "staff:visited:")


def proof_by_code(shop: StoreContext, session: Session, order: str, now: Now) -> CodeRead | None:
    """The proof by pickup code: the last code read at the session's station is this order's, not voided, at most LASTS ago.

    It counts for who was signed in when it was read: the next one reads it again.
    """
    row = first_row(
        shop.db,
        """select seq, log, scan, time, json_extract(data, '$.order') from outcomes
           where station = ? and kind = 'order_opened' order by seq desc limit 1""",
        (session.station,),
    )
    void = max(read_mark(shop.db, _void(session.station, order)), read_mark(shop.db, _since(session)))
    if row is None or row[4] != order or row[0] <= void:
        return None
    at = parse_utc(row[3])
    return CodeRead(seq=row[0], scan=f"{row[1]}/{row[2]}", at=at) if abs(now.time - at) <= PROOF_LIFETIME else None


def forget_earlier_reads(shop: StoreContext, session: Session, now: Now) -> None:
    """A clerk signs in, inside the caller's transaction: what was read before proves nothing to them."""
    set_mark(shop.db, _since(session), last_seq(shop.db), now)


def is_checking(shop: StoreContext, session: Session, order: str, now: Now) -> bool:
    """Whether this clerk has opened the name of an order, to compare it with what the shopper says, at most LASTS ago."""
    row = first_row(shop.db, "select time from marks where name = ?", (_checking(session, order),))
    return row is not None and abs(now.time - parse_utc(row[0])) <= PROOF_LIFETIME


def _about(session: Session, row: OrderRow) -> FactAttributes:
    return FactAttributes(member=row.member, staff=session.staff.staff, station=session.station)


def note_view(
    shop: StoreContext, session: Session, row: OrderRow, read: CodeRead | None, now: Now, *, quiet: bool = False
) -> None:
    """A named order is viewed: record every view, and whether it is a repeated one for the same reading or opening.

    `quiet`: the page says that it fetched this by itself. It counts only if a view was recorded before: anybody can send it.
    """
    why: NameViewReason = "pickup_code" if read else "name_check"
    name = _viewed(session.station, row.order) if read else _seen(session, row.order)
    opened = read.seq if read else read_mark(shop.db, _checking(session, row.order))
    if quiet and read_mark(shop.db, name) >= opened:
        return
    with writing_as(shop.db, session):
        again = read_mark(shop.db, name) >= opened
        viewed = ViewedMember(order=row.order, number=row.number, why=why, again=again)
        tell(shop.db, shop.box, viewed, now, _about(session, row))
        set_mark(shop.db, name, opened, now)


def check_name(shop: StoreContext, session: Session, row: OrderRow, now: Now) -> bool:
    """The clerk asks for the name, to compare it; False if they have opened too many in a row and must wait.

    A clerk who opens one name after another and hands nothing over reads a list of customers: it is reported to HQ.
    """
    most, who = shop.policy.proofs.names_in_row, session.staff.staff
    with writing_as(shop.db, session):
        if is_checking(shop, session, row.order, now):
            return True
        if attempt_counter.failed_attempts(shop.db, NAME_VIEWS_KEY, who, PROOF_LIFETIME, now) >= most:
            return False
        if attempt_counter.add_attempt(shop.db, NAME_VIEWS_KEY, who, PROOF_LIFETIME, now) == most:
            looks = UnusualLooks(names=most, minutes=round(PROOF_LIFETIME.total_seconds() / 60))
            tell(shop.db, shop.box, looks, now, FactAttributes(staff=who, station=session.station))
        set_mark(shop.db, _checking(session, row.order), now.uptime_ms, now)
    return True


def note_handed_over(shop: StoreContext, session: Session, order: str, now: Now) -> None:
    """The goods went to the person, inside the caller's transaction: the view had its reason, and no longer counts."""
    if read_mark(shop.db, _checking(session, order)):
        attempt_counter.forgive_attempt(shop.db, NAME_VIEWS_KEY, session.staff.staff, PROOF_LIFETIME, now)
        set_mark(shop.db, _forgiven(session, order), 1, now)
    close_full_name(shop, session, order)


def note_taken_back(shop: StoreContext, session: Session, order: str, now: Now) -> None:
    """The hand-over was taken back, inside the caller's transaction: the view counts again."""
    if read_mark(shop.db, _forgiven(session, order)):
        attempt_counter.add_attempt(shop.db, NAME_VIEWS_KEY, session.staff.staff, PROOF_LIFETIME, now)
        clear_mark(shop.db, _forgiven(session, order))


def close_full_name(shop: StoreContext, session: Session, order: str) -> None:
    """The name is closed, inside the caller's transaction: to see it again is another opening."""
    clear_mark(shop.db, _checking(session, order))


def refuse_identity(shop: StoreContext, session: Session, row: OrderRow, key: str, now: Now) -> None:
    """The person is another one: recorded once for a form; the earlier proof and ticks no longer count."""
    asked = int(key[:15], 16)  # 60 bits of the form's key fit a mark
    once = f"staff:refused:{session.station}:{row.order}"
    with writing_as(shop.db, session):
        if read_mark(shop.db, once) != asked:
            refused = IdentityRefused(order=row.order, number=row.number)
            tell(shop.db, shop.box, refused, now, _about(session, row))
            set_mark(shop.db, once, asked, now)
        set_mark(shop.db, _void(session.station, row.order), last_seq(shop.db), now)
        close_full_name(shop, session, row.order)
        piece_ticks.untick_order(shop.db, row.order)
