"""The sample chain's headquarters, and its Ginza store as its box holds it: real databases with every row that HQ sends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.config.policy import Policy
from edge.platform.database import writing
from edge.replica import hq_replica
from edge.store_context import StoreContext
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.seed import create_sample_hq
from tests.edge import floor as builder
from tests.support.kept_config import keep

Row = tuple[str, str, str, dict[str, Any]]  # feed, scope, key, body


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """What HQ sends once the sample's files are pushed."""
    folder = tmp_path_factory.mktemp("sample") / "hq"
    create_sample_hq(folder, "mqtt://127.0.0.1:1883")
    with open_headquarters(folder) as db:
        found = db.conn.execute("select feed, scope, key, body from rows where feed <> 'keys'").fetchall()
    return [(feed, scope, key, json.loads(body)) for feed, scope, key, body in found]


@pytest.fixture
def ginza(rows: list[Row], tmp_path: Path) -> Iterator[StoreContext]:
    with builder.shop(tmp_path) as floor:
        with writing(floor.hq):
            for feed, scope, key, body in rows:
                if scope in ("all", "ginza"):
                    builder.send(floor, feed, key, body)
        keep(floor.db, hq_replica.replica_row(floor.hq, "config", "policy", Policy) or Policy())
        yield floor
