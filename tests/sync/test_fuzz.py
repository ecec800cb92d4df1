"""Whatever comes over the wire, from anybody or from a broken sender with a true key: obeyed or refused and counted, no more."""

import logging
import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sync.fuzzed.doors import Door, HqDoor, StoreDoor, knock, letter

SEEDED = st.randoms(use_true_random=False)
FEW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(params=[StoreDoor, HqDoor], scope="module")
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    logging.disable()
    made: Door = request.param(tmp_path_factory.mktemp("door"))
    yield made
    made.close()
    logging.disable(logging.NOTSET)


@FEW
@given(dice=SEEDED)
def test_a_door_takes_only_what_was_signed_for_it_and_counts_what_it_refuses(door: Door, dice: random.Random) -> None:
    knock(door, letter(door, dice))
