"""Holds end at the hour set, once, by the store's own time; whoever comes late is still served."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edge.config.policy import Pickup, Policy
from edge.features.pickup.arrival import OrderOpened
from edge.features.pickup.holds import end_hold, last_sweep, sweep_holds
from edge.features.pickup.order import find_order
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import apply_transition
from edge.platform.clock import Now, Quality, now, utc_text
from edge.platform.database import writing
from edge.store_context import StoreContext
from tests.edge.floor import SECRET, facts, order, scan, send
from tests.support.kept_config import keep
from tests.support.pickup_steps import step

HOLD = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)  # 20:00 in Tokyo
NIGHT = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)  # 04:00 of the next day


def at(moment: datetime, clock: Quality = "synced") -> Now:
    return replace(now(), time=moment, clock=clock)


def put(floor: StoreContext, state: State = State.READY, **more: Any) -> None:
    send(floor, "orders", "o-1", order(state=state, hold_until=utc_text(HOLD), **more))


def state(floor: StoreContext) -> State | None:
    found = find_order(floor.db, floor.hq, floor.box, "o-1")
    return found.state if found else None


def take(floor: StoreContext, action: Action, moment: datetime = NIGHT) -> None:
    with writing(floor.db):
        apply_transition(floor.db, floor.hq, floor.box, step(action), at(moment))


@pytest.mark.parametrize(
    ("moment", "swept"),
    [
        (datetime(2026, 11, 25, 18, 59, tzinfo=UTC), datetime(2026, 11, 24, 19, 0, tzinfo=UTC)),
        (NIGHT, NIGHT),
        (datetime(2026, 11, 26, 18, 0, tzinfo=UTC), NIGHT),
    ],
)
def test_the_sweep_is_at_the_hour_of_the_store(moment: datetime, swept: datetime) -> None:
    assert last_sweep(moment, 4, ZoneInfo("Asia/Tokyo")) == swept


def test_nobody_came_until_the_hour_set_and_it_is_told_once(floor: StoreContext) -> None:
    put(floor, member="m-1")
    sweep_holds(floor, at(NIGHT - timedelta(minutes=1)))
    assert state(floor) is State.READY
    for _ in range(3):
        sweep_holds(floor, at(NIGHT + timedelta(minutes=1)))
    assert state(floor) is State.NO_SHOW
    (told,) = facts(floor, "pickup.no_show")
    assert (told["member"], told["data"]) == ("m-1", {"order": "o-1", "number": "4821", "from": "ready_for_pickup"})


def test_a_box_that_was_off_at_the_hour_makes_up_for_it(floor: StoreContext) -> None:
    put(floor)
    assert sweep_holds(floor, at(NIGHT + timedelta(days=5))) == 1
    assert state(floor) is State.NO_SHOW


def test_the_hour_is_hqs_to_set(floor: StoreContext) -> None:
    keep(floor.db, Policy(pickup=Pickup(no_show_hour=22)))
    floor.renew()
    put(floor)
    sweep_holds(floor, at(HOLD + timedelta(hours=2, minutes=1)))
    assert state(floor) is State.NO_SHOW


def test_a_clock_that_was_never_set_ends_no_hold(floor: StoreContext) -> None:
    put(floor)
    assert sweep_holds(floor, at(NIGHT + timedelta(days=900), "unset")) == 0
    assert state(floor) is State.READY


@pytest.mark.parametrize(
    "ended", [State.CANCELLED, State.HANDED_OVER, State.REJECTED, State.PICKING, State.NO_SHOW, State.RESTOCKED]
)
def test_what_has_ended_or_is_not_ready_is_not_missed(floor: StoreContext, ended: State) -> None:
    put(floor, ended)
    assert sweep_holds(floor, at(NIGHT + timedelta(days=1))) == 0
    assert state(floor) is ended


def test_an_order_cancelled_after_it_was_missed_has_one_end(floor: StoreContext) -> None:
    put(floor)
    sweep_holds(floor, at(NIGHT))
    send(floor, "orders", "o-1", order(state=State.CANCELLED, hold_until=utc_text(HOLD)), version=2)
    assert state(floor) is State.CANCELLED


def test_a_shopper_who_waits_at_the_counter_is_not_missed_and_one_who_left_is(floor: StoreContext) -> None:
    put(floor)
    take(floor, Action.ARRIVE, NIGHT - timedelta(hours=1))
    assert sweep_holds(floor, at(NIGHT + timedelta(minutes=30))) == 0
    assert sweep_holds(floor, at(NIGHT + timedelta(hours=2))) == 1
    assert state(floor) is State.NO_SHOW


def test_whoever_comes_while_the_orders_are_swept_is_served(floor: StoreContext) -> None:
    put(floor)
    take(floor, Action.ARRIVE)
    assert end_hold(floor, "o-1", at(NIGHT)) is False, "it was ready when the sweep read it"
    assert (state(floor), facts(floor, "pickup.no_show")) == (State.ARRIVED, [])


def test_whoever_is_here_by_hqs_word_is_served_whatever_the_store_did_before(floor: StoreContext) -> None:
    put(floor, State.PICKING)
    with writing(floor.db):
        ready = replace(step(Action.READY), detail={"shelf": "C-1"})
        apply_transition(floor.db, floor.hq, floor.box, ready, at(NIGHT - timedelta(days=1)))
    came = utc_text(NIGHT - timedelta(minutes=5))
    here = order(state=State.ARRIVED, hold_until=utc_text(HOLD), arrived_at=came)
    send(floor, "orders", "o-1", here, version=2)
    sweep_holds(floor, at(NIGHT))
    assert state(floor) is State.ARRIVED
    sweep_holds(floor, at(NIGHT + timedelta(hours=3)))
    assert state(floor) is State.NO_SHOW


def test_a_late_hand_over_that_is_taken_back_is_missed_again_once_the_shopper_has_left(floor: StoreContext) -> None:
    put(floor)
    sweep_holds(floor, at(NIGHT))
    take(floor, Action.HAND_OVER, NIGHT + timedelta(hours=6))
    take(floor, Action.UNDO, NIGHT + timedelta(hours=6))
    sweep_holds(floor, at(NIGHT + timedelta(hours=7)))
    assert state(floor) is State.ARRIVED
    sweep_holds(floor, at(NIGHT + timedelta(hours=9)))
    assert state(floor) is State.NO_SHOW


def test_whoever_comes_late_is_served_until_the_goods_are_put_back(floor: StoreContext) -> None:
    put(floor)
    sweep_holds(floor, at(NIGHT))
    assert scan(floor, "c1", f"noren:p:o-1:{SECRET}") == OrderOpened(order="o-1", number="4821")
    take(floor, Action.HAND_OVER)
    assert state(floor) is State.HANDED_OVER


def test_hq_is_reminded_once_before_the_end_of_a_hold(floor: StoreContext) -> None:
    put(floor, member="m-1")
    assert sweep_holds(floor, at(HOLD - timedelta(hours=25))) == 0
    for hours in (23, 22, -1):
        sweep_holds(floor, at(HOLD - timedelta(hours=hours)))
    (told,) = facts(floor, "pickup.hold_ending")
    assert (told["member"], told["data"]["order"]) == ("m-1", "o-1")
    send(floor, "orders", "o-1", order(hold_until=utc_text(HOLD + timedelta(days=2))), version=2)
    sweep_holds(floor, at(HOLD + timedelta(days=1, hours=1)))
    assert len(facts(floor, "pickup.hold_ending")) == 2, "HQ has moved the end: another reminder"


def test_how_long_before_is_hqs_to_set(floor: StoreContext) -> None:
    keep(floor.db, Policy(pickup=Pickup(remind_hours=3)))
    floor.renew()
    put(floor)
    assert sweep_holds(floor, at(HOLD - timedelta(hours=4))) == 0
    assert sweep_holds(floor, at(HOLD - timedelta(hours=2))) == 1
