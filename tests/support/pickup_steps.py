"""A step with an order, with the least that its fact must say."""

from collections.abc import Mapping
from typing import Any

from edge.features.pickup.state_machine import Action
from edge.features.pickup.transition import Actor, TransitionRequest

DETAIL: Mapping[Action, Mapping[str, Any]] = {
    Action.REJECT: {"reason": "no_stock"},
    Action.PART_SHORT: {"line": 1, "count": 1, "reason": "sold"},
    Action.FOUND: {"line": 1, "count": 1},
    Action.SHORT: {"reason": "damaged", "missing": ["1-1"]},
    Action.READY: {"shelf": "A-1"},
    Action.HAND_OVER: {"proof": "code", "scan": "scans/1", "paid_here": False},
}
NOBODY = Actor()


def step(action: Action, key: str | None = None, order: str = "o-1", who: Actor = NOBODY) -> TransitionRequest:
    return TransitionRequest(
        key=key or f"{action}:{order}", order=order, action=action, who=who, detail=DETAIL.get(action, {})
    )
