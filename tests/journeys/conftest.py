"""Each journey gets a town of its own: real processes, a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.demo.town import Town
from tests import town as towns


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with towns.a_town(tmp_path) as one:
        yield one
