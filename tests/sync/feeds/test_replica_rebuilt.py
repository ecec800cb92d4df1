"""A mirror that was made anew, as sync sees it: HQ gets one report, the rows come again, and nothing HQ trusts is forgotten."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from edge.db_files.replica_rebuild import REPLICA_FILE, confirmed_position, read_replacement_record, replace_replica
from edge.platform.clock import now
from edge.platform.database import rows, writing
from edge.platform.sqlite_file import Damaged, file_identity
from sync.feeds.replica_rebuilt import begin_refill, note_if_refilled
from sync.protocol import topics
from sync.protocol.ed25519_keys import public_to_text
from sync.protocol.messages import FeedDelta, FeedRow, Want
from sync.transport.mqtt_events import Connected
from tests.sync.test_session import Shop, new_key


def _body(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.round(Connected())
    yield made
    made.stop()
    made.web.conn.close()


def begin_again(shop: Shop) -> None:
    """What sync does when another file has taken its mirror's place."""
    shop.stop()
    shop.start()
    shop.round(Connected())
    begin_refill(shop.rounds.db, shop.rounds.mirror, shop.rounds.feeds, shop.at, shop.now)


def test_hq_is_told_once_and_asked_for_what_was_taken_along(shop: Shop) -> None:
    row = FeedRow(key="r", version=1, body=_body({"what": "reviews", "stars": 4, "count": 1, "latest": []}))
    shop.hear(
        topics.feed_topic("chain", "ginza", "content"), FeedDelta(feed="content", epoch="f", since=0, version=1), [row]
    )
    replace_replica(shop.folder, file_identity(shop.folder / REPLICA_FILE), "a page", now())
    begin_again(shop)
    shop.at += 10
    shop.round()
    wants = [message.header for message in shop.line.said(Want)]
    assert ("content", 0) in [(want.feed, want.version) for want in wants if isinstance(want, Want)]
    begin_again(shop)
    assert [(note["why"], note["aside"][:14]) for note in shop.notes("mirror.replaced")] == [
        ("a page", "hq.db.damaged-")
    ]
    assert rows(shop.rounds.mirror, "select key from content") == [{"key": "r"}]
    note_if_refilled(shop.rounds.mirror, shop.rounds.feeds)
    told = read_replacement_record(shop.rounds.mirror)
    assert told is not None
    assert (told.told, told.whole) == (True, False)


def test_a_key_hq_has_added_counts_though_the_mirror_it_came_with_is_gone(shop: Shop) -> None:
    second = new_key("hq-2")
    added = FeedRow(key="hq-2", version=1, body=_body({"public": public_to_text(second.public)}))
    shop.hear(
        topics.feed_topic("chain", "ginza", "keys"), FeedDelta(feed="keys", epoch="f", since=0, version=1), [added]
    )
    (shop.folder / REPLICA_FILE).unlink()
    replace_replica(shop.folder, None, "it is gone", now())
    begin_again(shop)
    row = FeedRow(key="r", version=1, body=_body({"what": "reviews", "stars": 4, "count": 1, "latest": []}))
    header = FeedDelta(feed="content", epoch="f", since=0, version=1)
    shop.hear(topics.feed_topic("chain", "ginza", "content"), header, [row], key=second)
    assert rows(shop.rounds.mirror, "select key from content") == [{"key": "r"}]


def test_how_far_hq_has_come_is_noted_in_the_other_file_too(shop: Shop) -> None:
    seq = shop.tell()
    shop.round()
    shop.ack_all()
    assert confirmed_position(shop.rounds.mirror) == (shop.rounds.me.box.epoch, seq)


def test_a_fact_that_is_not_what_was_told_is_not_sent_but_met_as_damage(shop: Shop) -> None:
    shop.tell(n=1)
    seq = shop.tell(n=2)
    with writing(shop.web):
        shop.web.conn.execute("update journal set event = replace(event, '2', '3') where seq = ?", (seq,))
    with pytest.raises(Damaged, match=f"fact {seq} has changed since it was written"):
        shop.round()
