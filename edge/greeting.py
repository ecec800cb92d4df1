"""A member before a scanner: which codes prove who it is, how often each counts, and what they are greeted with."""

from datetime import timedelta

from edge import member, visit
from edge.case import Case
from edge.codes import totp
from edge.codes.issuers import by_gsrn
from edge.codes.meaning import MemberCode, MemberToken, WalletCode
from edge.journal import Fact, tell
from edge.outcome import CheckedIn, CodeRefused, Identified, Outcome
from edge.pickup import order as orders
from edge.shop import Shop

LATE = timedelta(minutes=5)  # how long after its end a signed code still counts as `stale`: phones and boxes drift
CARD = "card:"  # begins the name of a member HQ has not sent here: `card:<issuer>:<number>`


def by_card(case: Case, code: MemberCode) -> Outcome:
    """A card proves nothing but that somebody holds it."""
    known = member.by_card(case.shop.hq, code.issuer, code.number)
    return _member(case, known, f"{CARD}{code.issuer}:{code.number}", "static")


def by_token(case: Case, token: MemberToken) -> Outcome:
    """A signed code is used once in the whole store; one a little too old is taken and graded, a very old one refused.

    With the box's clock unset nothing can be said about age: the shopper is not refused for the box's fault.
    """
    shop, moment = case.shop, case.moment
    late = moment.time.timestamp() - token.exp
    if moment.clock != "unset" and late > LATE.total_seconds():
        return CodeRefused(why="expired")
    if not _first_use(shop, token.jti, token.exp):
        return CodeRefused(why="used")
    known = token.member if member.by_ref(shop.hq, token.member) else None
    grade: visit.Grade = "stale" if late > 0 else "fresh"
    return _member(case, known, token.member, grade)


def by_wallet(case: Case, code: WalletCode) -> Outcome:
    """A wallet pass proves itself by a password of the last minute, which only members HQ has sent here can be held to."""
    shop = case.shop
    issuer = by_gsrn(code.gsrn, shop.policy.codes.issuers)
    known = member.by_card(shop.hq, issuer, code.gsrn) if issuer else None
    person = member.by_ref(shop.hq, known) if known else None
    step = member.wallet_step(person, code.totp, int(case.moment.time.timestamp())) if person else None
    if known is None or step is None:
        return CodeRefused(why="unproven")
    if not _first_use(shop, f"totp:{code.gsrn}:{step}", (step + 2) * totp.PERIOD):
        return CodeRefused(why="used")
    return _member(case, known, f"{CARD}{issuer}:{code.gsrn}", "fresh")


def _first_use(shop: Shop, name: str, expires: int) -> bool:
    """Remember a rotating code for all scanners of the store; false where it was used before."""
    sql = "insert or ignore into used_tokens (jti, expires) values (?, ?)"
    return shop.db.conn.execute(sql, (name, expires)).rowcount == 1


def _member(case: Case, known: str | None, alias: str, grade: visit.Grade) -> Outcome:
    """Greet at a kiosk or the entrance; at a staff station only say who it is and what waits for them."""
    shop, station, cause, moment = case.shop, case.scan.station, case.cause, case.moment
    who, card = known or alias, None if known else _card(alias)
    waiting = [order.row.order for order in orders.of_member(shop.db, shop.hq, shop.box, known)] if known else []
    identified = Fact(kind="member.identified", data={"grade": grade}, member=who, station=station, causation=cause)
    tell(shop.db, shop.box, identified, moment)
    if case.by_staff or not shop.policy.check_in.on:
        return Identified(member=known, card=card, orders=waiting)
    rule, store = shop.policy.check_in, shop.config.store
    seen = visit.check_in(
        shop.db,
        shop.box,
        rule,
        visit.Visitor(member=who, alias=alias, grade=grade, station=station, causation=cause),
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
