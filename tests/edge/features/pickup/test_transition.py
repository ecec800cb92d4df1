"""A step with an order: taken once, sent once, refused in plain words."""

from dataclasses import replace

import msgspec
import pytest
from msgspec import structs

from edge.codes.code_rules import CodeRules, HouseRule
from edge.codes.issued.item_numbers import catalogue_key_of_house_number
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Product
from edge.codes.symbology import Symbology
from edge.config.policy import Policy
from edge.features.pickup.order import (
    OrderLine,
    PickupOrder,
    find_order,
    order_by_number,
    orders_at_store,
    orders_of_member,
)
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import (
    Actor,
    TransitionRefused,
    TransitionRequest,
    apply_transition,
    note_conflicts,
)
from edge.features.stock import UncountedMoves, moves_since_count
from edge.platform.clock import now
from edge.platform.database import writing
from edge.store_context import StoreContext
from tests.edge.floor import GTIN, facts, order, send, stock
from tests.support.kept_config import keep
from tests.support.pickup_steps import DETAIL, step


def _take(floor: StoreContext, action: Action, key: str | None = None, order_id: str = "o-1") -> PickupOrder:
    request = step(action, key, order_id, Actor(staff="s-1", station="c1"))
    with writing(floor.db):
        return apply_transition(floor.db, floor.hq, floor.box, request, now())


def test_a_hand_over_is_kept_told_and_takes_the_goods_off_the_shelf(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    send(floor, "stock", GTIN, stock(5, reserved=1))
    done = _take(floor, Action.HAND_OVER)
    assert (done.state, done.handed_over_by) == (State.HANDED_OVER, "s-1")
    (told,) = facts(floor, "pickup.handed_over")
    assert told["data"] == {
        "order": "o-1",
        "number": "4821",
        "from": "ready_for_pickup",
        **DETAIL[Action.HAND_OVER],
        "pieces": ["1-1"],
    }
    assert told["staff"] == "s-1"
    assert moves_since_count(floor.db, floor.box, stock(5)) == UncountedMoves(quantity=-1, reserved=-1)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("12345678", catalogue_key_of_house_number("12345678")),  # as it is printed, without its key's wrapping
        ("4512345678906", GTIN),
        ("1234567", "1234567"),  # nobody's number: as it came
    ],
)
def test_a_number_of_the_house_in_an_order_of_a_chains_own_hq_has_the_key_its_tag_has(
    floor: StoreContext, written: str, key: str
) -> None:
    rules = CodeRules(house=(HouseRule(name="own", lengths=(8,)),))
    keep(floor.db, Policy(codes=rules))
    row = structs.replace(order(member="m-1"), lines=[OrderLine(line=1, gtin=written), OrderLine(line=2, gtin=GTIN)])
    send(floor, "orders", "o-1", row)
    found = find_order(floor.db, floor.hq, floor.box, "o-1")
    assert found
    for seen in (
        found,
        *orders_at_store(floor.db, floor.hq, floor.box, now().time),
        *orders_of_member(floor.db, floor.hq, floor.box, "m-1"),
    ):
        assert [line.gtin for line in seen.row.lines] == [key, GTIN]
    if written == "12345678":
        tag = parse_code(written.encode(), symbology=Symbology.CODE128, rules=rules)
        assert isinstance(tag, Product)
        assert tag.gtin == key
    _take(floor, Action.HAND_OVER)
    assert [fact["data"]["gtin"] for fact in facts(floor, "stock.moved")] == [key, GTIN]


