"""The life of an order: what may follow what, and that a hand-over wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.features.pickup.facts import FACT_OF_ACTION
from edge.features.pickup.state_machine import TRANSITIONS, Action, State, state_after, state_after_all

S, A = State, Action


def test_the_usual_way_leads_from_placed_to_handed_over() -> None:
    assert state_after_all(S.PLACED, [A.ACCEPT, A.PICK, A.READY, A.ARRIVE, A.HAND_OVER]) is S.HANDED_OVER


@pytest.mark.parametrize(
    "state", [S.CANCELLED, S.REJECTED, S.HANDED_OVER, S.RESTOCKED, S.PLACED, S.PICKING, S.RETURNED]
)
def test_only_goods_that_stand_ready_can_be_handed_over(state: State) -> None:
    assert state_after(state, A.HAND_OVER) is None


def test_an_expired_order_may_still_be_handed_over() -> None:
    assert state_after(S.NO_SHOW, A.HAND_OVER) is S.HANDED_OVER


def test_a_shopper_may_come_before_the_goods_are_ready() -> None:
    assert state_after_all(S.PICKING, [A.ARRIVE, A.READY]) is S.READY


def test_a_hand_over_wins_over_a_cancel_that_came_later() -> None:
    assert state_after_all(S.CANCELLED, [A.HAND_OVER]) is S.HANDED_OVER


def test_a_hand_over_taken_back_leaves_an_order_cancelled_meanwhile_cancelled() -> None:
    assert state_after_all(S.CANCELLED, [A.HAND_OVER, A.UNDO]) is S.CANCELLED
    assert state_after_all(S.READY, [A.HAND_OVER, A.UNDO]) is S.ARRIVED


def test_a_cancel_that_came_first_makes_other_steps_void() -> None:
    assert state_after_all(S.CANCELLED, [A.PICK, A.READY, A.ARRIVE]) is S.CANCELLED


def test_every_action_tells_hq_and_leads_somewhere() -> None:
    assert set(FACT_OF_ACTION) == set(Action) == {action for _, action in TRANSITIONS}


@given(st.sampled_from(State), st.lists(st.sampled_from(Action), max_size=20))
def test_no_replay_leaves_the_table(state: State, actions: list[Action]) -> None:
    assert state_after_all(state, actions) in State
