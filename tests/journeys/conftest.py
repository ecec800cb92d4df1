"""Each journey gets a town of its own: real processes, a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.demo.ports import free_port
from edge.demo.stack import DemoStack
from tests.processes import town as towns
from tests.sync.conftest import Mosquitto


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DemoStack]:
    with towns.a_town(tmp_path) as one:
        yield one


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker alone, for journeys of the line only."""
    broker = Mosquitto(tmp_path, free_port())
    broker.start()
    yield broker
    broker.kill()
