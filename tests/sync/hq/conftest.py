"""A headquarters' database for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from sync.hq.schema import migrate, open_hq_store


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path)
    db = open_hq_store(tmp_path)
    yield db
    db.conn.close()
