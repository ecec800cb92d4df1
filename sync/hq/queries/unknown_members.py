"""Members whom a store does not know and asks about: answered within a budget, and sent once a fact says that they came.

A question alone makes nobody a member of a store: whoever has a store's key can ask about any card. Nor does a fact alone.
HQ sends the member's row when it has admitted the one and kept the other, whichever came first.
"""

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlite_utils import Database

from edge.facts.fact import event_type
from edge.features.check_in import MemberIdentified
from edge.features.member import Member
from edge.features.visit import CheckedIn
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import first_row, rows, writing
from sync.hq import rejected_messages
from sync.hq.feeds import feed
from sync.hq.queries import known_members, stranger_limit
from sync.hq.queries.known_members import MEMBERS_FEED, REFERENCE_PREFIX
from sync.hq.queries.stranger_limit import MIN_HOURLY_LIMIT, ONE_HOUR

log = logging.getLogger(__name__)

MEETING_TYPES = frozenset(
    {event_type(CheckedIn), event_type(MemberIdentified)}
)  # facts that say that a member was there
CARD_PREFIX = "card:"  # the beginning of a fact's member if the store knew only their card
NOBODY_PREFIX = "?"  # before a number, in place of a card: a question that found nobody, or proved nothing
UNPROVEN_MEMBER = "member_unproven"  # a code without the proof it could have had, as HQ's refusals have it
LIMIT_CHECK_INTERVAL_S = 10.0  # seconds between looks whether a store that has used up its hour may ask again


class RefusalReason(StrEnum):
    """Why a question about a member is not answered; the names of HQ's refusals."""

    TOO_FAST = "member_too_fast"
    OVER_BUDGET = "member_over_budget"


@dataclass(slots=True)
class QueryBudgets:
    """The questions that stores may still ask: counted in the database, for all workers of one headquarters together."""

    db: Database
    _closed: dict[str, float] = field(default_factory=dict)  # the time until which nothing is looked up for a store
    _pushed: dict[str, int] = field(default_factory=dict)  # refused as too fast since one was let in

    def ask(
        self,
        store: str,
        who: str,
        known: Member | None,
        now: Now,
        *,
        name: str | None = None,
        proven: Callable[[], bool] = lambda: True,
    ) -> Member | RefusalReason | None:
        """The few fields that a greeting needs of an unknown member, under a name for this store only; or why there is none.

        `who`: a card, or REFERENCE_PREFIX and a name. `name`: the name that the store shall use, if HQ does not choose it.
        `proven` is asked in the transaction that lets the store know them, once it is within its budget.
        None: no such member, or not proven. It counts like a member, so that cards cannot be found by trying numbers.
        """
        if why := self._why_not(store, now):
            return why
        with writing(self.db):
            if not stranger_limit.admit_stranger(self.db, store, now):  # another worker has let one in since
                return RefusalReason.TOO_FAST
            _forget(self.db, store, now.time)
            if known and not proven():
                rejected_messages.write_refusal(self.db, store, UNPROVEN_MEMBER, 1)
                known = None
            told = self._let_in(store, who, known, name, now) if known else None
            if told is None:  # what can be no card, so that no fact about one comes to it
                self._note(store, f"{NOBODY_PREFIX}{secrets.token_hex(8)}", None, now)
            stranger_limit.note_day(self.db, store, now)
        return told

    def _let_in(self, store: str, who: str, known: Member, name: str | None, now: Now) -> Member:
        row = first_row(self.db, "select member, met from meetings where store = ? and card = ?", (store, who))
        name = name or (row[0] if row and row[0] else f"m-{secrets.token_hex(8)}")
        self._note(store, who, name, now)
        if row and row[1]:
            _introduce(self.db, store, who, name, known)
        return Member(
            member=name, nickname=known.nickname, stage=known.stage, codes=[] if who[:1] == REFERENCE_PREFIX else [who]
        )

    def _note(self, store: str, who: str, name: str | None, now: Now) -> None:
        self.db.conn.execute(
            """insert into meetings (store, card, member, asked, met) values (?, ?, ?, ?, null)
               on conflict (store, card) do update set member = excluded.member, asked = excluded.asked""",
            (store, who, name, now.text),
        )

    def _why_not(self, store: str, now: Now) -> RefusalReason | None:
        moment = now.uptime_ms / 1000
        if self._closed.get(store, 0.0) > moment:
            return RefusalReason.OVER_BUDGET
        if stranger_limit.burst_left(self.db, store, now) < 1:
            self._pushed[store] = self._pushed.get(store, 0) + 1
            return (
                self._close(store, moment, "in a flood")
                if self._pushed[store] > MIN_HOURLY_LIMIT
                else RefusalReason.TOO_FAST
            )
        if stranger_limit.asked_last_hour(self.db, store, now) >= (
            may := stranger_limit.hourly_limit(self.db, store, now)
        ):
            return self._close(store, moment, f"{may} within an hour")
        self._pushed[store] = 0
        return None

    def _close(self, store: str, moment: float, how: str) -> RefusalReason:
        log.error("store %s asks about unknown members far above its normal, %s: it gets no answer", store, how)
        self._closed[store] = moment + LIMIT_CHECK_INTERVAL_S
        return RefusalReason.OVER_BUDGET


