"""From a store's journal into HQ's database and back: real sync, real HQ, real broker, and every one of them killed."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from edge.facts.fact import Lane
from edge.facts.journal import tell
from edge.platform.clock import now
from edge.platform.database import rows, writing
from edge.platform.sqlite_file import key_of_connection
from sync.feeds.ended_orders import ENDED_STATES
from sync.feeds.stored_form import with_keyed_secrets
from sync.hq import epoch_reset
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.enrolment.keys import read_hq_key
from sync.hq.feeds import feed
from sync.protocol import envelope, topics
from sync.protocol.ed25519_keys import new_key
from sync.protocol.messages import FeedDelta, FeedRow
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import Connected
from tests.processes.sync_and_hq import PATIENCE, Ends, built, noren, until, up
from tests.support.any_fact import fact
from tests.sync.conftest import Mosquitto

Town = Ends[Mosquitto]


@pytest.fixture
def town(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Town]:
    with up(built(tmp_path, mosquitto, f"mqtt://127.0.0.1:{mosquitto.port}")) as here:
        yield here


def test_facts_of_all_lanes_arrive_once_in_order_and_the_store_knows_it(town: Town) -> None:
    town.tell(150)
    until(town.is_all_kept)
    assert len(town.kept()) == 151  # and that the box has started
    assert {lane for lane, _ in town.kept()} == set(Lane)


def test_everything_is_killed_in_turn_while_the_store_goes_on_and_nothing_is_lost_or_doubled(town: Town) -> None:
    dice = random.Random(4821)
    for _ in range(3):
        for name in dice.sample(["broker", "hq", "sync"], 3):
            town.tell(dice.randint(5, 40))
            if name == "broker":
                town.broker.kill()
                town.tell(20)
                town.broker.start()
            else:
                town.kill(name)
                town.tell(20)
                town.start(name)
    until(town.is_all_kept)


def live(town: Town, name: str) -> dict[str, str]:
    found = town.mirror.conn.execute(f"select key, body from {name} where body is not null").fetchall()
    return {key: _without_ended_names(name, body) for key, body in found}


def at_hq(town: Town, name: str, scope: str) -> dict[str, str]:
    """HQ's rows as a store keeps them, with that store's key."""
    key = key_of_connection(town.mirror.conn)
    assert key, "a box has one"
    with open_headquarters(town.hq) as db:
        found = rows(db, "select key, body from rows where feed = ? and scope = ? and body is not null", (name, scope))
    return {row["key"]: _without_ended_names(name, with_keyed_secrets(name, row["body"], key)) for row in found}


def _without_ended_names(name: str, body: str) -> str:
    """The store takes the names of orders that have ended off a minute later (sync/feeds/ended_orders.py)."""
    if name != "orders":
        return body
    row = msgspec.json.decode(body)
    if row["state"] in ENDED_STATES:
        row.pop("name", None)
    return msgspec.json.encode(row).decode()


def is_mirrored(town: Town) -> bool:
    pairs = [("catalog", "all"), ("content", "all"), ("stock", "ginza"), ("orders", "ginza"), ("config", "ginza")]
    return all(live(town, name) == at_hq(town, name, scope) for name, scope in pairs)


def test_feeds_are_caught_up_from_nothing_and_follow_what_is_pushed_even_over_an_outage(town: Town) -> None:
    until(lambda: is_mirrored(town))
    assert len(live(town, "catalog")) == 300
    gtin = min(live(town, "stock"))
    for price in (110, 220):
        if price == 220:
            town.broker.kill()
        push_price(town, price)
        if price == 220:
            town.broker.start()
        until(lambda: is_mirrored(town))
        assert f'"price":{price}' in live(town, "catalog")[gtin]


def test_what_the_store_sold_comes_back_counted(town: Town) -> None:
    until(lambda: is_mirrored(town))
    gtin = min(live(town, "stock"))
    with writing(town.store):
        data = {"gtin": gtin, "quantity": -1, "reserved": 0, "reason": "sale"}
        seq = tell(town.store, town.box, fact("stock.moved", data), now())
    until(lambda: f'"through_seq":{seq}' in live(town, "stock")[gtin])


def test_a_headquarters_restored_from_last_nights_backup_gets_everything_again(town: Town) -> None:
    """Nothing new happens in the store meanwhile: it must come back by itself, from what HQ says it has."""
    go_back(town)
    noren("hq", "restored", "--dir", town.hq)
    town.start("hq")
    until(town.is_all_kept)
    until(lambda: is_mirrored(town))
    push_price(town, 440)
    until(lambda: is_mirrored(town))


def test_a_headquarters_restored_without_a_word_finds_it_by_itself(town: Town) -> None:
    """The store has versions that HQ is going to give again to something else: the digests would be the same."""
    go_back(town)
    town.start("hq")
    until(lambda: bool(lately(town)))
    assert "begun anew" in lately(town)[0]
    push_price(town, 440)
    until(town.is_all_kept)
    until(lambda: is_mirrored(town))
    assert '"price":440' in live(town, "catalog")[min(live(town, "stock"))]
    assert len(lately(town)) == 1


def lately(town: Town) -> list[str]:
    with open_headquarters(town.hq) as db:
        return [epoch_reset.renewal_in_words(seen) for seen in epoch_reset.recent_epoch_renewals(db)]


def go_back(town: Town) -> None:
    """HQ's database is the copy of a time before facts were kept and a price was pushed."""
    until(lambda: is_mirrored(town))
    town.tell(30)
    until(town.is_all_kept)
    with open_headquarters(town.hq) as db:
        db.conn.execute("vacuum into ?", (str(town.folder / "backup.db"),))
    town.tell(30)
    until(town.is_all_kept)
    push_price(town, 330)
    until(lambda: is_mirrored(town))
    town.kill("hq")
    for part in ("-wal", "-shm"):
        (town.hq / f"hq-store.db{part}").unlink(missing_ok=True)
    (town.folder / "backup.db").replace(town.hq / "hq-store.db")


