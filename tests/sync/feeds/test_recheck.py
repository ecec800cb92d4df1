"""After a start the mirror is looked at again: unreadable rows are set aside and reported, readable ones come back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.facts.fact import RelayedFact
from edge.facts.hq_link import RowSetAside
from edge.platform.database import open_hq, rows
from edge.platform.migration import migrate
from sync.feeds import recheck
from sync.feeds.recheck import CHECK_INTERVAL_S, ReplicaRecheck

GOOD = '{"order":"o-%d","store":"ginza","number":"%d","state":"placed"}'


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path)
    db = open_hq(tmp_path)
    yield db
    db.close()


def put(db: Database, key: str, body: str, version: int = 1) -> None:
    db.conn.execute("insert into orders (key, version, body) values (?, ?, ?)", (key, version, body))


def walk(db: Database, *, loading: frozenset[str] = frozenset()) -> list[RelayedFact]:
    told: list[RelayedFact] = []
    one, at = ReplicaRecheck(db, told.append), 0.0
    while not one.done:
        at += CHECK_INTERVAL_S
        one.look(at, loading.__contains__)
    return told


def live(db: Database) -> set[str]:
    return {row["key"] for row in rows(db, "select key from orders where body is not null")}


def test_what_an_older_noren_let_in_is_set_aside_and_told(mirror: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recheck, "ROWS_PER_CHECK", 3)
    for n in range(8):
        put(mirror, f"o-{n}", GOOD % (n, n))
    put(
        mirror, "o-bad", '{"order":"o-bad","store":"ginza","number":"9","state":"placed","promise_at":"11/26 18:00"}', 7
    )
    told = walk(mirror)
    assert live(mirror) == {f"o-{n}" for n in range(8)}
    (aside,) = told
    assert isinstance(aside, RowSetAside)
    assert (aside.feed, aside.key, aside.version) == ("orders", "o-bad", 7)
    assert "promise_at" in aside.why
    assert rows(mirror, "select key, version from set_aside") == [{"key": "o-bad", "version": 7}]
    assert walk(mirror) == []


def test_a_feed_that_is_being_loaded_is_left_to_its_load(mirror: Database) -> None:
    put(mirror, "o-bad", "{}")
    assert walk(mirror, loading=frozenset({"orders"})) == []
    assert live(mirror) == {"o-bad"}


def test_what_this_version_can_read_comes_back(mirror: Database) -> None:
    mirror.conn.execute(
        "insert into set_aside (feed, key, version, reason, body) values ('orders', 'o-1', 4, 'x', ?)", (GOOD % (1, 1),)
    )
    assert walk(mirror) == []
    assert live(mirror) == {"o-1"}
    assert rows(mirror, "select * from set_aside") == []