def _forget(db: Database, store: str, moment: datetime) -> None:
    """What is older than an hour counts for nothing."""
    db.conn.execute(
        "delete from meetings where store = ? and coalesce(asked, met) < ?", (store, utc_text(moment - ONE_HOUR))
    )


def unknown_cards(db: Database, store: str, members: Iterable[str]) -> list[str]:
    """The members in a store's facts whom it did not know: a card, or a reference to a member another store knows."""
    names = list(dict.fromkeys(members))
    found = db.conn.execute(
        f"""select value from json_each(?) where exists (select 1 {_OF_THAT_NAME} and body is not null)
              and not exists (select 1 {_OF_THAT_NAME} and scope = ? and body is not null)""",
        (msgspec.json.encode([one for one in names if not one.startswith(CARD_PREFIX)]).decode(), store),
    ).fetchall()
    return [one.removeprefix(CARD_PREFIX) for one in names if one.startswith(CARD_PREFIX)] + [
        f"{REFERENCE_PREFIX}{ref}" for (ref,) in found
    ]


_OF_THAT_NAME = "from rows where feed = 'members' and key = value"


def note_cards_met(db: Database, store: str, cards: Sequence[str], received: str) -> None:
    """Note unknown members that facts say were in a store, inside the transaction that keeps the facts."""
    _forget(db, store, parse_utc(received))
    for card in cards:
        row = first_row(db, "select member, asked from meetings where store = ? and card = ?", (store, card))
        db.conn.execute(
            """insert into meetings (store, card, member, asked, met) values (?, ?, null, null, ?)
               on conflict (store, card) do update set met = excluded.met""",
            (store, card, received),
        )
        if row and row[1] and row[0] and (known := known_members.find_member(db, card)):
            _introduce(db, store, card, row[0], known)


def _introduce(db: Database, store: str, who: str, name: str, known: Member) -> None:
    """Send a store the row of a member it has met, under a name for this store only: two stores' names for one member cannot
    be matched. If the member showed a signed code, it is the name in the code, which the store has read."""
    if (
        known_members.member_by_ref_in_store(db, store, name)
        if who[:1] == REFERENCE_PREFIX
        else known_members.member_by_card_in_store(db, store, who)
    ) or known_members.same_person_in_store(db, store, known):
        return
    row = msgspec.structs.replace(known, member=name)
    feed.put_rows(db, MEMBERS_FEED, store, [(name, msgspec.json.encode(row).decode())])


def stores_over_limit(db: Database, now: Now) -> dict[str, int]:
    """Stores that asked far above their normal within a day, and how often they got no answer for it."""
    found = rows(
        db,
        "select store, times from refusals where reason = ? and last > ?",
        (RefusalReason.OVER_BUDGET, utc_text(now.time - timedelta(days=1))),
    )
    return {row["store"]: row["times"] for row in found}
