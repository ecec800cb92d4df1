"""Coupons: an offer that counts is given to a member of its audience at check-in; HQ is told, also of an offer that came late."""

from datetime import timedelta

from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import tell
from edge.features import member as members
from edge.features.check_in import CheckedIn
from edge.features.expiring_table import ROWID_IN_PAGE_SQL, ExpiringTable
from edge.features.member import Member
from edge.features.offer.row import Offer
from edge.platform.clock import Now, now, utc_text
from edge.platform.database import first_row, writing
from edge.replica import hq_replica
from edge.scan.context import ScanContext
from edge.store_context import StoreContext

LATE_REPORT_WINDOW = timedelta(days=1)  # an offer that ended longer ago is history, such as a new box receives
# What has ended is not even decoded: a chain may keep the offers of years. HQ writes moments in any zone.
# A form that julianday does not know is decoded, and `Offer.counts` decides.
CHECK_IN_OFFERS_SQL = """json_valid(body) and json_extract(body, '$.on') = 'check_in'
                 and coalesce(julianday(json_extract(body, '$.ends')) > julianday(?), 1)"""
JULIANDAY_ROUNDING = timedelta(seconds=1)  # of julianday, generously


class CouponShown(Fact, frozen=True, kw_only=True):
    """A member was given a coupon of an offer, on the screen of their check-in."""

    TYPE = "coupon.shown"
    ABOUT = ("member", "station", "causation")

    offer: str
    ends: str  # the offer's end as the box knew it
    unsure: bool  # the box's clock was unset


class CouponLate(Fact, frozen=True, kw_only=True):
    """This store came to know an offer only after its end, and has shown it to nobody."""

    TYPE = "coupon.late"

    offer: str
    ends: str


FACTS = (CouponShown, CouponLate)

COUPONS_TABLE = ExpiringTable(
    name="coupons",
    # one of an offer with a quota or single use stays until the offer has ended by HQ's last word: they count by it
    expired=f"""select t.rowid from coupons t left join hq.offers q on q.key = t.offer and json_valid(q.body)
                and (json_extract(q.body, '$.quota') is not null or json_extract(q.body, '$.single_use'))
                and coalesce(julianday(json_extract(q.body, '$.ends')) > julianday(:before), 1)
                where {ROWID_IN_PAGE_SQL} and q.key is null""",
)


def give_coupons(case: ScanContext, seen: CheckedIn) -> None:
    """Give a member the coupons of all offers that count now, inside the scan's transaction; each once a visit.

    A quota is counted here, where scans of all stations are answered one by one, so it is never exceeded. Somebody whom HQ
    has not sent to this store gets none: nobody knows their audience, and a coupon belongs to a member.
    """
    shop, moment = case.shop, case.moment
    person = members.member_by_reference(shop.hq, seen.member) if seen.member else None
    if person is None:
        return
    for offer in offers_for(shop, person, moment):
        if _may_be_given(shop, offer, person.member, seen.time):
            _give(case, offer, person.member, seen.time)


def offers_for(shop: StoreContext, person: Member, now: Now) -> list[Offer]:
    """The offers at check-in that count for a member now, in the order of their ends."""
    at_check_in = hq_replica.rows_where(
        shop.hq, "offers", Offer, CHECK_IN_OFFERS_SQL, (utc_text(now.time - JULIANDAY_ROUNDING),)
    )
    found = (offer for offer in at_check_in if offer.is_in_force(now.time))
    mine = (offer for offer in found if offer.is_for(person.member, person.segment, person.stage))
    return sorted(mine, key=lambda offer: (offer.ends, offer.offer))


def _may_be_given(shop: StoreContext, offer: Offer, member: str, visit: str) -> bool:
    """Within quota and single use, which begin anew if HQ lets an offer begin again under its old name."""
    of_visit = "select 1 from coupons where offer = ? and member = ? and visit = ?"
    if first_row(shop.db, of_visit, (offer.offer, member, visit)):
        return False
    since = (offer.offer, utc_text(offer.begins))
    of_member = "select 1 from coupons where offer = ? and time >= ? and member = ?"
    if offer.single_use and first_row(shop.db, of_member, (*since, member)):
        return False
    if offer.quota is None:
        return True
    (given,) = first_row(shop.db, "select count(*) from coupons where offer = ? and time >= ?", since) or (0,)
    return bool(given < offer.quota)


def _give(case: ScanContext, offer: Offer, member: str, visit: str) -> None:
    shop, moment, ends = case.shop, case.moment, utc_text(offer.ends)
    shop.db.conn.execute(
        "insert into coupons (offer, member, visit, station, time) values (?, ?, ?, ?, ?)",
        (offer.offer, member, visit, case.scan.station, moment.text),
    )
    about = FactAttributes(member=member, station=case.scan.station, causation=case.cause)
    shown = CouponShown(offer=offer.offer, ends=ends, unsure=moment.clock == "unset")
    tell(shop.db, shop.box, shown, moment, about)


def coupons_of(shop: StoreContext, seen: CheckedIn, now: Now) -> list[Offer]:
    """The offers of which a member was given a coupon, on this visit or before, and that count now."""
    person = members.member_by_reference(shop.hq, seen.member) if seen.member else None
    if person is None:
        return []
    sql = "select offer, max(time) from coupons where member = ? group by offer"
    given = dict(shop.db.conn.execute(sql, (person.member,)).fetchall())
    return [offer for offer in offers_for(shop, person, now) if given.get(offer.offer, "") >= utc_text(offer.begins)]


def note_offers(shop: StoreContext) -> None:
    """Remember the offers that this store knows, with their ends, and tell HQ of each that it knows only after its end, once.

    With the clock unset nobody knows what has ended: nothing is remembered, and the watcher looks again once it is set.
    """
    moment = now()
    if moment.clock == "unset":
        return
    known = dict(shop.db.conn.execute("select offer, ends from offers_seen").fetchall())
    here = hq_replica.rows_where(shop.hq, "offers", Offer)
    new = [offer for offer in here if known.get(offer.offer) != utc_text(offer.ends)]
    if not new:
        return
    with writing(shop.db):
        for offer in new:
            ends = utc_text(offer.ends)
            shop.db.conn.execute("insert or replace into offers_seen (offer, ends) values (?, ?)", (offer.offer, ends))
            was_known = known.get(offer.offer, "") > utc_text(
                offer.begins
            )  # HQ has moved the end of an offer that began
            if not was_known and timedelta(0) <= moment.time - offer.ends < LATE_REPORT_WINDOW:
                tell(shop.db, shop.box, CouponLate(offer=offer.offer, ends=ends), moment)
