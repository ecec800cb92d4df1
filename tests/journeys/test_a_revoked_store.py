"""A store is revoked: HQ falls silent towards it at once, the broker shuts its account out, its box wipes what it holds."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from edge.demo.ports import free_port
from edge.platform.database import writing
from edge.replica.hq_link import LinkReason
from sync.hq.enrolment import acl
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.enrolment.keys import read_hq_key
from sync.hq.feeds import feed
from sync.protocol import topics
from sync.protocol.envelope import open_message
from sync.protocol.messages import Do
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import MessageReceived
from tests.processes.sync_and_hq import CHAIN, PATIENCE, STORE, Ends, built, noren, until
from tests.support import keyed_databases
from tests.sync.conftest import Mosquitto

Town = Ends[Mosquitto]
PROBE = "probe"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The broker keeps HQ's own rules; who connects is who they say they are."""
    port, rules = free_port(), tmp_path / "hq" / acl.ACL_FILE
    mosquitto = Mosquitto(tmp_path, port, changes={"acl_file": str(rules)})
    here = built(tmp_path, mosquitto, f"mqtt://127.0.0.1:{port}", f'username = "{STORE}"\n', ("--username", "hq"))
    rules.chmod(0o600)
    mosquitto.start()
    here.start("hq")
    here.start("sync")
    try:
        yield here
    finally:
        for process in here.processes.values():
            process.kill()
            process.wait()
        mosquitto.kill()
        here.store.conn.close()
        here.mirror.conn.close()


def line(town: Town, who: str, *listen: str) -> MqttClient:
    broker = BrokerSettings(places=(("127.0.0.1", town.broker.port),), username=who)
    return MqttClient(broker, f"test-{who}", listen)


def heard(link: MqttClient, last: Callable[[MessageReceived], bool]) -> list[MessageReceived]:
    seen: list[MessageReceived] = []
    until(
        lambda: bool(seen.extend(e for e in link.read(0.1) if isinstance(e, MessageReceived)) or any(map(last, seen)))
    )
    return seen


def put_member(town: Town, store: str, member: str) -> None:
    with open_headquarters(town.hq) as db, writing(db):
        body = f'{{"member":"{member}","nickname":"シラカワ","stage":"silver","codes":["hanada:{member}"]}}'
        feed.put_rows(db, "members", store, [(member, body)])


def count(town: Town, table: str) -> int:
    return int(town.mirror.conn.execute(f"select count(*) from {table}").fetchone()[0])


def revoke(town: Town) -> None:
    noren("hq", "stores", "revoke", STORE, "--dir", town.hq)


def reason(town: Town) -> str:
    return str(town.store.conn.execute("select reason from line").fetchone()[0])


def test_the_box_wipes_members_and_keys_says_so_and_stays_out_of_use(town: Town) -> None:
    put_member(town, STORE, "m-shirakawa")
    until(lambda: town.mirror.conn.execute("select 1 from members where key = 'm-shirakawa'").fetchone() is not None)
    noren("hq", "keys", "prepare", "--dir", town.hq)
    until(lambda: count(town, "keys") > 0)
    revoke(town)
    until(lambda: reason(town) == LinkReason.REVOKED)
    assert [count(town, name) for name in ("members", "member_codes", "keys", "staff", "orders", "feeds")] == [0] * 6
    town.mirror.conn.close()
    town.processes["sync"].terminate()
    assert town.processes["sync"].wait(PATIENCE) == 0
    assert not (town.folder / "data/hq.db-wal").exists()
    assert "シラカワ".encode() not in keyed_databases.bytes_of(town.folder / "data/hq.db")
    town.start("sync")
    until(
        lambda: "HQ has taken this box out of use" in str(town.store.conn.execute("select detail from line").fetchone())
    )
    with keyed_databases.opened(town.folder / "data/hq.db") as conn:
        assert conn.execute("select count(*) from members").fetchone() == (0,)


def test_a_box_that_was_off_when_it_was_revoked_hears_it_when_it_comes_to_the_line(town: Town) -> None:
    until(lambda: count(town, "staff") > 0)
    town.kill("sync")
    revoke(town)
    town.broker.reload()
    town.start("sync")
    until(lambda: reason(town) == LinkReason.REVOKED)
    assert count(town, "staff") == 0