def test_a_step_that_does_not_say_what_its_fact_must_say_is_not_taken(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    asked = TransitionRequest(
        key="k", order="o-1", action=Action.HAND_OVER, detail={"proof": "a nod", "paid_here": False}
    )
    with pytest.raises(msgspec.ValidationError, match="proof"), writing(floor.db):
        apply_transition(floor.db, floor.hq, floor.box, asked, now())
    assert facts(floor, "pickup%") == []


def test_asked_twice_with_the_same_key_it_happens_once_and_answers_the_same(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    assert _take(floor, Action.HAND_OVER, key="k") == _take(floor, Action.HAND_OVER, key="k")
    assert len(facts(floor, "pickup.handed_over")) == len(facts(floor, "stock.moved")) == 1


def test_a_second_hand_over_is_refused_and_says_why(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    _take(floor, Action.HAND_OVER, key="a")
    with pytest.raises(TransitionRefused, match="order o-1 is handed_over: cannot hand_over"):
        _take(floor, Action.HAND_OVER, key="b")


@pytest.mark.parametrize("word", ["lines", "paid", "state", "nothing"])
def test_an_order_that_has_changed_since_it_was_judged_is_not_handed_over(floor: StoreContext, word: str) -> None:
    """Ticks, proof and bill are looked at before the transaction: HQ's next row or another tablet may come in between."""
    send(floor, "orders", "o-1", order())
    judged = find_order(floor.db, floor.hq, floor.box, "o-1")
    match word:
        case "lines":
            two = [*order().lines, structs.replace(order().lines[0], line=2)]
            send(floor, "orders", "o-1", structs.replace(order(), lines=two), version=2)
        case "paid":
            send(floor, "orders", "o-1", structs.replace(order(), paid=not order().paid), version=2)
        case "state":
            with writing(floor.db):
                apply_transition(floor.db, floor.hq, floor.box, step(Action.ARRIVE), now())
    asked = replace(step(Action.HAND_OVER), judged=judged)
    if word == "nothing":
        with writing(floor.db):
            assert apply_transition(floor.db, floor.hq, floor.box, asked, now()).state is State.HANDED_OVER
    else:
        with pytest.raises(TransitionRefused), writing(floor.db):
            apply_transition(floor.db, floor.hq, floor.box, asked, now())
    assert len(facts(floor, "pickup.handed_over")) == (word == "nothing")


@pytest.mark.parametrize("state", [State.CANCELLED, State.PLACED, State.PICKING])
def test_goods_that_are_not_ready_are_not_handed_over(floor: StoreContext, state: State) -> None:
    send(floor, "orders", "o-1", order(state=state))
    with pytest.raises(TransitionRefused):
        _take(floor, Action.HAND_OVER)
    assert facts(floor, "pickup%") == []


def test_an_order_of_another_store_and_an_unknown_one_are_refused(floor: StoreContext) -> None:
    send(floor, "orders", "o-2", order("o-2", store="yokohama"))
    for order_id in ("o-2", "o-3"):
        with pytest.raises(TransitionRefused):
            _take(floor, Action.ARRIVE, order_id=order_id)


def test_an_undone_hand_over_brings_the_goods_back(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    _take(floor, Action.HAND_OVER)
    undone = _take(floor, Action.UNDO)
    assert (undone.state, undone.handed_over_at) == (State.ARRIVED, None)
    assert moves_since_count(floor.db, floor.box, stock(5)) == UncountedMoves()


def test_the_stores_steps_stand_until_hq_has_counted_them(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order(state=State.PICKING))
    _take(floor, Action.READY)
    seq = int(facts(floor, "pickup.ready")[0]["id"].rpartition("/")[2])
    assert _state(floor) is State.READY
    send(floor, "orders", "o-1", order(state=State.PICKING), version=2)
    assert _state(floor) is State.READY
    send(floor, "orders", "o-1", order(state=State.CANCELLED, epoch=floor.box.epoch, through_seq=seq), version=3)
    assert _state(floor) is State.CANCELLED


def _state(floor: StoreContext) -> State:
    found = find_order(floor.db, floor.hq, floor.box, "o-1")
    assert found is not None
    return found.state


def test_a_cancel_after_the_hand_over_changes_nothing_here_and_is_told_to_hq_once(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    _take(floor, Action.HAND_OVER)
    send(floor, "orders", "o-1", order(state=State.CANCELLED), version=2)
    assert _state(floor) is State.HANDED_OVER
    assert note_conflicts(floor.db, floor.hq, floor.box, now()) == 1
    assert note_conflicts(floor.db, floor.hq, floor.box, now()) == 0
    (conflict,) = facts(floor, "pickup.conflict")
    assert conflict["data"]["order"] == "o-1"


def test_the_list_holds_this_stores_orders_by_promise(floor: StoreContext) -> None:
    send(floor, "orders", "late", order("late", promise_at="2026-11-21T05:00:00Z"))
    send(floor, "orders", "soon", order("soon", promise_at="2026-11-21T03:00:00Z"))
    send(floor, "orders", "away", order("away", store="yokohama"))
    assert [one.row.order for one in orders_at_store(floor.db, floor.hq, floor.box, now().time)] == ["soon", "late"]


def test_a_number_finds_only_what_is_still_open(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    send(floor, "orders", "o-old", order("o-old", state=State.HANDED_OVER))
    assert [one.row.order for one in order_by_number(floor.db, floor.hq, floor.box, "4821")] == ["o-1"]


def test_orders_that_ended_weeks_ago_are_in_no_list_and_those_touched_lately_are(floor: StoreContext) -> None:
    long_ago = "2025-01-01T03:00:00.000Z"
    send(floor, "orders", "old", order("old", State.HANDED_OVER, promise_at=long_ago, handed_over_at=long_ago))
    send(floor, "orders", "o-1", order(promise_at=long_ago))
    _take(floor, Action.HAND_OVER)
    send(
        floor, "orders", "o-1", order(state=State.HANDED_OVER, promise_at=long_ago, handed_over_at=long_ago), version=2
    )
    assert [one.row.order for one in orders_at_store(floor.db, floor.hq, floor.box, now().time)] == ["o-1"]
