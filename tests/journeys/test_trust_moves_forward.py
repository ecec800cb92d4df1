"""HQ changes its signing key; boxes lose their files, sleep for a year, or stand there with a key that is revoked."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.platform.clock import now
from edge.replica.hq_link import LinkReason
from sync.hq.enrolment.keys import HQ_KEY_FILE, make_hq_key, read_hq_key
from sync.protocol import envelope, topics
from sync.protocol.ed25519_keys import SigningKey
from sync.protocol.messages import HqPresence
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import Connected
from sync.trust.key_ledger import read_ledger as read_ledger
from tests.processes.sync_and_hq import CHAIN, Ends, built, noren, until
from tests.support.keyed_databases import opened
from tests.sync.conftest import Mosquitto

Town = Ends[Mosquitto]
PRESENCE = topics.hq_topic(CHAIN, topics.ALL_STORES, "hq")


@pytest.fixture
def shop(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Town]:
    """Built, not started; the test looks into the files only as they lie there."""
    town = built(tmp_path, mosquitto, f"mqtt://127.0.0.1:{mosquitto.port}")
    yield town
    for process in town.processes.values():
        process.kill()
        process.wait()
    town.store.conn.close()
    town.mirror.conn.close()


def asked(town: Town, sql: str) -> list[tuple[object, ...]]:
    with opened(town.folder / "data/store.db") as conn:
        return conn.execute(sql).fetchall()


def is_up(town: Town) -> bool:
    """HQ's messages were received, with nothing missing in the mirror."""
    return asked(town, "select 1 from line where state = 'up' and heard is not null") != []


def behind(town: Town) -> list[str]:
    command = [sys.executable, "-m", "edge", "hq", "fleet", "--dir", str(town.hq), "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return next(one["behind"] for one in told if one["store"] == "ginza")


def rotate(town: Town) -> SigningKey:
    """Prepare, switch, revoke; the old key."""
    old = read_hq_key(town.hq)
    noren("hq", "keys", "prepare", "--dir", town.hq)
    noren("hq", "keys", "switch", "--anyway", "--dir", town.hq)
    noren("hq", "keys", "revoke", old.id, "--dir", town.hq)
    return old


def restart(town: Town, name: str) -> None:
    town.processes[name].terminate()
    assert town.processes[name].wait(60) == 0
    town.start(name)


def is_revoked(town: Town, key: SigningKey) -> bool:
    return any(one.key == key.id and one.revoked for one in read_ledger(town.folder / "data"))


def test_a_revoked_key_is_dead_for_a_box_that_has_lost_its_mirror_and_put_an_old_store_db_back(
    shop: Town, mosquitto: Mosquitto
) -> None:
    shop.start("hq")
    shop.start("sync")
    until(lambda: is_up(shop))
    noren("backup", shop.folder / "before.db", "--config", shop.folder / "noren.toml")
    old = rotate(shop)
    restart(shop, "hq")
    until(lambda: is_revoked(shop, old))
    shop.processes["sync"].terminate()
    assert shop.processes["sync"].wait(60) == 0
    shop.store.conn.close()
    shop.mirror.conn.close()
    for end in ("", "-wal", "-shm"):
        (shop.folder / f"data/hq.db{end}").unlink(missing_ok=True)
    noren("restore", shop.folder / "before.db", "--config", shop.folder / "noren.toml")
    assert asked(shop, "select * from hq_keys") == []  # it knows of no rotation
    with opened(shop.folder / "data/store.db", "rw") as conn:
        conn.execute("delete from line")  # so that the test sees the new one
    shop.start("sync")
    until(lambda: is_up(shop))
    with MqttClient(BrokerSettings(places=(("127.0.0.1", mosquitto.port),)), "thief", []) as thief:
        until(lambda: any(isinstance(event, Connected) for event in thief.read(0.2)))
        gone = envelope.seal_message(PRESENCE, HqPresence(state="down", time=now().text), (), old)
        assert thief.publish(PRESENCE, gone)
        until(lambda: "MQTT message refused: key" in (shop.folder / "sync.log").read_text())
    assert is_up(shop)


def test_a_box_that_was_off_while_hq_changed_keys_three_times_follows_and_is_whole(shop: Town) -> None:
    olds = [rotate(shop) for _ in range(3)]
    assert all(one.id not in (shop.hq / HQ_KEY_FILE).read_text() for one in olds)
    shop.start("hq")
    shop.start("sync")
    until(lambda: is_up(shop))
    until(lambda: behind(shop) == [])
    assert is_revoked(shop, olds[0])  # the only one noren.toml names
    restart(shop, "sync")
    until(lambda: behind(shop) == [])


def test_a_box_to_which_nothing_proves_the_new_key_says_so_and_hears_again_once_it_is_in_noren_toml(
    shop: Town,
) -> None:
    (shop.hq / HQ_KEY_FILE).unlink()  # a headquarters founded anew on its old database
    make_hq_key(shop.hq)
    shop.start("hq")
    shop.start("sync")
    until(lambda: asked(shop, "select reason from line") == [(LinkReason.NOT_BELIEVED,)])
    assert "put HQ's present key into [hq] keys of noren.toml" in (shop.folder / "sync.log").read_text()
    command = [sys.executable, "-m", "edge", "hq", "keys", "list", "--dir", str(shop.hq)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = re.search(r"keys = \{.*\}", listed)
    assert line
    config = shop.folder / "noren.toml"
    config.write_text(re.sub(r"keys = \{.*\}", line[0], config.read_text()))
    restart(shop, "sync")
    until(lambda: is_up(shop))
