"""What the database is asked for is what one finds who looks at every order there is."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from edge.features.pickup.order import PickupOrder, ReplicaOrder, present_order, steps_of
from edge.features.pickup.order_queries import SHELVED_STATES, arrived_orders, orders_on_shelf
from edge.features.pickup.put_back import ended_orders_with_goods, is_to_put_back
from edge.features.pickup.state_machine import TRANSITIONS, Action, State
from edge.features.pickup.transition import TransitionRequest, apply_transition
from edge.platform.clock import now
from edge.platform.database import writing
from edge.replica import hq_replica
from edge.validation.row_codec import decode_row
from tests.ui.shop_floor import Floor, open_floor

SHELVES = ("R-12", "r-12", "R-13", None)
ENDED = (State.CANCELLED, State.REJECTED, State.UNFULFILLABLE)
OF_PIECES = {Action.PART_SHORT, Action.FOUND, Action.UNDO_SHORT}  # they leave an order in the list where it is
DETAIL: Mapping[Action, Mapping[str, Any]] = {
    Action.READY: {"shelf": "R-12"},
    Action.REJECT: {"reason": "no_stock"},
    Action.SHORT: {"reason": "sold", "missing": ["1-1"]},
    Action.HAND_OVER: {"proof": "code", "paid_here": False},
}


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    shop = open_floor(tmp_path_factory.mktemp("shop") / "data")
    yield shop
    shop.close()


def take(floor: Floor, order: str, action: Action) -> None:
    detail = DETAIL.get(action, {})
    if action is Action.READY:
        detail = {"shelf": random.choice(("R-12", "R-13"))}
    with writing(floor.db):
        request = TransitionRequest(
            key=f"{action}:{order}:{random.random()}", order=order, action=action, detail=detail
        )
        apply_transition(floor.db, floor.hq, floor.box, request, now())


def every_order(floor: Floor) -> list[PickupOrder]:
    rows = hq_replica.rows_where(floor.hq, "orders", ReplicaOrder)
    return [present_order(floor.db, row, floor.box) for row in rows if row.store == floor.box.store]


def lies_on(floor: Floor, order: PickupOrder) -> str | None:
    put = [
        msgspec.json.decode(step.detail) for step in steps_of(floor.db, order.row.order) if step.action is Action.READY
    ]
    return str(put[-1]["shelf"]) if put else order.row.shelf


def numbers(found: list[PickupOrder]) -> list[str]:
    return sorted(order.row.number for order in found)


def test_it_finds_what_a_look_at_every_order_finds(floor: Floor) -> None:
    random.seed(11)
    for number in range(240):
        row = floor.order(
            f"{number}",
            random.choice(list(State)),
            shelf=random.choice(SHELVES),
            store=random.choice(("ginza", "ginza", "ginza", "ueno")),
            arrived_at=random.choice((None, "2026-11-28T01:00:00Z")),
        )
        state = row.state
        for _ in range(random.randrange(4) if row.store == "ginza" else 0):
            possible = [action for before, action in TRANSITIONS if before is state and action not in OF_PIECES]
            if not possible:
                break
            take(floor, row.order, action := random.choice(possible))
            state = TRANSITIONS[state, action]
        if random.random() < 0.2:  # HQ's next word, which has counted nothing yet
            floor.order(f"{number}", random.choice(list(State)), shelf=row.shelf, store=row.store)
    every, about = every_order(floor), (floor.db, floor.hq, floor.box)
    here = [order for order in every if order.is_here]
    assert len(here) > 10
    assert numbers(arrived_orders(*about)) == numbers(here)
    lying = [one for one in every if one.state in SHELVED_STATES or is_to_put_back(floor.db, one)]
    on_it = [one for one in lying if (lies_on(floor, one) or "").upper() == "R-12"]
    assert len(on_it) > 10
    assert numbers(orders_on_shelf(*about, "r-12")) == numbers(on_it)
    ended = [one for one in every if one.row.state in ENDED and is_to_put_back(floor.db, one)]
    assert len(ended) > 5
    assert numbers(ended_orders_with_goods(*about)) == numbers(ended)


def test_what_is_cancelled_and_was_never_collected_is_not_decoded(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        floor.order(f"gone{number}", State.CANCELLED)
    read: list[str] = []

    def noted(body: str, kind: type[object]) -> object:
        read.append(body)
        return decode_row(body, kind)

    monkeypatch.setattr("edge.replica.hq_replica.decode_row", noted)
    ended_orders_with_goods(floor.db, floor.hq, floor.box)
    arrived_orders(floor.db, floor.hq, floor.box)
    orders_on_shelf(floor.db, floor.hq, floor.box, "R-12")
    assert [body for body in read if "gone" in body] == []
    assert read
