"""The order that ends a box is done until it is done: a full disk, a power cut or a wrong clock are no way out of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from edge.db_files import replica_rebuild as mirror_file
from edge.disk import reserve
from edge.platform.clock import Now, utc_text
from edge.platform.database import rows
from edge.platform.sqlite_file import file_identity
from sync import decommission
from sync.protocol import topics
from sync.protocol.messages import Do, FeedDelta, FeedPage, FeedRow
from sync.transport.mqtt_events import Connected
from tests.support.small_disk import fill, small_disk
from tests.sync.test_session import OURS, Shop

NAME = "TARO-OF-THE-MIRROR"


def with_a_member(folder: Path) -> Shop:
    shop = Shop(folder)
    shop.round(Connected())
    body = {"member": "m-1", "nickname": NAME, "stage": "x", "codes": []}
    row = FeedRow(key="m-1", version=1, body=msgspec.Raw(msgspec.json.encode(body)))
    shop.hear(
        topics.feed_topic("chain", "ginza", "members"), FeedDelta(feed="members", epoch="f", since=0, version=1), [row]
    )
    assert rows(shop.rounds.mirror, "select key from members")
    return shop


def anew(shop: Shop) -> None:
    shop.stop()
    shop.start()
    shop.round(Connected())


def order(shop: Shop) -> Do:
    expires = utc_text(shop.now.time + timedelta(days=900))
    return Do(id="e1", command="revoke", expires=expires, args={"key": OURS.id})


def hear(shop: Shop, told: Do) -> None:
    shop.hear(topics.hq_topic("chain", "ginza", "do"), told, retained=True)


def has_ended(shop: Shop) -> bool:
    return shop.rounds.has_ended and rows(shop.rounds.mirror, "select key from members") == []


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = with_a_member(tmp_path)
    yield made
    made.stop()
    made.web.conn.close()


def test_an_order_that_found_no_room_is_done_when_there_is_some(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 30) as folder:
        shop = with_a_member(folder)
        reserve.refill_reserve(shop.web)
        hog = fill(folder)
        hear(shop, told := order(shop))
        assert not decommission.is_decommissioned(folder, OURS.id)
        hog.unlink()
        anew(shop)
        hear(shop, told)
        assert has_ended(shop)
        shop.stop()
        shop.web.conn.close()


def test_an_order_in_which_the_power_went_is_done_afterwards(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(decommission, "decommission", cut)
        with pytest.raises(KeyboardInterrupt):
            hear(shop, told := order(shop))
    anew(shop)
    hear(shop, told)
    assert has_ended(shop)


def test_an_order_that_a_wrong_clock_took_for_expired_is_done_by_the_right_one(shop: Shop) -> None:
    told, right = order(shop), shop.now
    shop.now = Now(right.time + timedelta(days=4383), "unset", right.boot, 0)
    hear(shop, told)
    assert not shop.rounds.has_ended
    shop.now = right
    anew(shop)
    hear(shop, told)
    assert has_ended(shop)


def test_the_rows_of_a_load_that_is_under_way_go_too(shop: Shop, tmp_path: Path) -> None:
    row = FeedRow(key="o-1", version=1, body=msgspec.Raw(msgspec.json.encode({"name": "HANAKO-OF-A-LOAD"})))
    page = FeedPage(feed="orders", epoch="f", since=0, version=1, more=True)
    shop.hear(topics.feed_topic("chain", "ginza", "orders"), page, [row])
    assert any(b"HANAKO-OF-A-LOAD" in path.read_bytes() for path in tmp_path.glob("hq.db*"))
    hear(shop, order(shop))
    assert has_ended(shop)
    assert not any(b"HANAKO-OF-A-LOAD" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_what_was_set_aside_of_hqs_goes_too(shop: Shop, tmp_path: Path) -> None:
    mirror_file.replace_replica(tmp_path, file_identity(tmp_path / "hq.db"), "for the test", shop.now)
    anew(shop)
    assert any(NAME.encode() in path.read_bytes() for path in tmp_path.glob("hq.db.damaged-*"))
    hear(shop, order(shop))
    assert shop.rounds.has_ended
    assert not any(NAME.encode() in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
