"""Members as far as a store may know them: a pseudonym, a nickname to greet by, a stage."""

import base64
from typing import Annotated

from msgspec import Meta, Struct
from sqlite_utils import Database

from edge.codes.issued import totp
from edge.codes.parsed_code import CARD_ALIAS
from edge.platform.clock import now
from edge.platform.database import first_row
from edge.platform.process import ProcessLife
from edge.replica import hq_query, hq_replica
from edge.validation.fields import Card, Id, ShortText, TextLine

NAME_MASK = "＊＊"  # full-width, as Japanese shops print it


class Member(Struct, frozen=True, kw_only=True):
    """A row of the `members` feed; its key is the store's pseudonym for the member."""

    member: Id
    nickname: TextLine  # kana, as the member wants to be called: `サトウ`
    stage: ShortText  # `standard`, `silver`, …: words for it are in the brand's policy
    codes: list[Card]  # `issuer:number` of each card
    segment: ShortText | None = None  # first_time, store_only, ec_only, both, dormant
    coupons: Annotated[int, Meta(ge=0, le=9_999)] = 0
    wallet_secret: str | None = None  # base32, as wallets are given it (RFC 4648); only for members with a wallet pass

    def __post_init__(self) -> None:
        """Raises ValueError if a wallet's secret is invalid, or the name is of the kind that stores give to unknown members."""
        if self.member.startswith(CARD_ALIAS):
            raise ValueError(f"member: expected another beginning than {CARD_ALIAS}")
        if self.wallet_secret is not None and not _is_base32(self.wallet_secret):
            raise ValueError("wallet_secret: expected base32")


def _is_base32(text: str) -> bool:
    try:
        return bool(base64.b32decode(text, casefold=True))
    except ValueError:
        return False


def masked_name(name: str) -> str:
    """The form of a name for a public screen: its first character, and not its length. `サトウ` -> `サ＊＊`."""
    return (name[:1] or "") + NAME_MASK


def member_by_card(hq: Database, issuer: str, number: str) -> str | None:
    """The pseudonym of the member who carries a card, or None if HQ has not sent them to this store."""
    found = first_row(hq, "select member from member_codes where code = ?", (f"{issuer}:{number}",))
    return found[0] if found else None


def wait_for_introduction(
    db: Database, hq: Database, card: str | None, asked: int | None, life: ProcessLife
) -> str | None:
    """The name under which HQ sends this store a member it did not know; None if HQ does not answer in time.

    `asked` is the question that was put when they showed a code that proves something; a card (`issuer:number`) is asked
    after now. HQ says yes and sends the row by its feed, which is what counts: waits for both, less than a second in all.
    """
    put = hq_query.find_question(db, asked) if asked is not None else _asked_now(db, card)
    told = hq_query.wait_for_answer(db, put, life) if put else None
    found = hq_query.decode_answer(Member, told) if told else None
    if put is None or not found:
        return None
    while (known := _named(hq, card, found[0].member)) is None and put.ms_left(now()) and not life.is_over():
        life.rest(hq_query.POLL_INTERVAL)
    return known


def _asked_now(db: Database, card: str | None) -> hq_query.Question | None:
    return hq_query.submit_question(db, "member", {"card": card}, now()) if card else None


def _named(hq: Database, card: str | None, name: str) -> str | None:
    if card:
        issuer, _, number = card.partition(":")
        return member_by_card(hq, issuer, number)
    return name if member_by_reference(hq, name) else None


def matching_wallet_step(person: Member, code: str, unix_seconds: int) -> int | None:
    """The time step whose password a wallet pass shows, or None if it is not this member's, or too old."""
    if person.wallet_secret is None:
        return None
    return totp.matching_step(base64.b32decode(person.wallet_secret, casefold=True), code, unix_seconds)


def member_by_reference(hq: Database, member: str) -> Member | None:
    """The member behind a pseudonym, or None."""
    return hq_replica.replica_row(hq, "members", member, Member)
