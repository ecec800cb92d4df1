"""What is here: HQ's word and the store's own movements, never counted twice; old numbers decay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.features.stock import (
    Freshness,
    StockLevel,
    StockRow,
    UncountedMoves,
    available_pieces,
    freshness,
    move_stock,
    stock_here,
    stock_level,
)
from edge.platform.clock import now, utc_text
from edge.platform.database import writing
from edge.store_context import StoreContext
from tests.edge.floor import GTIN, send, stock

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def _sell(floor: StoreContext, quantity: int) -> int:
    with writing(floor.db):
        return move_stock(
            floor.db, floor.box, GTIN, UncountedMoves(quantity=-quantity), "sale", now(), causation="pos/1"
        )


def _heard(floor: StoreContext, ago: timedelta) -> None:
    with writing(floor.db):
        floor.db.conn.execute(
            "insert or replace into line (state, since, heard, detail, only_one) values ('up', '', ?, '', 1)",
            (utc_text(now().time - ago),),
        )


def _shelf(floor: StoreContext) -> tuple[StockLevel, int | None]:
    found = stock_here(floor.db, floor.hq, floor.box, GTIN, now().time, 2)
    return found.level, found.number


@pytest.mark.parametrize(
    ("age", "fresh"), [(0, "live"), (5, "live"), (6, "recent"), (30, "recent"), (31, "old"), (3000, "old")]
)
def test_a_number_ages(age: int, fresh: str) -> None:
    assert freshness(NOW - timedelta(minutes=age), NOW) == Freshness(fresh)


@pytest.mark.parametrize(
    ("count", "fresh", "shown"),
    [
        (9, Freshness.LIVE, StockLevel.IN_STOCK),
        (3, Freshness.RECENT, StockLevel.IN_STOCK),
        (2, Freshness.LIVE, StockLevel.FEW),
        (0, Freshness.LIVE, StockLevel.NONE),
        (9, Freshness.OLD, StockLevel.ASK),
        (0, Freshness.OLD, StockLevel.NONE),
    ],
)
def test_words_follow_number_and_age(count: int, fresh: Freshness, shown: StockLevel) -> None:
    assert stock_level(count, 2, fresh) is shown


def test_a_sale_lowers_the_number_before_hq_has_heard_of_it(floor: StoreContext) -> None:
    send(floor, "stock", GTIN, stock(5))
    _sell(floor, 2)
    assert _shelf(floor) == (StockLevel.IN_STOCK, 3)


def test_once_hq_has_counted_the_sale_it_is_not_taken_off_again(floor: StoreContext) -> None:
    send(floor, "stock", GTIN, stock(5))
    seq = _sell(floor, 2)
    send(floor, "stock", GTIN, stock(3, epoch=floor.box.epoch, through_seq=seq), version=2)
    assert _shelf(floor) == (StockLevel.IN_STOCK, 3)


def test_movements_of_this_epoch_count_in_full_when_hq_counted_another_one(floor: StoreContext) -> None:
    seq = _sell(floor, 2)
    send(floor, "stock", GTIN, stock(5, epoch="another", through_seq=seq + 1000))
    assert _shelf(floor) == (StockLevel.IN_STOCK, 3)


def test_goods_handed_over_leave_shelf_and_reserve_together() -> None:
    row = StockRow(gtin=GTIN, on_hand=5, reserved=2, as_of=NOW)
    assert (
        available_pieces(row, UncountedMoves()) == available_pieces(row, UncountedMoves(quantity=-2, reserved=-2)) == 3
    )


def test_a_number_is_as_old_as_its_counting_however_lately_hq_was_heard(floor: StoreContext) -> None:
    counted = now().time - timedelta(days=3)
    send(floor, "stock", GTIN, stock(5, as_of=utc_text(counted)))
    _heard(floor, timedelta(minutes=1))
    found = stock_here(floor.db, floor.hq, floor.box, GTIN, now().time, 2)
    assert (found.level, found.number, found.freshness) == (StockLevel.ASK, None, Freshness.OLD)
    assert found.as_of is not None
    assert abs(found.as_of - counted) < timedelta(seconds=1)


def test_what_the_store_sold_is_in_the_number_and_counts_no_shelf_anew(floor: StoreContext) -> None:
    counted = now().time - timedelta(minutes=20)
    send(floor, "stock", GTIN, stock(5, as_of=utc_text(counted)))
    _sell(floor, 2)
    found = stock_here(floor.db, floor.hq, floor.box, GTIN, now().time, 2)
    assert (found.number, found.freshness) == (3, Freshness.RECENT)
    assert found.as_of is not None
    assert abs(found.as_of - counted) < timedelta(seconds=1)


def test_a_product_hq_never_counted_here_asks_for_staff(floor: StoreContext) -> None:
    assert _shelf(floor) == (StockLevel.ASK, None)


@given(
    on_hand=st.integers(0, 1000),
    sales=st.lists(st.integers(1, 9), max_size=12),
    counted=st.integers(0, 12),
)
def test_any_split_of_the_counting_between_hq_and_store_gives_the_same_number(
    on_hand: int, sales: list[int], counted: int
) -> None:
    done, waiting = sales[:counted], sales[counted:]
    row = StockRow(gtin=GTIN, on_hand=on_hand - sum(done), as_of=NOW)
    assert available_pieces(row, UncountedMoves(quantity=-sum(waiting))) == max(0, on_hand - sum(sales))
