"""Coupons: an offer that counts is given to a member of its audience at check-in; HQ is told, also of an offer that came late."""

from datetime import timedelta

from msgspec import Struct

from edge.facts.fact import About, Fact
from edge.facts.journal import tell
from edge.features import member as members
from edge.features.check_in import CheckedIn
from edge.features.member import Member
from edge.features.offer.row import Offer
from edge.platform.clock import Now, now, utc_text
from edge.platform.database import one, values, writing
from edge.replica import hq_replica
from edge.scan.context import ScanContext
from edge.store_context import StoreContext

LATE_WITHIN = timedelta(days=1)  # an offer that ended longer ago is history, such as a new box receives
# What has ended is not even decoded: a chain may keep the offers of years. HQ writes moments in any zone.
AT_CHECK_IN = "json_extract(body, '$.on') = 'check_in' and julianday(json_extract(body, '$.ends')) > julianday(?)"
ROUNDING = timedelta(seconds=1)  # of julianday, generously


class CouponShown(Fact, frozen=True, kw_only=True):
    """A member was given a coupon of an offer, on the screen of their check-in."""

    TYPE = "coupon.shown"
    ABOUT = ("member", "station", "causation")

    offer: str
    ends: str  # the offer's end as the box knew it
    unsure: bool  # the box's clock was unset


class CouponLate(Fact, frozen=True, kw_only=True):
    """An offer reached this store after its end, and was shown to nobody here."""

    TYPE = "coupon.late"

    offer: str
    ends: str


FACTS = (CouponShown, CouponLate)


class Coupon(Struct, frozen=True, kw_only=True):
    """A row of `coupons`: what a member was given, on which visit (the time of its check-in)."""

    offer: str
    member: str
    visit: str
    station: str
    time: str
    ends: str


def give(case: ScanContext, seen: CheckedIn) -> None:
    """Give a member the coupons of all offers that count now, inside the scan's transaction; each once a visit.

    A quota is counted here, where scans of all stations are answered one by one, so it is never exceeded. Somebody whom HQ
    has not sent to this store gets none: nobody knows their audience, and a coupon belongs to a member.
    """
    shop, moment = case.shop, case.moment
    person = members.by_ref(shop.hq, seen.member) if seen.member else None
    if person is None:
        return
    for offer in offers_for(shop, person, moment):
        if _may_be_given(shop, offer, person.member, seen.time):
            _give(case, offer, person.member, seen.time)


def offers_for(shop: StoreContext, person: Member, now: Now) -> list[Offer]:
    """The offers at check-in that count for a member now, in the order of their ends."""
    at_check_in = hq_replica.rows_where(shop.hq, "offers", Offer, AT_CHECK_IN, (utc_text(now.time - ROUNDING),))
    found = (offer for offer in at_check_in if offer.counts(now.time))
    mine = (offer for offer in found if offer.is_for(person.member, person.segment, person.stage))
    return sorted(mine, key=lambda offer: (offer.ends, offer.offer))


def _may_be_given(shop: StoreContext, offer: Offer, member: str, visit: str) -> bool:
    """Within quota and single use, which begin anew if HQ lets an offer begin again under its old name."""
    of_visit = "select 1 from coupons where offer = ? and member = ? and visit = ?"
    if one(shop.db, of_visit, (offer.offer, member, visit)):
        return False
    since = (offer.offer, utc_text(offer.begins))
    of_member = "select 1 from coupons where offer = ? and time >= ? and member = ?"
    if offer.single_use and one(shop.db, of_member, (*since, member)):
        return False
    if offer.quota is None:
        return True
    (given,) = one(shop.db, "select count(*) from coupons where offer = ? and time >= ?", since) or (0,)
    return bool(given < offer.quota)


def _give(case: ScanContext, offer: Offer, member: str, visit: str) -> None:
    shop, moment, ends = case.shop, case.moment, utc_text(offer.ends)
    shop.db.conn.execute(
        "insert into coupons (offer, member, visit, station, time, ends) values (?, ?, ?, ?, ?, ?)",
        (offer.offer, member, visit, case.scan.station, moment.text, ends),
    )
    about = About(member=member, station=case.scan.station, causation=case.cause)
    shown = CouponShown(offer=offer.offer, ends=ends, unsure=moment.clock == "unset")
    tell(shop.db, shop.box, shown, moment, about)


def coupons_of(shop: StoreContext, seen: CheckedIn, now: Now) -> list[Offer]:
    """The offers of which a member was given a coupon, on this visit or before, and that count now."""
    person = members.by_ref(shop.hq, seen.member) if seen.member else None
    if person is None:
        return []
    sql = "select * from coupons where member = ?"
    given = {coupon.offer for coupon in values(shop.db, Coupon, sql, (person.member,))}
    return [offer for offer in offers_for(shop, person, now) if offer.offer in given]


def note_offers(shop: StoreContext) -> None:
    """Remember the offers that have reached this store, with their ends, and tell HQ of each that came after it, once."""
    known = set(shop.db.conn.execute("select offer, ends from offers_seen").fetchall())
    here = hq_replica.rows_where(shop.hq, "offers", Offer)
    new = [offer for offer in here if (offer.offer, utc_text(offer.ends)) not in known]
    if not new:
        return
    moment = now()
    with writing(shop.db):
        for offer in new:
            ends = utc_text(offer.ends)
            shop.db.conn.execute("insert into offers_seen (offer, ends) values (?, ?)", (offer.offer, ends))
            late = moment.time - offer.ends
            if moment.clock != "unset" and timedelta(0) <= late < LATE_WITHIN:
                tell(shop.db, shop.box, CouponLate(offer=offer.offer, ends=ends), moment)
