"""A member before a scanner: which codes prove who it is, how often each counts, and what they are greeted with."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from msgspec import field

from edge.codes.issued import totp
from edge.codes.issued.issuers import issuer_of_gsrn
from edge.codes.parsed_code import CARD_ALIAS, MemberCode, MemberToken, WalletCode
from edge.config.station_role import SUPPORTED_ROLES
from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import tell
from edge.features import member, visit
from edge.features.expiring_table import ROWID_IN_PAGE_SQL, ExpiringTable
from edge.features.feature import Feature, Feed
from edge.features.outcome import Outcome
from edge.features.pickup import order as orders
from edge.platform.clock import now
from edge.platform.database import first_row
from edge.replica import hq_query
from edge.scan import guessing
from edge.scan.context import ScanContext
from edge.scan.guessing import GuessCounter
from edge.store_context import StoreContext

STALE_CODE_WINDOW = timedelta(
    minutes=5
)  # how long after its end a signed code still counts as `stale`: phones and boxes drift

MEMBER_SHOWN_FOR = timedelta(seconds=5)  # after a scan; so long the person is assumed to be still there


class MemberIdentified(Fact, frozen=True, kw_only=True):
    """A member's code was read; `member` is HQ's pseudonym, or `card:<issuer>:<number>` if HQ has sent none."""

    TYPE = "member.identified"
    ABOUT = ("member", "station", "causation")

    grade: visit.ProofGrade  # how well the code proves who holds it


class CheckedIn(Outcome, frozen=True, kw_only=True, tag="checked_in"):
    """A member was greeted; `member` is None if HQ has not sent them to this store. `first` is false for a repeat.

    `card` (`issuer:number`), or `ref` if a signed code names them, is there for a member who is not known here: HQ may say in
    a moment who it is. `asked` is the question that was put with what they showed (edge/replica/hq_query.py).
    """

    member: str | None
    card: str | None = None
    ref: str | None = None
    asked: int | None = None
    first: bool
    time: str
    miles: int
    grade: visit.ProofGrade
    orders: list[str] = field(default_factory=list)


class Identified(Outcome, frozen=True, kw_only=True, tag="identified"):
    """Staff read a member's code: who it is and what is waiting for them; `card`, `ref`, `asked` as in CheckedIn."""

    member: str | None
    card: str | None = None
    ref: str | None = None
    asked: int | None = None
    orders: list[str] = field(default_factory=list)


class CodeRefused(Outcome, frozen=True, kw_only=True, tag="code_refused"):
    """A rotating code that is too old, was used before, or cannot be confirmed in this store.

    `too_many`: wrong ones were tried before it, so that for a while not even the right one counts.
    """

    why: Literal["expired", "used", "unproven", "too_many"]


def check_in_by_card(case: ScanContext, code: MemberCode) -> Outcome:
    """A card proves only that a person holds it."""
    known = member.member_by_card(case.shop.hq, code.issuer, code.number)
    return _member(case, known, f"{CARD_ALIAS}{code.issuer}:{code.number}", "static")


def check_in_by_token(case: ScanContext, token: MemberToken) -> Outcome:
    """A signed code is used once in the whole store; one a little too old is taken and graded, a very old one refused.

    One made to live longer than the policy allows is none: whoever got hold of a phone for a minute would have a code for
    years. With the box's clock unset nothing can be said about age: the shopper is not refused for the box's fault. A code
    that was signed in our future shows that the clock is behind: how old it is nobody knows, so it is not `fresh`.
    """
    shop, moment, proofs = case.shop, case.moment, case.shop.policy.proofs
    sure, here = moment.clock != "unset", moment.time.timestamp()
    if token.exp - token.iat > proofs.token_life_s:
        return CodeRefused(why="unproven")
    late, ahead = here - token.exp, token.iat - here
    if sure and late > STALE_CODE_WINDOW.total_seconds():
        return CodeRefused(why="expired")
    if not _first_use(shop, token.jti, token.exp):
        return CodeRefused(why="used")
    known = token.member if member.member_by_reference(shop.hq, token.member) else None
    fresh = sure and late <= 0 and ahead <= proofs.token_ahead_s
    asked = None if known else _ask(case, {"token": token.signed})
    return _member(case, known, token.member, "fresh" if fresh else "stale", asked)


def check_in_by_wallet(case: ScanContext, code: WalletCode) -> Outcome:
    """A wallet pass proves itself by a password of the last minute, which only members HQ has sent here can be held to.

    Of anybody else it is what a card of that number is, and HQ, which can hold them to it, is asked with the password. Wrong
    ones are counted by member and by station; beyond the policy's number even the right one waits. With the box's clock
    unset nobody knows which password that is: the pass is what a card is, whatever it shows.
    """
    shop = case.shop
    issuer = issuer_of_gsrn(code.gsrn, shop.policy.codes.issuers)
    known = member.member_by_card(shop.hq, issuer, code.gsrn) if issuer else None
    person = member.member_by_reference(shop.hq, known) if known else None
    if issuer is None:
        return CodeRefused(why="unproven")
    if person is None or known is None:
        card = f"{issuer}:{code.gsrn}"
        asked = _ask(case, {"card": card, "totp": code.totp})
        return _member(case, None, f"{CARD_ALIAS}{card}", "static", asked)
    alias, here = f"{CARD_ALIAS}{issuer}:{code.gsrn}", int(case.moment.time.timestamp())
    if person.wallet_secret and case.moment.clock == "unset":
        return _member(case, known, alias, "static")
    if guessing.is_locked_out(case, _guesses(case, known)):
        return CodeRefused(why="too_many")
    step = member.matching_wallet_step(person, code.totp, here)
    if step is None:
        guessing.count_wrong_guess(case, _guesses(case, known), member=known)
        return CodeRefused(why="unproven")
    if not _first_step(shop, known, step, here):
        return CodeRefused(why="used")
    return _member(case, known, alias, "fresh")