def test_a_box_that_slept_through_a_change_of_hqs_key_too_believes_the_order(town: Town) -> None:
    until(lambda: count(town, "staff") > 0)
    town.kill("sync")
    noren("hq", "keys", "prepare", "--dir", town.hq)
    noren("hq", "keys", "switch", "--anyway", "--dir", town.hq)
    town.processes["hq"].terminate()
    town.processes["hq"].wait(PATIENCE)
    town.start("hq")
    with line(town, STORE, topics.hq_topic(CHAIN, STORE, "do")) as thief:
        revoke(town)
        heard(thief, lambda event: bool(event.payload))
    town.broker.reload()
    town.start("sync")
    until(lambda: reason(town) == LinkReason.REVOKED)
    assert count(town, "staff") == 0


def test_hq_falls_silent_towards_the_store_and_the_broker_lets_it_neither_speak_nor_hear(town: Town) -> None:
    until(lambda: count(town, "staff") > 0)
    town.kill("sync")
    up, down = topics.store_topic(CHAIN, STORE, "events"), topics.hq_topic(CHAIN, STORE, "#")
    with ExitStack() as lines:
        hq = lines.enter_context(
            line(town, "hq", topics.store_topic(CHAIN, "+", "events"), f"{topics.chain_topic(CHAIN)}/#")
        )
        heard(hq, lambda event: event.retained)  # from now on it hears: it could speak a moment before
        thief = lines.enter_context(line(town, STORE, down, topics.hq_topic(CHAIN, topics.ALL_STORES, "#")))
        heard(thief, lambda event: event.topic.endswith(f"{STORE}/head"))
        revoke(town)
        heard(thief, lambda event: event.topic.endswith("/do"))
        # HQ itself ignores it, before the broker has the new rules
        put_member(town, STORE, "m-late")
        put_member(town, "yokohama", "m-late")
        spy = lines.enter_context(line(town, "yokohama", topics.hq_topic(CHAIN, "yokohama", "#")))
        heard(spy, lambda event: event.topic.endswith("yokohama/head"))
        thief.publish(up, b"before")
        heard(hq, lambda event: event.payload == b"before")
        # and the broker's
        town.broker.reload()
        for topic in (topics.hq_topic(CHAIN, STORE, "feed/members"), topics.hq_topic(CHAIN, topics.ALL_STORES, "head")):
            assert hq.publish(topic, PROBE.encode())
        assert hq.publish(topics.hq_topic(CHAIN, STORE, "do"), b"last")
        said = heard(thief, lambda event: event.payload == b"last")
        still_there = topics.hq_topic(
            CHAIN, topics.ALL_STORES, "hq"
        )  # HQ's own words: before the broker reads its rules, too
        spoken = {event.topic for event in said if event.payload}
        assert spoken - {still_there} == {topics.hq_topic(CHAIN, STORE, "do")}
        thief.publish(up, b"after")
        spy.publish(topics.store_topic(CHAIN, "yokohama", "events"), b"theirs")
        assert b"after" not in {event.payload for event in heard(hq, lambda event: event.payload == b"theirs")}


def test_the_end_of_a_store_lies_at_the_broker_until_it_is_enrolled_anew(town: Town) -> None:
    until(lambda: count(town, "staff") > 0)
    town.kill("sync")
    revoke(town)
    key = read_hq_key(town.hq)
    topic = topics.hq_topic(CHAIN, STORE, "do")
    with line(town, STORE, topic) as late:
        said = heard(late, lambda event: event.retained)[0]
        header = open_message(topic, said.payload, {key.id: key.public}).header
        assert isinstance(header, Do)
        assert header.command == "revoke"
        noren("hq", "stores", "add", STORE, "--dir", town.hq)
        assert heard(late, lambda event: not event.payload)


def test_a_broker_that_reads_its_rules_anew_keeps_the_other_stores_lines(town: Town) -> None:
    until(lambda: count(town, "staff") > 0)
    noren("hq", "stores", "revoke", "yokohama", "--dir", town.hq)
    town.broker.reload()
    town.tell(10)
    until(town.is_all_kept)
    assert (town.folder / "sync.log").read_text().count("MQTT connected") == 1
