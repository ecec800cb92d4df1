"""Which pieces may come back, as a table: the first reason that holds is the one that is said."""

from datetime import date

import pytest

from edge.config.policy import Returns
from edge.features.returns.window import NotReturnable, ReturnCandidate, last_day, return_refusal_reason

POLICY = Returns(days=30, final_sale=["outlet", "41-9999"], hygiene=["underwear"])
GIVEN = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("piece", "why"),
    [
        ({}, None),
        ({"today": date(2026, 12, 1)}, None),  # the last day
        ({"today": date(2026, 12, 2)}, NotReturnable.LATE),
        ({"today": None}, None),  # nobody loses their right to a clock that was never set
        ({"given": None, "today": date(2030, 1, 1)}, None),  # without an order no day is known
        ({"kinds": frozenset({"outlet", "41-2208"})}, NotReturnable.FINAL_SALE),
        ({"kinds": frozenset({"shirts", "41-9999"})}, NotReturnable.FINAL_SALE),
        ({"kinds": frozenset({"underwear", "41-2208"})}, NotReturnable.HYGIENE),
        ({"returned": True, "kinds": frozenset({"underwear"})}, NotReturnable.RETURNED),
        ({"today": date(2027, 1, 1), "kinds": frozenset({"underwear"})}, NotReturnable.HYGIENE),
    ],
)
def test_a_piece_comes_back_or_stays_for_one_reason(piece: dict[str, object], why: NotReturnable | None) -> None:
    usual: dict[str, object] = {
        "returned": False,
        "kinds": frozenset({"shirts", "41-2208"}),
        "given": GIVEN,
        "today": GIVEN,
    }
    assert return_refusal_reason(ReturnCandidate(**{**usual, **piece}), POLICY) is why  # type: ignore[arg-type]


def test_the_last_day_is_so_many_days_after_the_hand_over() -> None:
    assert last_day(GIVEN, Returns(days=0)) == GIVEN
    assert last_day(GIVEN, Returns(days=14)) == date(2026, 11, 15)
