"""Versions only rise, the digest is that of the live rows, and deltas and pages bring a mirror to HQ's version."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.platform.database import writing
from sync.hq.feeds import feed, publisher
from sync.hq.feeds.feed import MAX_ROW_BYTES, FeedPosition, RowTooBig
from sync.hq.schema import migrate, open_hq_store
from sync.protocol import digest
from sync.protocol.messages import FeedRow, Want


def put(db: Database, *changes: tuple[str, str | None], name: str = "stock") -> int:
    with writing(db):
        return feed.put_rows(db, name, "ginza", changes)


def stand(db: Database) -> FeedPosition:
    found = feed.feed_position(db, "stock", "ginza")
    assert found
    return found


def apply(mirror: dict[str, tuple[int, str | None]], part: list[FeedRow]) -> None:
    for row in part:
        assert row.version > mirror.get(row.key, (0, None))[0]
        mirror[row.key] = (row.version, row.text)


def live(mirror: dict[str, tuple[int, str | None]]) -> tuple[int, int]:
    rows = [(key, version) for key, (version, body) in mirror.items() if body is not None]
    return len(rows), sum(digest.row_hash(key, version) for key, version in rows) % 2**64


def test_a_row_put_twice_the_same_sends_nothing(hq: Database) -> None:
    assert put(hq, ("a", "{}")) == 1
    before = stand(hq)
    assert put(hq, ("a", "{}")) == 0
    assert stand(hq) == before


def test_a_deleted_row_stays_as_a_tombstone_that_goes_down(hq: Database) -> None:
    put(hq, ("a", "{}"), ("b", "{}"))
    put(hq, ("a", None))
    assert (stand(hq).version, stand(hq).rows) == (3, 1)
    found = publisher.feed_page(hq, "ginza", Want(feed="stock", epoch=stand(hq).epoch, version=2))
    assert found
    assert [(row.key, row.version, row.text) for row in found[1]] == [("a", 3, None)]


def test_a_row_no_message_can_carry_is_refused_before_it_is_put(hq: Database) -> None:
    with pytest.raises(RowTooBig):
        put(hq, ("a", "x" * (MAX_ROW_BYTES + 1)))
    assert feed.feed_position(hq, "stock", "ginza") is None


def test_big_rows_go_down_in_pages_that_fit(hq: Database) -> None:
    rng = random.Random(1)
    put(hq, *((f"{number}", f'"{rng.randbytes(60_000).hex()}"') for number in range(10)))
    version, pages = 0, 0
    more = True
    while more:
        found = publisher.feed_page(hq, "ginza", Want(feed="stock", epoch=stand(hq).epoch, version=version))
        assert found
        version, more, pages = found[0].version, found[0].more, pages + 1
    assert (version, pages) == (10, 10)


CHANGES = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([None, "1", "2"])), max_size=8)


@settings(max_examples=40)
@given(pushes=st.lists(st.tuples(CHANGES, st.booleans()), max_size=8))
def test_deltas_lost_or_not_and_pages_end_in_hqs_own_rows(
    tmp_path_factory: pytest.TempPathFactory, pushes: list[tuple[list[tuple[str, str | None]], bool]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("hq")
    migrate(folder)
    db = open_hq_store(folder)
    mirror: dict[str, tuple[int, str | None]] = {}
    cursor = 0
    truth: dict[str, str | None] = {}
    for changes, arrives in pushes:
        before = feed.feed_position(db, "stock", "ginza")
        put(db, *changes)
        truth |= dict(changes)
        after = feed.feed_position(db, "stock", "ginza")
        since = before.version if before else 0
        if after is None or not arrives:
            continue
        rows = publisher.rows_since(db, after, since, 100)
        for header, part in publisher.delta_messages(after, since, rows):
            if header.since <= cursor < header.version:
                apply(mirror, [row for row in part if row.version > cursor])
                cursor = header.version
    head = feed.feed_position(db, "stock", "ginza")
    if head is not None:
        found = publisher.feed_page(db, "ginza", Want(feed="stock", epoch=head.epoch, version=cursor))
        assert found
        apply(mirror, list(found[1]))
        assert found[0].version == head.version
        assert live(mirror) == (head.rows, head.digest)
        assert {key: body for key, (_, body) in mirror.items() if body} == {k: v for k, v in truth.items() if v}
    db.conn.close()
