"""On a disk without room sync lives on: nothing is half applied, what was dropped is asked for again, and HQ gets the state."""

import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database

from edge.facts.hq_link import MessageRefused
from edge.platform.database import rows, writing
from sync import search_index
from sync.feeds.requests import REQUEST_SPREAD_S
from sync.protocol import topics
from sync.protocol.messages import FeedDelta, FeedPage, FeedRow, HqPresence, State, Want
from sync.transport.mqtt_events import Connected
from tests.edge.floor import product
from tests.sync.test_session import PRESENCE, Shop
from tests.ui.shop_floor import gtin14

PRICES = topics.feed_topic("chain", topics.ALL_STORES, "prices")
BIG = msgspec.Raw(msgspec.json.encode({"x": "x" * 60_000}))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.round(Connected())
    made.hear(PRESENCE, HqPresence(state="up", time=made.now.text))
    yield made
    made.stop()
    made.web.conn.close()


def may_grow(db: Database, *, pages: int | None) -> None:
    """How many pages a file may still get."""
    (here,) = db.conn.execute("pragma page_count").fetchone()
    db.conn.execute(f"pragma max_page_count = {1073741823 if pages is None else here + pages}")


def noted(shop: Shop, level: str, budget: int | None) -> None:
    with writing(shop.web):
        shop.web.conn.execute(
            "insert or replace into room (level, budget, since, only_one) values (?, ?, '', 1)", (level, budget)
        )


def prices(shop: Shop) -> list[str]:
    return [row["key"] for row in rows(shop.rounds.mirror, "select key from prices order by version")]


def delta(shop: Shop, version: int) -> None:
    row = FeedRow(key=f"k{version}", version=version, body=BIG)
    shop.hear(PRICES, FeedDelta(feed="prices", epoch="f", since=version - 1, version=version), [row])


def test_rows_a_full_disk_cannot_keep_are_asked_for_again_and_nothing_is_half_applied(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    delta(shop, 1)
    may_grow(shop.rounds.mirror, pages=0)
    delta(shop, 2)
    delta(shop, 2)
    assert prices(shop) == ["k1"]
    assert shop.rounds.feeds.positions()["prices"].version == 1
    assert len(caplog.records) == 1
    shop.at += REQUEST_SPREAD_S
    shop.round()
    (want,) = [message.header for message in shop.line.said(Want)]
    assert isinstance(want, Want)
    assert (want.feed, want.version) == ("prices", 1)
    may_grow(shop.rounds.mirror, pages=None)
    page = [FeedRow(key=f"k{version}", version=version, body=BIG) for version in (2, 3)]
    shop.hear(PRICES, FeedPage(feed="prices", epoch="f", since=1, version=3, more=False), page)
    assert prices(shop) == ["k1", "k2", "k3"]


def test_a_nearly_full_disk_takes_no_rows_but_hqs_settings_and_keys(shop: Shop) -> None:
    noted(shop, "full", 1)
    delta(shop, 1)
    assert prices(shop) == []
    row = FeedRow(key="policy", version=1, body=msgspec.Raw(b"{}"))
    topic = topics.feed_topic("chain", "ginza", "config")
    shop.hear(topic, FeedDelta(feed="config", epoch="f", since=0, version=1), [row])
    assert rows(shop.rounds.mirror, "select key from config") == [{"key": "policy"}]
    noted(shop, "ok", None)
    delta(shop, 1)
    assert prices(shop) == ["k1"]


def test_hq_hears_at_once_how_full_the_disk_is(shop: Shop) -> None:
    for level in ("short", "full", "ok"):
        shop.line.taken.clear()
        noted(shop, level, None)
        shop.round()
        (state,) = [message.header for message in shop.line.said(State)]
        assert isinstance(state, State)
        assert state.disk == level


def test_what_hq_has_kept_and_what_it_shall_know_is_written_when_there_is_room(shop: Shop) -> None:
    seq = shop.tell()
    shop.round()
    may_grow(shop.rounds.db, pages=0)
    shop.rounds.notes.note(MessageRefused(why="x" * 60_000))
    shop.ack_all()
    assert shop.notes("message.refused") == []
    may_grow(shop.rounds.db, pages=None)
    shop.round()
    assert shop.notes("message.refused") == [{"why": "x" * 60_000}]
    assert {"seq": seq} in rows(shop.web, "select seq from kept")


def test_a_replica_that_cannot_grow_keeps_nothing_else_from_being_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its index of words has work to do in every round; what HQ has kept lies in the other file."""
    monkeypatch.setattr(search_index, "STEP_INTERVAL_S", 0.0)
    goods = [product(gtin14(number), style=f"style {number}") for number in range(300)]
    with writing(shop.rounds.mirror):
        shop.rounds.mirror.conn.executemany(
            "insert into catalog (key, version, body) values (?, 1, ?)",
            [(one.gtin, msgspec.json.encode(one).decode()) for one in goods],
        )
    may_grow(shop.rounds.mirror, pages=0)
    seq = shop.tell()
    shop.round()
    shop.ack_all()
    assert rows(shop.rounds.mirror, "select 1 from search_changed limit 1"), "there is no room for the index"
    assert {"seq": seq} in rows(shop.web, "select seq from kept")
