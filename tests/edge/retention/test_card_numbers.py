"""A stranger's card stays in the outcome as long as HQ may be asked whose it is, and no longer."""

import pytest

from edge.codes.code_rules import CheckScheme, CodeRules, IssuerRule
from edge.config.policy import CheckIn, Policy
from edge.features.check_in import CheckedIn, Identified
from edge.platform.clock import now
from edge.platform.database import rows
from edge.platform.process import ProcessLife
from edge.registry import decode_outcome
from edge.replica import hq_query
from edge.retention import card_numbers, sweep
from edge.retention.card_numbers import CHECK_INTERVAL_S, CardNumberErasure
from edge.store_context import StoreContext
from tests.edge.floor import GTIN, last, scan
from tests.support.kept_config import keep

CARD, OTHER = "2000000000008", "2000000000016"
RULES = CodeRules(
    issuers=(IssuerRule(issuer="app", prefix="2000", lengths=(13,), check=CheckScheme.LUHN, over_products=True),)
)


@pytest.fixture(autouse=True)
def _policy(floor: StoreContext) -> None:
    keep(floor.db, Policy(check_in=CheckIn(miles=10), codes=RULES))


def outcomes(floor: StoreContext) -> str:
    return str(rows(floor.db, "select data from outcomes"))


def test_the_card_goes_at_the_look_after_next_and_the_rest_stays(floor: StoreContext) -> None:
    came = scan(floor, "k1", CARD)
    assert isinstance(came, CheckedIn)
    assert came.card == f"app:{CARD}"
    scan(floor, "k1", GTIN[1:])
    cards = CardNumberErasure(floor.db)
    assert cards.run_if_due(0.0, ProcessLife()) == 0
    assert cards.run_if_due(CHECK_INTERVAL_S - 1, ProcessLife()) == 0
    assert CARD in outcomes(floor)
    scan(floor, "c1", OTHER)
    assert cards.run_if_due(CHECK_INTERVAL_S, ProcessLife()) == 1
    assert CARD not in outcomes(floor)
    assert OTHER in outcomes(floor)
    assert cards.run_if_due(2 * CHECK_INTERVAL_S, ProcessLife()) == 1
    assert OTHER not in outcomes(floor)
    kept = rows(floor.db, "select kind, last from outcomes order by seq")
    assert [row["kind"] for row in kept] == ["checked_in", "product_unknown", "identified"]
    assert kept[0]["last"] == CARD[-4:]
    seen = decode_outcome(last(floor))
    assert isinstance(seen, Identified)
    assert seen.card is None


def test_a_long_past_goes_a_page_at_a_time_and_a_life_that_ends_goes_on_later(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_numbers, "ROWS_PER_TRANSACTION", 2)
    for _ in range(5):
        scan(floor, "k1", CARD)
    cards, over = CardNumberErasure(floor.db), ProcessLife()
    cards.run_if_due(0.0, ProcessLife())
    over.end()
    assert cards.run_if_due(CHECK_INTERVAL_S, over) == 0
    assert cards.run_if_due(2 * CHECK_INTERVAL_S, ProcessLife()) == 5


def test_a_question_that_is_long_dead_names_nobody(floor: StoreContext) -> None:
    floor.db.conn.execute("insert into line (state, since, heard, detail, only_one) values ('up', 't', 't', '', 1)")
    cards = CardNumberErasure(floor.db)
    first = hq_query.put_question(floor.db, "member", {"card": f"app:{CARD}"}, now())
    cards.run_if_due(0.0, ProcessLife())
    second = hq_query.put_question(floor.db, "member", {"card": f"app:{OTHER}"}, now())
    assert first
    assert second
    cards.run_if_due(CHECK_INTERVAL_S, ProcessLife())
    assert [row["seq"] for row in rows(floor.db, "select seq from questions")] == [second.seq]
    cards.run_if_due(2 * CHECK_INTERVAL_S, ProcessLife())
    assert rows(floor.db, "select * from questions") == []
    third = hq_query.put_question(floor.db, "member", {"card": f"app:{CARD}"}, now())
    assert third
    assert third.seq > second.seq


def test_the_broom_sees_to_it(floor: StoreContext) -> None:
    scan(floor, "k1", CARD)
    broom = sweep.RetentionSweep(floor)
    for at in (0.0, CHECK_INTERVAL_S):
        broom.run_if_due(now(), at, ProcessLife())
    assert CARD not in outcomes(floor)
