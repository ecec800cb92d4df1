"""The sample chain's Ginza store as its box holds it: real databases with every row that HQ would send."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge import mirror
from edge.clock import now
from edge.policy import Policy
from edge.shop import Shop
from edge.store import writing
from sync.hq.sample import chain
from tests.edge import floor as builder
from tests.kept import keep


@pytest.fixture(scope="session")
def rows() -> list[chain.Row]:
    return list(chain.feeds(now().time))


@pytest.fixture
def ginza(rows: list[chain.Row], tmp_path: Path) -> Iterator[Shop]:
    with builder.shop(tmp_path) as floor:
        with writing(floor.hq):
            for feed, scope, key, body in rows:
                if scope in ("all", "ginza"):
                    builder.send(floor, feed, key, body)
        keep(floor.db, mirror.row(floor.hq, "config", "policy", Policy) or Policy())
        yield floor
