"""Members as HQ knows them: by a card or a name, from the rows of any store or of one."""

from sqlite_utils import Database

from edge.features.member import Member
from edge.platform.database import first_row
from sync.hq.feeds import feed, row_types

MEMBERS_FEED = "members"
REFERENCE_PREFIX = "@"  # before the name in a signed code, in place of a card: no card begins so


def find_member(db: Database, who: str) -> Member | None:
    """The member whom a card, or REFERENCE_PREFIX and a name, means to HQ, as some store knows them."""
    return member_by_ref(db, who[1:]) if who[:1] == REFERENCE_PREFIX else member_by_card(db, who)


def member_by_card(db: Database, card: str) -> Member | None:
    """The member who carries a card, as some store knows them; one that knows a secret of their pass before the others."""
    row = first_row(
        db,
        """select scope, member from cards join rows using (scope) where code = ? and feed = ? and key = member
           order by body ->> '$.wallet_secret' is null, scope limit 1""",
        (card, MEMBERS_FEED),
    )
    return (
        row_types.decode_row_or_none(MEMBERS_FEED, row[1], feed.row_body(db, MEMBERS_FEED, *row), Member)
        if row
        else None
    )


def member_by_ref(db: Database, ref: str) -> Member | None:
    """The member of a name that HQ has given them in some store, as that one knows them."""
    row = first_row(
        db,
        "select scope, body from rows where feed = 'members' and key = ? and body is not null order by scope",
        (ref,),
    )
    return row_types.decode_row_or_none(MEMBERS_FEED, ref, row[1], Member) if row else None


def same_person_in_store(db: Database, store: str, known: Member) -> Member | None:
    """The same person as a store knows them by another name: one who carries one of their cards."""
    return next((found for card in known.codes if (found := member_by_card_in_store(db, store, card))), None)


def member_by_card_in_store(db: Database, store: str, card: str) -> Member | None:
    """The member who carries a card, as this store knows them."""
    row = first_row(db, "select member from cards where code = ? and scope = ?", (card, store))
    return (
        row_types.decode_row_or_none(MEMBERS_FEED, row[0], feed.row_body(db, MEMBERS_FEED, store, row[0]), Member)
        if row
        else None
    )


def member_by_ref_in_store(db: Database, store: str, ref: str) -> Member | None:
    """The member of that name in a store."""
    return row_types.decode_row_or_none(MEMBERS_FEED, ref, feed.row_body(db, MEMBERS_FEED, store, ref), Member)
