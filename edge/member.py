"""Members as far as a store may know them: a pseudonym, a nickname to greet by, a stage."""

import base64

from msgspec import Struct
from sqlite_utils import Database

from edge import mirror, question
from edge.clock import now
from edge.codes import totp
from edge.service import Life
from edge.store import one

MASK = "＊＊"  # full-width, as Japanese shops print it


class Member(Struct, frozen=True, kw_only=True):
    """A row of the `members` feed; its key is the store's pseudonym for the member."""

    member: str
    nickname: str  # kana, as the member wants to be called: `サトウ`
    stage: str  # `standard`, `silver`, …: words for it are in the brand's policy
    codes: list[str]  # `issuer:number` of each card
    segment: str | None = None  # first_time, store_only, ec_only, both, dormant
    coupons: int = 0
    wallet_secret: str | None = None  # base32, as wallets are given it (RFC 4648); only for members with a wallet pass


def masked(name: str) -> str:
    """What a public screen may show of a name: its first character, and no length. `サトウ` -> `サ＊＊`."""
    return (name[:1] or "") + MASK


def by_card(hq: Database, issuer: str, number: str) -> str | None:
    """The pseudonym of the member who carries a card, or None where HQ has not sent them to this store."""
    found = one(hq, "select member from member_codes where code = ?", (f"{issuer}:{number}",))
    return found[0] if found else None


def introduced(db: Database, hq: Database, card: str, life: Life) -> bool:
    """Ask HQ who carries a card (`issuer:number`) that this store does not know; whether they are known here now.

    HQ says yes and sends the member's row by its feed, which is what counts: waits for both, less than a second in all.
    """
    asked = question.ask(db, "member", {"card": card}, now())
    told = question.hear(db, asked, life) if asked else None
    if asked is None or not (told and question.understood(Member, told)):
        return False
    issuer, _, number = card.partition(":")
    while not (known := by_card(hq, issuer, number)) and asked.left(now()) and not life.is_over():
        life.rest(question.LOOK)
    return known is not None


def wallet_step(person: Member, code: str, unix_seconds: int) -> int | None:
    """The time step whose password a wallet pass shows, or None where it is not this member's, or too old."""
    if person.wallet_secret is None:
        return None
    return totp.matching_step(base64.b32decode(person.wallet_secret, casefold=True), code, unix_seconds)


def by_ref(hq: Database, member: str) -> Member | None:
    """The member behind a pseudonym, or None."""
    return mirror.row(hq, "members", member, Member)
