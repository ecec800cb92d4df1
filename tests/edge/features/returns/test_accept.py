"""Goods come back: each piece is judged by itself, fact and stock are written together, and asked twice it is one return."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from edge import registry
from edge.config.policy import Policy, ReturnReason, Returns
from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from edge.features.returns.accept import accept_return, undo_return
from edge.features.returns.feature import RETURNS_FEATURE
from edge.features.returns.judgement import PieceAsked, ReturnImpossible, ReturnRequest
from edge.features.returns.kept import KeptReturn
from edge.features.returns.pieces import find_given_order, pieces_of_order
from edge.features.returns.state_machine import Condition, ReturnState
from edge.platform.clock import Now, now, utc_text
from edge.platform.database import rows, writing
from edge.platform.process import ProcessLife
from edge.retention.sweep import sweep
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from tests.edge.floor import GTIN, facts, order, product, send
from tests.support.kept_config import keep

LARGE, OTHER = "04512345678913", "04512345678920"
SHELF, QUARANTINE, DISPOSE = Condition.SHELF, Condition.QUARANTINE, Condition.DISPOSE


@pytest.fixture(autouse=True)
def _given(floor: StoreContext) -> None:
    """An order of two shirts and a cap, handed over three days ago."""
    send(floor, "catalog", GTIN, product())
    send(floor, "catalog", LARGE, replace(product(LARGE, size="L", size_order=4), price=4500), 2)
    send(floor, "catalog", OTHER, replace(product(OTHER, style="77-1"), category="caps"), 3)
    give(floor)


def give(floor: StoreContext, days: int = 3, version: int = 1, **more: Any) -> None:
    lines = [OrderLine(line=1, gtin=GTIN, quantity=2, price=3000), OrderLine(line=2, gtin=OTHER)]
    at = utc_text(now().time - timedelta(days=days))
    row = order(state=State.HANDED_OVER, handed_over_at=at, member="m-1", **more)
    send(floor, "orders", "o-1", replace(row, lines=lines), version)


def asked(*pieces: str, key: str = "a" * 32, condition: Condition = SHELF, **more: Any) -> ReturnRequest:
    instead = more.pop("instead", None)
    what = tuple(PieceAsked(id=one, reason="size", condition=condition, instead=instead) for one in pieces)
    return ReturnRequest(**{"key": key, "staff": "s-1", "station": "c1", "pieces": what, "order": "o-1", **more})


def accept(floor: StoreContext, request: ReturnRequest, at: Now | None = None) -> KeptReturn | None:
    with writing(floor.db):
        return accept_return(floor, request, at or now())


def undo(floor: StoreContext, at: Now, station: str = "c1") -> KeptReturn:
    with writing(floor.db):
        return undo_return(floor, "a" * 32, "s-1", station, at)


def moved(floor: StoreContext) -> list[tuple[str, int, str]]:
    return [
        (row["gtin"], row["quantity"], row["reason"])
        for row in rows(floor.db, "select * from stock_moves order by seq")
    ]


def open_pieces(floor: StoreContext) -> list[str]:
    found = find_given_order(floor, "o-1")
    assert found is not None
    return [piece.id for piece in pieces_of_order(floor, found, now()) if piece.no is None]


def test_one_piece_comes_back_and_hq_is_told_what_to_pay(floor: StoreContext) -> None:
    kept = accept(floor, asked("1-1"))
    assert kept is not None
    assert kept.state is ReturnState.ACCEPTED
    (event,) = facts(floor, "return.%")
    assert (event["type"], event["member"], event["staff"], event["station"]) == (
        "noren.return.accepted",
        "m-1",
        "s-1",
        "c1",
    )
    assert event["data"] == {
        "id": "a" * 32,
        "order": "o-1",
        "number": "4821",
        "pieces": [{"gtin": GTIN, "piece": "1-1", "reason": "size", "condition": "shelf", "price": 3000}],
        "refund": 3000,
        "difference": 0,
        "currency": "JPY",
    }
    assert moved(floor) == [(GTIN, 1, "return")]
    assert open_pieces(floor) == ["1-2", "2-1"]


def test_asked_twice_it_is_one_return(floor: StoreContext) -> None:
    first = accept(floor, asked("1-1"))
    assert accept(floor, asked("1-1")) == first
    assert len(facts(floor, "return.%")) == len(moved(floor)) == 1


@pytest.mark.parametrize(("condition", "came"), [(SHELF, [(GTIN, 1, "return")]), (QUARANTINE, []), (DISPOSE, [])])
def test_only_what_goes_back_to_the_shelf_is_stock_again(
    floor: StoreContext, condition: Condition, came: list[tuple[str, int, str]]
) -> None:
    accept(floor, asked("1-1", condition=condition))
    assert moved(floor) == came


def test_a_second_return_of_the_same_piece_is_refused_and_told(floor: StoreContext) -> None:
    accept(floor, asked("1-1"))
    assert accept(floor, asked("1-1", key="b" * 32)) is None
    assert [event["data"] for event in facts(floor, "return.refused")] == [
        {"order": "o-1", "gtin": GTIN, "why": "returned"}
    ]
    assert len(facts(floor, "return.accepted")) == 1


def test_a_refused_piece_is_refused_alone(floor: StoreContext) -> None:
    keep(floor.db, Policy(returns=Returns(hygiene=["caps"])))
    kept = accept(floor, asked("1-1", "2-1"))
    assert kept is not None
    assert [piece.piece for piece in kept.pieces] == ["1-1"]
    assert [event["data"]["why"] for event in facts(floor, "return.refused")] == ["hygiene"]


def test_after_the_days_of_the_policy_nothing_comes_back(floor: StoreContext) -> None:
    give(floor, days=40, version=2)
    assert open_pieces(floor) == []
    assert accept(floor, asked("1-1")) is None


def test_what_other_stores_took_back_is_hqs_word(floor: StoreContext) -> None:
    give(floor, version=2, returned={GTIN: 1})
    assert open_pieces(floor) == ["1-2", "2-1"]
    accept(floor, asked("1-2"))
    assert open_pieces(floor) == ["2-1"]


def test_what_hq_has_counted_of_this_store_is_not_counted_twice(floor: StoreContext) -> None:
    accept(floor, asked("1-2"))
    give(floor, version=2, returned={GTIN: 1}, epoch=floor.box.epoch, through_seq=last_told(floor))
    assert open_pieces(floor) == ["1-1", "2-1"]


def test_an_exchange_is_one_return_with_the_difference_for_the_pos(floor: StoreContext) -> None:
    accept(floor, asked("1-1", instead=LARGE))
    (event,) = facts(floor, "return.accepted")
    assert (event["data"]["refund"], event["data"]["difference"]) == (0, 1500)
    assert event["data"]["pieces"][0]["instead"] == LARGE
    assert moved(floor) == [(GTIN, 1, "return"), (LARGE, -1, "exchange")]


def test_a_piece_is_exchanged_for_one_of_its_own_style_only(floor: StoreContext) -> None:
    with pytest.raises(ReturnImpossible, match="moved_on"):
        accept(floor, asked("1-1", instead=OTHER))


@pytest.mark.parametrize(
    ("limit", "more", "wanted"),
    [
        (3000, {}, False),
        (2999, {}, True),
        (0, {"instead": LARGE}, False),  # the shopper pays
        (30_000, {"order": None, "gtin": GTIN, "pieces": (PieceAsked(id=GTIN, reason="size", condition=SHELF),)}, True),
    ],
)
def test_much_money_or_no_order_wants_a_lead(
    floor: StoreContext, limit: int, more: dict[str, Any], *, wanted: bool
) -> None:
    keep(floor.db, Policy(returns=Returns(lead_over=limit)))
    if wanted:
        with pytest.raises(ReturnImpossible, match="lead"):
            accept(floor, asked("1-1", **more))
        assert facts(floor, "return.%") == []
    accept(floor, asked("1-1", lead="s-9" if wanted else None, **more))
    assert facts(floor, "return.accepted")[0]["data"].get("lead") == ("s-9" if wanted else None)


def test_without_a_price_in_the_order_the_catalogues_is_told_as_an_estimate(floor: StoreContext) -> None:
    accept(floor, asked("2-1"))
    (piece,) = facts(floor, "return.accepted")[0]["data"]["pieces"]
    assert (piece["price"], piece["estimated"]) == (3990, True)


def test_a_return_is_taken_back_with_its_goods_and_hq_is_told_once(floor: StoreContext) -> None:
    at = now()
    accept(floor, asked("1-1", instead=LARGE), at)
    later = replace_time(at, 9)
    assert undo(floor, later).state is ReturnState.UNDONE
    assert undo(floor, later).state is ReturnState.UNDONE
    assert [event["data"] for event in facts(floor, "return.undone")] == [{"id": "a" * 32, "order": "o-1"}]
    assert {gtin: sum(n for one, n, _ in moved(floor) if one == gtin) for gtin in (GTIN, LARGE)} == {GTIN: 0, LARGE: 0}
    assert open_pieces(floor) == ["1-1", "1-2", "2-1"]


@pytest.mark.parametrize(("seconds", "station"), [(13, "c1"), (1, "c2"), (-1, "c1")])
def test_it_is_taken_back_within_ten_seconds_at_its_station_only(
    floor: StoreContext, seconds: int, station: str
) -> None:
    at = now()
    accept(floor, asked("1-1"), at)
    with pytest.raises(ReturnImpossible, match="too_late"):
        undo(floor, replace_time(at, seconds), station)
    assert facts(floor, "return.undone") == []


@pytest.mark.parametrize("state", [State.READY, State.CANCELLED])
def test_what_was_not_handed_over_cannot_come_back(floor: StoreContext, state: State) -> None:
    send(floor, "orders", "o-1", order(state=state), 2)
    with pytest.raises(ReturnImpossible, match="not_given"):
        accept(floor, asked("1-1"))


@pytest.mark.parametrize("pieces", [(), ("9-9",), ("1-1", "1-1")])
def test_a_form_that_makes_no_sense_changes_nothing(floor: StoreContext, pieces: tuple[str, ...]) -> None:
    with pytest.raises(ReturnImpossible):
        accept(floor, asked(*pieces))
    assert not facts(floor, "return.%")
    assert not moved(floor)


def test_another_stores_order_is_noted_on_a_leads_word(floor: StoreContext) -> None:
    what = (PieceAsked(id=GTIN, reason="size", condition=SHELF),)
    accept(floor, asked(pieces=what, order="o-77", gtin=GTIN, lead="s-9"))
    assert facts(floor, "return.accepted")[0]["data"]["order"] == "o-77"
    with pytest.raises(ReturnImpossible, match="moved_on"):  # an order of this store is opened as what it is
        accept(floor, asked(pieces=what, key="c" * 32, gtin=GTIN, lead="s-9"))


def test_a_reason_that_is_not_of_the_policys_list_is_none(floor: StoreContext) -> None:
    reason = ReturnReason(id="smell", text=LocalizedText(ja="匂い", en="Smell"))
    keep(floor.db, Policy(returns=Returns(reasons=(reason,))))
    with pytest.raises(ReturnImpossible, match="reason"):
        accept(floor, asked("1-1"))


def test_each_reason_is_named_once() -> None:
    reason = ReturnReason(id="size", text=LocalizedText(ja="サイズ"))
    with pytest.raises(ValueError, match="each id once"):
        Returns(reasons=(reason, reason))


def test_a_chain_may_have_no_returns() -> None:
    assert not RETURNS_FEATURE.is_on(Policy(returns=Returns(on=False)))
    assert RETURNS_FEATURE in registry.FEATURES


@pytest.mark.parametrize(("counted", "left"), [(False, 1), (True, 0)])
def test_a_return_stays_until_hq_has_counted_it(floor: StoreContext, counted: bool, left: int) -> None:
    at = now()
    accept(floor, asked("1-1"), at)
    through = last_told(floor) if counted else 0
    give(floor, version=2, returned={GTIN: 1}, epoch=floor.box.epoch, through_seq=through)
    sweep(floor, replace_time(at, 91 * 86_400), ProcessLife())
    assert len(list(rows(floor.db, "select 1 from return_steps"))) == left


def last_told(floor: StoreContext) -> int:
    (seq,) = [row["seq"] for row in rows(floor.db, "select seq from journal where type = 'noren.return.accepted'")]
    return int(seq)


def test_what_was_missing_cannot_come_back_and_other_goods_come_back_as_what_they_are(floor: StoreContext) -> None:
    lines = [OrderLine(line=1, gtin=GTIN, quantity=2, price=3000, substitutes=[LARGE])]
    send(floor, "orders", "o-1", replace(order(state=State.READY), lines=lines, partial=True), 2)
    detail = {"proof": "code", "paid_here": False, "pieces": ["1-1"], "substitutes": {"1-1": LARGE}}
    with writing(floor.db):
        floor.db.conn.execute(
            """insert into pickup_steps (key, order_id, action, detail, station, time, fact)
               values ('k', 'o-1', 'hand_over', ?, 'c1', ?, 99)""",
            (msgspec.json.encode(detail).decode(), now().text),
        )
    assert open_pieces(floor) == ["1-1"]
    accept(floor, asked("1-1"))
    (piece,) = facts(floor, "return.accepted")[0]["data"]["pieces"]
    assert (piece["gtin"], piece["price"]) == (LARGE, 3000)
    assert open_pieces(floor) == []


def replace_time(at: Now, seconds: float) -> Now:
    return Now(at.time + timedelta(seconds=seconds), at.clock, at.boot, at.uptime_ms + round(seconds * 1000))
