"""What a scan means at its station: the noun that answers is chosen, and does it inside the caller's transaction."""

from datetime import timedelta

import msgspec

from edge import catalog, greeting
from edge.case import Case
from edge.clock import utc_text
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
from edge.journal import Fact
from edge.outcome import (
    BadgeRead,
    NotHere,
    NotUnderstood,
    OrderOpened,
    Outcome,
    PickupArrived,
    PickupNo,
    PickupRefused,
    ProductShown,
    ProductUnknown,
)
from edge.pickup import order as orders
from edge.pickup.life import OPEN, Action, State
from edge.pickup.step import Request, Who, take
from edge.store import one
from edge.thinning import tell_view

# A book's second row and a magazine's add-on are read with the first, by a camera, or right after it, by hand.
JOIN = timedelta(seconds=10)


def decide(case: Case) -> Outcome:
    """What the scan comes to; its facts are told, and what it changes is changed."""
    scan, answers, by_staff = case.scan, case.answers, case.by_staff
    meaning = read(scan.data, aim=scan.aim, symbology=scan.symbology, rules=case.shop.policy.codes)
    match meaning:
        case Product(gtin=gtin) if answers:
            return _product(case, gtin)
        case MemberToken() if answers:
            return greeting.by_token(case, meaning)
        case MemberCode() if answers:
            return greeting.by_card(case, meaning)
        case WalletCode() if answers:
            return greeting.by_wallet(case, meaning)
        case PickupCode() if answers:
            return _pickup(case, meaning)
        case BookRow() | AddOn() if answers:
            return _second_row(case, type(meaning).__name__)
        case StaffBadge(issuer=issuer, number=number) if by_staff:
            return _badge(case, issuer, number)
        case Unknown(reason=reason):
            return NotUnderstood(reason=reason)
        case _:
            return NotHere(what=type(meaning).__name__)


def _product(case: Case, gtin: str) -> Outcome:
    shop, scan = case.shop, case.scan
    known = catalog.product(shop.hq, gtin) is not None
    data = {"gtin": gtin, "known": known}
    fact = Fact(kind="product.scanned", data=data, station=scan.station, causation=case.cause)
    tell_view(shop.db, shop.box, fact, case.moment)
    return ProductShown(gtin=gtin) if known else ProductUnknown(gtin=gtin)


def _second_row(case: Case, what: str) -> Outcome:
    """What stands beside or below a product's own code says nothing alone: the product read just before stays shown."""
    since = utc_text(case.moment.time - JOIN)
    sql = "select kind, data, time from outcomes where station = ? order by seq desc"
    last = one(case.shop.db, sql, (case.scan.station,))
    if last and last[0] == "product" and last[2] >= since:
        return msgspec.json.decode(last[1], type=ProductShown)
    return NotHere(what=what)


# What a shopper or clerk is told of an order that cannot be handed over.
_NO: dict[State, PickupNo] = {
    State.HANDED_OVER: "handed_over",
    State.RETURNED: "handed_over",
    State.CANCELLED: "cancelled",
    State.REJECTED: "rejected",
    State.UNFULFILLABLE: "rejected",
    State.RESTOCKED: "gone",
}


def _pickup(case: Case, code: PickupCode) -> Outcome:
    """A pickup code: at a kiosk "I am here", at a staff station the proof for a hand-over."""
    shop = case.shop
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
    if case.by_staff:
        return OrderOpened(order=row.order, number=row.number)
    if order.arrived_at is None:
        who = Who(station=case.scan.station, causation=case.cause)
        request = Request(key=f"arrive:{case.cause}", order=row.order, action=Action.ARRIVE, who=who)
        order = take(shop.db, shop.hq, shop.box, request, case.moment)
    ready = order.state not in OPEN - {State.READY, State.ARRIVED}
    return PickupArrived(order=row.order, number=row.number, ready=ready)


def _badge(case: Case, issuer: str, number: str) -> Outcome:
    row = one(
        case.shop.hq,
        "select staff.key from staff, json_each(staff.body, '$.badges') where json_each.value = ?",
        (f"{issuer}:{number}",),
    )
    return BadgeRead(staff=row[0]) if row else NotHere(what="StaffBadge")
