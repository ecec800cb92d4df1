"""Questions of a store that HQ answers from its own rows while the shopper waits."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Raw
from sqlite_utils import Database

from edge.codes.issued.item_numbers import catalogue_key
from edge.config.policy import Policy
from edge.features.member import Member
from edge.features.stock import NeighbourStock, StockRow
from edge.platform.clock import now
from edge.platform.database import rows
from sync.hq.feeds import feed, row_types
from sync.hq.queries import fresh_codes, known_members
from sync.hq.queries.unknown_members import QueryBudgets, RefusalReason
from sync.protocol.feed_types import is_gtin14
from sync.protocol.messages import Ask
from sync.protocol.topics import ALL_STORES


def answer_question(db: Database, store: str, ask: Ask, budgets: QueryBudgets) -> list[Raw] | RefusalReason:
    """The rows of an answer, none if HQ does not know; or why this store gets no answer now.

    `stock` {gtin}: NeighbourStock of every other store that keeps it, as HQ has counted it now. The product is named as in
    a file: by its GTIN in any form, or by a number of the chain's own.
    `member` {card} or {card, totp} or {token}: Member under the key this store is to use, if a card `issuer:number` is a
    member's, or a signed code names one. Of a member unknown to this store it has only what a greeting needs; the row comes
    after the member has visited (sync/hq/queries/unknown_members.py). A signed code and the number of a wallet pass are
    answered only with a fresh proof (sync/hq/queries/fresh_codes.py): `token` is the code as it was read, `totp` the
    password.
    """
    match ask.question:
        case "stock":
            return _raw(_elsewhere(db, store, _goods(db, store, ask.args.get("gtin", ""))))
        case "member":
            found = _member(db, store, ask.args, budgets)
            return found if isinstance(found, RefusalReason) else _raw(found)
        case _:
            return []


def _raw(found: Sequence[object]) -> list[Raw]:
    return [Raw(msgspec.json.encode(row)) for row in found]


def _goods(db: Database, store: str, text: str) -> str:
    """The key of a product, as the asking store writes it; the store's policy is read only if that is not a key already."""
    if is_gtin14(text):
        return text
    policy = row_types.decode_row_or_none("config", "policy", feed.row_body(db, "config", store, "policy"), Policy)
    return catalogue_key(text, policy.codes.house if policy else ())


def _elsewhere(db: Database, store: str, gtin: str) -> list[NeighbourStock]:
    found = rows(
        db,
        """select rows.scope, rows.body from heads join rows using (feed, scope)
           where heads.feed = 'stock' and heads.scope not in (?, ?) and rows.key = ? and rows.body is not null
           order by rows.scope""",
        (store, ALL_STORES, gtin),
    )
    near = [(row["scope"], row_types.decode_row_or_none("stock", gtin, row["body"], StockRow)) for row in found]
    return [
        NeighbourStock(store=scope, on_hand=max(0, row.on_hand - row.reserved), as_of=row.as_of)
        for scope, row in near
        if row
    ]


def _member(
    db: Database, store: str, args: Mapping[str, str], budgets: QueryBudgets
) -> Sequence[Member] | RefusalReason:
    """The member as this store knows them; else the least of them that a greeting needs, within the store's budget."""
    if text := args.get("token"):
        return _by_token(db, store, text, budgets)
    card, moment = args.get("card", ""), now()
    if known := known_members.member_by_card_in_store(db, store, card):
        return [known]
    known = known_members.member_by_card(db, card)

    def proven() -> bool:
        assert known is not None
        return not fresh_codes.is_wallet_pass(known, card) or fresh_codes.verify_password(
            db, store, known, args.get("totp", ""), moment
        )

    return _told(budgets.ask(store, card, known, moment, proven=proven))


def _by_token(db: Database, store: str, text: str, budgets: QueryBudgets) -> Sequence[Member] | RefusalReason:
    """The member that a signed code names; a store that knows them under another key gets that key."""
    moment = now()
    shown = fresh_codes.verify_token(db, store, text, moment)
    known = known_members.member_by_ref(db, shown.ref) if shown else None
    if shown is None or known is None:
        return _told(budgets.ask(store, "", None, moment))
    if own := known_members.member_by_ref_in_store(db, store, shown.ref):
        return [own]
    other = known_members.same_person_in_store(db, store, known)
    name = other.member if other else shown.ref
    who = f"{known_members.REFERENCE_PREFIX}{shown.ref}"
    return _told(
        budgets.ask(store, who, known, moment, name=name, proven=lambda: fresh_codes.use_up_token(db, shown, moment))
    )


def _told(told: Member | RefusalReason | None) -> Sequence[Member] | RefusalReason:
    return told if isinstance(told, RefusalReason) else [told] if told else []
