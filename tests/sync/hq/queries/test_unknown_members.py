"""Strangers: answered within a store's budget, sent to it only when it has asked and met them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database

from edge.features.member import Member
from edge.platform.clock import Now, now, utc_text
from edge.platform.database import rows, writing
from sync.hq.feeds import feed
from sync.hq.ingest import batch_keeping
from sync.hq.queries.stranger_limit import (
    BURST_SIZE,
    MAX_HOURLY_LIMIT,
    MIN_HOURLY_LIMIT,
    REFILL_INTERVAL_S,
    asked_last_hour,
    hourly_limit,
)
from sync.hq.queries.unknown_members import QueryBudgets, RefusalReason, note_cards_met
from sync.hq.schema import open_hq_store
from sync.protocol.messages import Ack
from tests.sync.hq.telling import Teller

CARD = "app:2000000000008"
DAY = 86_400_000  # ms this machine is taken to have been up for: a test looks back over more than it may have been


@pytest.fixture
def hq(hq: Database) -> Database:
    row = Member(member="m-1", nickname="サトウ", stage="silver", codes=[CARD, "old:77"], coupons=2)
    with writing(hq):
        feed.put_rows(hq, "members", "yokohama", [("m-1", msgspec.json.encode(row).decode())])
    return hq


def at(seconds: float) -> Now:
    """So many seconds from now, by clock and uptime."""
    moment = now()
    uptime = DAY + moment.uptime_ms + round(1000 * seconds)
    return replace(moment, time=moment.time + timedelta(seconds=seconds), uptime_ms=uptime)


def known(hq: Database) -> Member:
    (row,) = rows(hq, "select body from rows where feed = 'members' and scope = 'yokohama'")
    return msgspec.json.decode(row["body"], type=Member)


def ask(
    hq: Database, budgets: QueryBudgets | None = None, card: str = CARD, moment: Now | None = None
) -> str | RefusalReason:
    told = (budgets or QueryBudgets(hq)).ask("ginza", card, known(hq), moment or at(0))
    assert told is not None
    return told if isinstance(told, RefusalReason) else told.member


def checked_in(hq: Database, kind: str = "visit.checked_in", member: str = f"card:{CARD}") -> None:
    """The store tells that they met, and HQ keeps it."""
    teller = Teller()
    teller.tell(kind, {}, member=member)
    assert isinstance(batch_keeping.keep_batch(hq, *teller.all()), Ack)


def here(hq: Database) -> list[str]:
    return [row["key"] for row in rows(hq, "select key from rows where feed = 'members' and scope = 'ginza'")]


@pytest.mark.parametrize("kind", ["visit.checked_in", "member.identified"])
@pytest.mark.parametrize("fact_first", [True, False])
def test_a_member_comes_into_a_stores_feed_when_it_has_asked_and_met_them(
    hq: Database, kind: str, fact_first: bool
) -> None:
    if fact_first:
        checked_in(hq, kind)
        assert here(hq) == []
    name = ask(hq)
    if not fact_first:
        assert here(hq) == []
        checked_in(hq, kind)
    assert here(hq) == [name]
    (row,) = rows(hq, "select body from rows where feed = 'members' and scope = 'ginza'")
    assert msgspec.json.decode(row["body"])["coupons"] == 2  # a member of this store has the whole row


def test_a_store_that_only_asks_or_only_tells_has_nobody(hq: Database) -> None:
    ask(hq)
    checked_in(hq, member="card:app:other")
    checked_in(hq, "product.scanned")
    assert here(hq) == []


def test_who_was_asked_after_an_hour_ago_was_not_met_now(hq: Database) -> None:
    ask(hq, moment=at(-3700))
    with writing(hq):
        note_cards_met(hq, "ginza", [CARD], now().text)
    assert here(hq) == []


def test_people_come_one_by_one_and_a_list_does_not(hq: Database) -> None:
    budgets, begun = QueryBudgets(hq), at(0)
    told = [ask(hq, budgets, f"app:{number}", begun) for number in range(BURST_SIZE + 4)]
    assert told[BURST_SIZE:] == [RefusalReason.TOO_FAST] * 4
    assert RefusalReason.TOO_FAST not in told[:BURST_SIZE]
    later = replace(begun, uptime_ms=begun.uptime_ms + int(REFILL_INTERVAL_S * 1000))
    assert ask(hq, budgets, "app:100", later) is not RefusalReason.TOO_FAST
    assert ask(hq, budgets, "app:101", later) is RefusalReason.TOO_FAST


def test_a_flood_closes_the_door_for_a_while(hq: Database) -> None:
    budgets, begun = QueryBudgets(hq), at(0)
    told = [ask(hq, budgets, f"app:{number}", begun) for number in range(BURST_SIZE + MIN_HOURLY_LIMIT + 1)]
    assert told[-2:] == [RefusalReason.TOO_FAST, RefusalReason.OVER_BUDGET]


def test_above_its_budget_a_store_hears_nothing_until_the_hour_has_passed(
    hq: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(MIN_HOURLY_LIMIT):
        ask(hq, QueryBudgets(hq), f"app:{number}", at(-1800 + REFILL_INTERVAL_S * number))
    assert asked_last_hour(hq, "ginza", now()) == hourly_limit(hq, "ginza", now()) == MIN_HOURLY_LIMIT
    assert ask(hq) is RefusalReason.OVER_BUDGET
    assert "ginza asks about unknown members far above its normal" in caplog.text
    assert ask(hq, moment=at(1900)) is not RefusalReason.OVER_BUDGET


@pytest.mark.parametrize(
    ("hours", "may"),
    [
        ([], MIN_HOURLY_LIMIT),
        ([2, 3, 2], MIN_HOURLY_LIMIT),
        ([40, 50, 60], 150),
        ([40, 50, 60, 9_000, 50], 150),
        ([9_000] * 5, MAX_HOURLY_LIMIT),
    ],
)
def test_what_a_store_may_ask_is_by_its_own_normal_and_one_day_moves_it_little(
    hq: Database, hours: list[int], may: int
) -> None:
    moment = now()
    for days, most in enumerate(hours, 1):
        day = utc_text(moment.time - timedelta(days=days))[:10]
        hq.conn.execute("insert into asked_days values ('ginza', ?, ?)", (day, most))
    assert hourly_limit(hq, "ginza", moment) == may


def test_two_workers_of_one_headquarters_let_in_no_more_than_one(hq: Database, tmp_path: Path) -> None:
    other, begun = open_hq_store(tmp_path), now()
    try:
        workers = [QueryBudgets(hq), QueryBudgets(other)]
        told = [ask(db, workers[n % 2], f"app:{n}", begun) for n, db in enumerate([hq, other] * BURST_SIZE)]
        assert told[BURST_SIZE:] == [RefusalReason.TOO_FAST] * BURST_SIZE
        assert RefusalReason.TOO_FAST not in told[:BURST_SIZE]
        assert (
            ask(other, QueryBudgets(other), "app:new", begun) is RefusalReason.TOO_FAST
        )  # nor one that was started since
        later = replace(begun, boot="another", uptime_ms=0)
        assert ask(other, QueryBudgets(other), "app:new", later) is not RefusalReason.TOO_FAST
    finally:
        other.conn.close()


def test_two_that_ask_in_the_same_moment_are_not_both_let_in(hq: Database, tmp_path: Path) -> None:
    other, begun = open_hq_store(tmp_path), now()
    try:
        for number in range(BURST_SIZE - 1):
            ask(hq, QueryBudgets(hq), f"app:{number}", begun)
        mine, theirs = QueryBudgets(hq), QueryBudgets(other)
        assert (mine._why_not("ginza", begun), theirs._why_not("ginza", begun)) == (None, None)
        first, second = ask(hq, mine, "app:a", begun), ask(other, theirs, "app:b", begun)
        assert first is not RefusalReason.TOO_FAST
        assert second is RefusalReason.TOO_FAST
    finally:
        other.conn.close()


def test_an_unknown_card_costs_as_much_as_a_members(hq: Database) -> None:
    budgets = QueryBudgets(hq)
    assert budgets.ask("ginza", "app:guess", None, now()) is None
    assert asked_last_hour(hq, "ginza", now()) == 1
