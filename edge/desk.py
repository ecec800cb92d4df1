"""A scan comes in, the noun that answers is chosen: one transaction per scan."""

import logging
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from edge import catalog, member, visit
from edge.clock import Now, now, utc_text
from edge.codes import totp
from edge.codes.issuers import by_gsrn
from edge.codes.meaning import (
    AddOn,
    BookRow,
    MemberCode,
    MemberToken,
    PickupCode,
    Product,
    StaffBadge,
    Unknown,
    WalletCode,
)
from edge.codes.read import read
from edge.journal import Fact, tell
from edge.outcome import (
    BadgeRead,
    CheckedIn,
    CodeRefused,
    Fault,
    Identified,
    NotHere,
    NotUnderstood,
    OrderOpened,
    Outcome,
    PickupArrived,
    PickupNo,
    PickupRefused,
    ProductShown,
    ProductUnknown,
    keep,
    put_on_screen,
)
from edge.pickup import order as orders
from edge.pickup.life import OPEN, Action, State
from edge.pickup.step import Request, Who, take
from edge.scan import LOGS, Scan
from edge.service import Life
from edge.shop import Shop
from edge.store import Changes, NoRoom, after, cursor, move_cursor, one, writing
from edge.thinning import tell_view

log = logging.getLogger(__name__)

TICK = 0.025  # seconds between looks at the log; a look costs 4 microseconds, and half a tick is all a scan waits
FULL_REST = 1.0  # seconds until a desk that found the disk full tries again
LATE = timedelta(minutes=5)  # how long after its end a signed code still counts as `stale`: phones and boxes drift

# A scan the desk comes to later than this (it was down, the power was cut) is kept and counts, but is not put on the
# screen: whoever held that code has gone, and somebody else stands there.
FRESH = timedelta(seconds=10)

# What is no scan's fault; a broken constraint is one, or the same scan would end the process again and again.
TROUBLE = (OSError, MemoryError, sqlite3.Error)

# A book's second row and a magazine's add-on are read with the first, by a camera, or right after it, by hand.
JOIN = timedelta(seconds=10)

CARD = "card:"  # begins the name of a member HQ has not sent here: `card:<issuer>:<number>`