def _ask(case: ScanContext, args: Mapping[str, str]) -> int | None:
    """Ask HQ who that is, with what they show, in the scan's own transaction; None if HQ cannot be asked.

    It is put at once and not when a page comes: what proves that somebody is there is good for seconds, and is kept nowhere.
    """
    here, shown = now(), case.moment
    if shown.boot != here.boot or here.uptime_ms - shown.uptime_ms > MEMBER_SHOWN_FOR.total_seconds() * 1000:
        return None
    put = hq_query.put_question(case.shop.db, "member", args, here)
    return put.seq if put else None


def _guesses(case: ScanContext, known: str) -> tuple[GuessCounter, ...]:
    proofs = case.shop.policy.proofs
    return (
        GuessCounter(what="wallet", by="member", whose=known, most=proofs.wallet_tries),
        GuessCounter(what="wallet", by="station", whose=case.scan.station, most=proofs.station_tries),
    )


def _first_use(shop: StoreContext, name: str, expires: int) -> bool:
    """Remember a rotating code for all scanners of the store; false if it was used before."""
    sql = "insert or ignore into used_tokens (jti, expires) values (?, ?)"
    return shop.db.conn.execute(sql, (name, expires)).rowcount == 1


def _first_step(shop: StoreContext, known: str, step: int, here: int) -> bool:
    """Use up a member's time step, on whichever of their cards; false at or before one that was used (RFC 6238, 5.2).

    A step used by a clock that has been set back since lies beyond what can be shown now, and is no step before which
    nothing counts.
    """
    latest = here // totp.TOTP_PERIOD_S + totp.STEPS_OF_DRIFT
    names = [f"totp:{known}:{one}" for one in range(step, latest + 1)]
    marks = ", ".join("?" * len(names))
    if first_row(shop.db, f"select 1 from used_tokens where jti in ({marks})", tuple(names)):
        return False
    return _first_use(shop, names[0], (step + 2) * totp.TOTP_PERIOD_S)


def _member(
    case: ScanContext, known: str | None, alias: str, grade: visit.ProofGrade, asked: int | None = None
) -> Outcome:
    """Greet at a kiosk or the entrance; at a staff station only say who it is and what waits for them."""
    shop, station, cause, moment = case.shop, case.scan.station, case.cause, case.moment
    who, card = known or alias, None if known else _card(alias)
    ref = None if known or card else alias
    asks = known if shop.policy.pickup.on else None
    waiting = [order.row.order for order in orders.orders_of_member(shop.db, shop.hq, shop.box, asks)] if asks else []
    about = FactAttributes(member=who, station=station, causation=cause)
    tell(shop.db, shop.box, MemberIdentified(grade=grade), moment, about)
    if case.by_staff or not shop.policy.check_in.on:
        return Identified(member=known, card=card, ref=ref, asked=asked, orders=waiting)
    rule, store = shop.policy.check_in, shop.config.store
    seen = visit.check_in(
        shop.db,
        shop.box,
        rule,
        visit.Visitor(member=who, alias=alias, grade=grade, station=station, causation=cause),
        moment,
        visit.VisitDay(zone=shop.config.zone, starts=store.day_starts),
    )
    return CheckedIn(
        member=known,
        card=card,
        ref=ref,
        asked=asked,
        first=seen.first,
        time=seen.time,
        miles=rule.miles if seen.first else 0,
        grade=grade,
        orders=waiting,
    )


def _card(alias: str) -> str | None:
    """The card in a name; a signed code names its member and carries none."""
    return alias.removeprefix(CARD_ALIAS) if alias.startswith(CARD_ALIAS) else None


# a visit stays as long as its window, or else it would count twice
VISITS_TABLE = ExpiringTable(
    name="visits",
    expired=f"select t.rowid from visits t where {ROWID_IN_PAGE_SQL}",
    at_least=lambda policy: timedelta(hours=policy.check_in.window_hours or 0),
)

CHECK_IN_FEATURE = Feature(
    name="check_in",
    answers={
        (SUPPORTED_ROLES, MemberCode): check_in_by_card,
        (SUPPORTED_ROLES, MemberToken): check_in_by_token,
        (SUPPORTED_ROLES, WalletCode): check_in_by_wallet,
    },
    facts=(MemberIdentified, *visit.FACTS),
    feeds=(Feed(name="members", row=member.Member, key="member"),),
    outcomes=(CheckedIn, Identified, CodeRefused),
    tables=(VISITS_TABLE,),
)