def push_price(town: Town, price: int) -> None:
    prices = town.folder / "prices.csv"
    prices.write_text(f"gtin,price\n{min(live(town, 'stock'))},{price}\n")
    noren("hq", "push", "prices", prices, "--dir", town.hq)


def test_hq_changes_its_signing_key_and_the_store_believes_only_the_new_one(town: Town) -> None:
    until(lambda: is_mirrored(town))
    for other in ("kichijoji", "yokohama"):  # stores that are not there would hold the change up
        noren("hq", "stores", "revoke", other, "--dir", town.hq)
    old = read_hq_key(town.hq)
    noren("hq", "keys", "prepare", "--dir", town.hq)
    until(lambda: len(live(town, "keys")) == 2)
    noren("hq", "tell", "ginza", "birth", "--dir", town.hq)
    until(lambda: subprocess.run(hq_words("keys", "switch", town.hq), capture_output=True, check=False).returncode == 0)
    town.processes["hq"].terminate()
    assert town.processes["hq"].wait(PATIENCE) == 0
    town.start("hq")
    noren("hq", "keys", "revoke", old.id, "--dir", town.hq)
    until(lambda: '"revoked":true' in live(town, "keys")[old.id])
    push_price(town, 550)
    until(lambda: is_mirrored(town))
    town.tell(10)
    until(town.is_all_kept)


def hq_words(group: str, command: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "edge", "hq", group, command, "--dir", str(folder)]


def test_orders_nobody_at_hq_signed_are_refused(town: Town) -> None:
    until(lambda: is_mirrored(town))
    with open_headquarters(town.hq) as db:
        stand = feed.feed_position(db, "config", "ginza")
    assert stand
    forged = FeedDelta(feed="config", epoch=stand.epoch, since=stand.version, version=stand.version + 1)
    row = FeedRow(key="policy", version=stand.version + 1, body=Raw(b'{"brand":{"name":"EVIL"}}'))
    topic = topics.feed_topic("hanada", "ginza", "config")
    before = live(town, "config")
    with MqttClient(BrokerSettings(places=(("127.0.0.1", town.broker.port),)), "stranger", ["x"]) as stranger:
        until(lambda: any(isinstance(event, Connected) for event in stranger.read(0.2)))
        assert stranger.publish(topic, envelope.seal_message(topic, forged, [row], new_key()))
    town.tell(1)
    until(town.is_all_kept)
    assert live(town, "config") == before