SHOPPERS = frozenset({"kiosk", "entrance"})
STAFF = frozenset({"counter", "handheld"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An outcome that has been kept, where, and whether the screen there may show it."""

    seq: int
    station: str
    fresh: bool


def decide(shop: Shop, scan: Scan, cause: str, moment: Now) -> Outcome:
    """What a scan means at its station, done inside the caller's transaction."""
    place = shop.config.station(scan.station)
    role = place.role if place else "unknown"
    meaning = read(scan.data, aim=scan.aim, symbology=scan.symbology, rules=shop.policy.codes)
    match meaning:
        case Product(gtin=gtin) if role in SHOPPERS | STAFF:
            return _product(shop, scan, gtin, cause, moment)
        case MemberToken() if role in SHOPPERS | STAFF:
            return _token(shop, scan, role, meaning, cause, moment)
        case MemberCode(issuer=issuer, number=number) if role in SHOPPERS | STAFF:
            known = member.by_card(shop.hq, issuer, number)
            return _member(shop, scan, role, known, f"{CARD}{issuer}:{number}", "static", cause, moment)
        case WalletCode() if role in SHOPPERS | STAFF:
            return _wallet(shop, scan, role, meaning, cause, moment)
        case PickupCode() if role in SHOPPERS | STAFF:
            return _pickup(shop, scan, role, meaning, cause, moment)
        case BookRow() | AddOn() if role in SHOPPERS | STAFF:
            return _second_row(shop, scan, type(meaning).__name__)
        case StaffBadge(issuer=issuer, number=number) if role in STAFF:
            return _badge(shop, issuer, number)
        case Unknown(reason=reason):
            return NotUnderstood(reason=reason)
        case _:
            return NotHere(what=type(meaning).__name__)


def _product(shop: Shop, scan: Scan, gtin: str, cause: str, moment: Now) -> Outcome:
    known = catalog.product(shop.hq, gtin) is not None
    fact = Fact(kind="product.scanned", data={"gtin": gtin, "known": known}, station=scan.station, causation=cause)
    tell_view(shop.db, shop.box, fact, moment)
    return ProductShown(gtin=gtin) if known else ProductUnknown(gtin=gtin)


def _second_row(shop: Shop, scan: Scan, what: str) -> Outcome:
    """What stands beside or below a product's own code says nothing alone: the product read just before stays shown."""
    since = utc_text(scan.moment.time - JOIN)
    last = one(shop.db, "select kind, data, time from outcomes where station = ? order by seq desc", (scan.station,))
    if last and last[0] == "product" and last[2] >= since:
        return msgspec.json.decode(last[1], type=ProductShown)
    return NotHere(what=what)


def _token(shop: Shop, scan: Scan, role: str, token: MemberToken, cause: str, moment: Now) -> Outcome:
    """A signed code is used once in the whole store; one a little too old is taken and graded, a very old one refused.

    With the box's clock unset nothing can be said about age: the shopper is not refused for the box's fault.
    """
    late = moment.time.timestamp() - token.exp
    if moment.clock != "unset" and late > LATE.total_seconds():
        return CodeRefused(why="expired")
    if not _first_use(shop, token.jti, token.exp):
        return CodeRefused(why="used")
    known = token.member if member.by_ref(shop.hq, token.member) else None
    grade: visit.Grade = "stale" if late > 0 else "fresh"
    return _member(shop, scan, role, known, token.member, grade, cause, moment)


def _wallet(shop: Shop, scan: Scan, role: str, code: WalletCode, cause: str, moment: Now) -> Outcome:
    """A wallet pass proves itself by a password of the last minute, which only members HQ has sent here can be held to."""
    issuer = by_gsrn(code.gsrn, shop.policy.codes.issuers)
    known = member.by_card(shop.hq, issuer, code.gsrn) if issuer else None
    person = member.by_ref(shop.hq, known) if known else None
    step = member.wallet_step(person, code.totp, int(moment.time.timestamp())) if person else None
    if known is None or step is None:
        return CodeRefused(why="unproven")
    if not _first_use(shop, f"totp:{code.gsrn}:{step}", (step + 2) * totp.PERIOD):
        return CodeRefused(why="used")
    return _member(shop, scan, role, known, f"{CARD}{issuer}:{code.gsrn}", "fresh", cause, moment)


def _first_use(shop: Shop, name: str, expires: int) -> bool:
    """Remember a rotating code for all scanners of the store; false where it was used before."""
    sql = "insert or ignore into used_tokens (jti, expires) values (?, ?)"
    return shop.db.conn.execute(sql, (name, expires)).rowcount == 1


def _member(
    shop: Shop, scan: Scan, role: str, known: str | None, alias: str, grade: visit.Grade, cause: str, moment: Now
) -> Outcome:
    """Greet at a kiosk or the entrance; at a staff station only say who it is and what waits for them."""
    who, card = known or alias, None if known else _card(alias)
    waiting = [order.row.order for order in orders.of_member(shop.db, shop.hq, shop.box, known)] if known else []
    identified = Fact(
        kind="member.identified", data={"grade": grade}, member=who, station=scan.station, causation=cause
    )
    tell(shop.db, shop.box, identified, moment)
    if role in STAFF or not shop.policy.check_in.on:
        return Identified(member=known, card=card, orders=waiting)
    rule, store = shop.policy.check_in, shop.config.store
    seen = visit.check_in(
        shop.db,
        shop.box,
        rule,
        visit.Visitor(member=who, alias=alias, grade=grade, station=scan.station, causation=cause),
        moment,
        visit.Day(zone=shop.config.zone, starts=store.day_starts),
    )
    return CheckedIn(
        member=known,
        card=card,
        first=seen.first,
        time=seen.time,
        miles=rule.miles if seen.first else 0,
        grade=grade,
        orders=waiting,
    )


def _card(alias: str) -> str | None:
    """The card that HQ can be asked about; a signed code names its member and carries none."""
    return alias.removeprefix(CARD) if alias.startswith(CARD) else None


# What a shopper or clerk is told of an order that cannot be handed over.
_NO: dict[State, PickupNo] = {
    State.HANDED_OVER: "handed_over",
    State.RETURNED: "handed_over",
    State.CANCELLED: "cancelled",
    State.REJECTED: "rejected",
    State.UNFULFILLABLE: "rejected",
    State.RESTOCKED: "gone",
}


def _pickup(shop: Shop, scan: Scan, role: str, code: PickupCode, cause: str, moment: Now) -> Outcome:
    """A pickup code: at a kiosk "I am here", at a staff station the proof for a hand-over."""
    order = orders.find(shop.db, shop.hq, shop.box, code.order)
    if order is None:
        return PickupRefused(why="unknown")
    row = order.row
    if row.store != shop.box.store:
        return PickupRefused(why="other_store", store=row.store)
    if not orders.holds(row, code.secret):
        return PickupRefused(why="wrong_secret")
    if no := _NO.get(order.state):
        return PickupRefused(why=no, order=row.order, number=row.number)
    if role in STAFF:
        return OrderOpened(order=row.order, number=row.number)
    if order.arrived_at is None:
        who = Who(station=scan.station, causation=cause)
        request = Request(key=f"arrive:{cause}", order=row.order, action=Action.ARRIVE, who=who)
        order = take(shop.db, shop.hq, shop.box, request, moment)
    ready = order.state not in OPEN - {State.READY, State.ARRIVED}
    return PickupArrived(order=row.order, number=row.number, ready=ready)


def _badge(shop: Shop, issuer: str, number: str) -> Outcome:
    row = one(
        shop.hq,
        "select staff.key from staff, json_each(staff.body, '$.badges') where json_each.value = ?",
        (f"{issuer}:{number}",),
    )
    return BadgeRead(staff=row[0]) if row else NotHere(what="StaffBadge")


def answer(shop: Shop, scan_log: str, scan: Scan) -> Answered:
    """Answer one scan in one transaction: outcome, facts and cursor move together.

    The scan's own moment decides (which day a visit counts for, whether a code has expired), however late the desk comes
    to it. A bug in a decision costs its own scan alone: it becomes the outcome `fault`, with the trace in the log.
    """
    cause = f"{scan_log}/{scan.seq}"
    try:
        with writing(shop.db):
            return _settle(shop, scan_log, scan, decide(shop, scan, cause, scan.moment))
    except NoRoom:
        raise  # the scan is kept and waits
    except Exception as error:
        if isinstance(error, TROUBLE) and not isinstance(error, sqlite3.IntegrityError):
            raise  # the card or the database, not this scan: the process ends and begins anew
        trace = secrets.token_hex(4)
        log.exception("scan %s is a fault, trace %s", cause, trace)
        with writing(shop.db):
            return _settle(shop, scan_log, scan, Fault(trace=trace))


def _settle(shop: Shop, scan_log: str, scan: Scan, outcome: Outcome) -> Answered:
    moment = now()
    seq = keep(shop.db, scan_log, scan.seq, scan.station, outcome, moment)
    fresh = scan.boot == moment.boot and moment.uptime_ms - scan.uptime_ms <= FRESH.total_seconds() * 1000
    if fresh:
        put_on_screen(shop.db, scan.station, seq, moment)
    move_cursor(shop.db, f"desk:{scan_log}", scan.seq)
    return Answered(seq=seq, station=scan.station, fresh=fresh)


def catch_up(shop: Shop, tell_screens: Callable[[Answered], None], life: Life) -> None:
    """Answer every scan that waits, in order; in a long backlog each scan is a round of the loop."""
    for scan_log in LOGS:
        while waiting := after(shop.db, scan_log, Scan, cursor(shop.db, f"desk:{scan_log}")):
            for scan in waiting:
                if not life.goes_on():
                    return
                tell_screens(answer(shop, scan_log, scan))


def work(shop: Shop, tell_screens: Callable[[Answered], None], life: Life) -> None:
    """The desk's day: look, answer, rest. On a full disk the scans wait where they are, and so does the desk."""
    changes, full = Changes(shop.db), False
    while life.goes_on():
        if changes.seen() or full:
            was_full, full = full, not _caught_up(shop, tell_screens, life)
            if full and not was_full:
                log.error("no room on the disk: scans wait until there is")
        life.rest(FULL_REST if full else TICK)


def _caught_up(shop: Shop, tell_screens: Callable[[Answered], None], life: Life) -> bool:
    """Whether all that waited was answered; false where the disk is full."""
    try:
        catch_up(shop, tell_screens, life)
    except NoRoom:
        return False
    return True
