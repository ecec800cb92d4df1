"""Each test gets a shop floor of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.store_context import StoreContext
from tests.edge import floor as builder


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[StoreContext]:
    with builder.shop(tmp_path) as opened:
        yield opened
