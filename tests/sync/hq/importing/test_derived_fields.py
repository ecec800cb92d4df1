"""What HQ fills in of an order itself."""

import pytest

from edge.features.pickup.state_machine import State
from sync.hq.importing.derived_fields import PushTarget, derive_order

TO = PushTarget(feed="orders", scope="ginza", moment="2026-11-27T06:42:00.000Z")


@pytest.mark.parametrize(
    ("had", "file", "at"),
    [
        ({"state": "placed"}, {}, TO.moment),
        ({"state": "placed"}, {"cancelled_at": "2026-11-27T06:00:00Z"}, "2026-11-27T06:00:00Z"),
        ({"state": "cancelled", "cancelled_at": "2026-11-01T00:00:00Z"}, {}, "2026-11-01T00:00:00Z"),
    ],
)
def test_a_cancellation_has_the_files_time_or_that_of_its_arrival(
    had: dict[str, str], file: dict[str, str], at: str
) -> None:
    body, overruled = derive_order(TO, had, {**had, "state": State.CANCELLED, **file})
    assert (body["state"], body["cancelled_at"], overruled) == (State.CANCELLED, at, False)


def test_a_cancellation_after_the_hand_over_leaves_no_time_of_one() -> None:
    had = {"state": "handed_over", "epoch": "e"}
    body, overruled = derive_order(TO, had, {**had, "state": State.CANCELLED})
    assert (body["state"], body["cancelled_at"], overruled) == (State.HANDED_OVER, None, True)
