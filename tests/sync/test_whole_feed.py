"""A config is looked at when all of it is here, and not while it is still coming or being loaded anew."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from edge.platform.clock import now
from edge.platform.database import open_hq
from edge.platform.migration import migrate
from sync.feeds.receiver import FeedReceiver
from sync.protocol.digest import add_row, digest_text
from sync.protocol.messages import FeedHead, FeedPage, FeedRow, Head

ONE = FeedRow(key="policy", version=1, body=msgspec.Raw(b"{}"))
TWO = FeedRow(key="box", version=2, body=msgspec.Raw(b"{}"))


@pytest.fixture
def feeds(tmp_path: Path) -> Iterator[FeedReceiver]:
    migrate(tmp_path)
    with open_hq(tmp_path) as db:
        yield FeedReceiver(db, lambda _want: True, lambda _noted: None)


def head(feeds: FeedReceiver, version: int, rows: int, digest: int) -> None:
    told = FeedHead(epoch="e", version=version, rows=rows, digest=digest_text(digest))
    feeds.on_head("ginza", Head(feeds={"config": told}), 0.0, now())


def page(feeds: FeedReceiver, row: FeedRow, *, more: bool) -> None:
    told = FeedPage(feed="config", epoch="e", since=row.version - 1, version=row.version, more=more)
    feeds.on_rows(told, [row], 0.0, now())
    for at in range(5):  # a feed that comes in several pages is put in order a little at a time
        feeds.send(float(at))


def test_a_config_is_whole_when_all_its_rows_are_here(feeds: FeedReceiver) -> None:
    both = add_row(add_row(0, "policy", 1), "box", 2)
    assert feeds.whole("config") is None
    page(feeds, ONE, more=True)
    assert feeds.whole("config") is None, "HQ has not said where the feed stands"
    head(feeds, 2, 2, both)
    assert feeds.whole("config") is None, "half of it"
    page(feeds, TWO, more=False)
    assert (here := feeds.whole("config"))
    assert here.version == 2
    head(feeds, 3, 2, both)
    assert feeds.whole("config") is None, "HQ has more"
    feeds.on_new_line()
    assert feeds.whole("config") is None


def test_a_config_that_is_being_loaded_anew_is_not_whole(feeds: FeedReceiver) -> None:
    page(feeds, ONE, more=False)
    head(feeds, 1, 1, add_row(0, "policy", 1))
    assert feeds.whole("config")
    feeds.reload("config", 0.0, now())
    assert feeds.whole("config") is None


def test_a_delta_that_is_here_before_the_head_that_tells_of_it_is_whole(feeds: FeedReceiver) -> None:
    page(feeds, ONE, more=False)
    head(feeds, 1, 1, add_row(0, "policy", 1))
    page(feeds, TWO, more=False)
    assert (here := feeds.whole("config"))
    assert here.version == 2
