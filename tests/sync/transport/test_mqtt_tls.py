"""TLS with a certificate per store, and the shipped ACL: each store writes and reads only its own topics."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.demo.ports import free_port
from sync.protocol import topics
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import Connected, Disconnected, Event, MessageReceived
from tests.sync.certificates import Authority
from tests.sync.conftest import Mosquitto

ACL = Path(__file__).parents[3] / "systemd" / "mosquitto-acl.example"
ROUNDS = 300  # looks of 0.1 s; only a hang takes so many
PROBE = b"probe"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def guarded(tmp_path: Path, authority: Authority) -> Iterator[Mosquitto]:
    certificate, key = authority.issue("broker")
    acl = tmp_path / "acl"
    acl.write_text(ACL.read_text(encoding="utf-8").replace("CHAIN", "chain"))
    acl.chmod(0o600)
    broker = Mosquitto(
        tmp_path,
        free_port(),
        changes={
            "cafile": str(authority.file),
            "certfile": str(certificate),
            "keyfile": str(key),
            "require_certificate": "true",
            "use_identity_as_username": "true",
            "allow_anonymous": "false",
            "acl_file": str(acl),
            "crlfile": authority.revoke(),
        },
    )
    broker.start()
    yield broker
    broker.kill()


def line(guarded: Mosquitto, authority: Authority, who: str, listen: list[str], **change: Any) -> MqttClient:
    certificate, key = authority.issue(who) if "cert_file" not in change else ("", "")
    files: dict[str, Any] = {"ca_file": authority.file, "cert_file": certificate, "key_file": key, **change}
    return MqttClient(BrokerSettings(places=(("127.0.0.1", guarded.port),), tls=True, **files), who, listen)


def until(link: MqttClient, kind: type) -> list[Event]:
    seen: list[Event] = []
    for _ in range(ROUNDS):
        seen += link.read(0.1)
        if any(isinstance(event, kind) for event in seen):
            return seen
    raise AssertionError(f"no {kind.__name__}: {seen}")


def until_it_listens(link: MqttClient, speaker: MqttClient, topic: str) -> None:
    """A line is up when it may speak; the broker takes its subscription a moment later, and what comes before is gone."""
    until(link, Connected)
    until(speaker, Connected)
    for _ in range(ROUNDS):
        speaker.publish(topic, PROBE)
        if any(isinstance(event, MessageReceived) for event in link.read(0.1)):
            return
    raise AssertionError(f"nothing of {topic} is heard")


def heard(link: MqttClient, last: bytes) -> list[tuple[str, bytes]]:
    """What arrived, up to a message that the test sends last."""
    seen: list[tuple[str, bytes]] = []
    while not any(payload == last for _, payload in seen):
        seen += [
            (event.topic, event.payload) for event in until(link, MessageReceived) if isinstance(event, MessageReceived)
        ]
    return [(topic, payload) for topic, payload in seen if payload != PROBE]


def test_a_store_with_its_certificate_speaks_for_itself_and_for_nobody_else(
    guarded: Mosquitto, authority: Authority
) -> None:
    with (
        line(guarded, authority, "hq", topics.hq_subscriptions("chain")) as hq,
        line(guarded, authority, "ginza", []) as ginza,
    ):
        until_it_listens(hq, ginza, topics.store_topic("chain", "ginza", "events"))
        ginza.publish(topics.store_topic("chain", "shibuya", "events"), b"forged")
        ginza.publish(topics.hq_topic("chain", "shibuya", "ack"), b"forged")
        ginza.publish(topics.store_topic("chain", "ginza", "events"), b"true")
        assert heard(hq, b"true") == [(topics.store_topic("chain", "ginza", "events"), b"true")]


def test_a_store_hears_what_is_for_it_and_for_all_and_nothing_else(guarded: Mosquitto, authority: Authority) -> None:
    with line(guarded, authority, "ginza", ["noren/#"]) as ginza, line(guarded, authority, "hq", []) as hq:
        until_it_listens(ginza, hq, topics.hq_topic("chain", topics.ALL_STORES, "head"))
        for scope in ("shibuya", "ginza", topics.ALL_STORES):
            hq.publish(topics.hq_topic("chain", scope, "head"), scope.encode())
        assert [payload for _, payload in heard(ginza, b"all")] == [b"ginza", b"all"]


def test_without_a_certificate_there_is_no_line(guarded: Mosquitto, authority: Authority) -> None:
    with line(guarded, authority, "ginza", [], cert_file=None, key_file=None) as link:
        until(link, Disconnected)
        assert not link.is_up


# paho leaves the socket of a failed handshake to the garbage collector, which closes it and says so
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_our_authority_does_not_know_is_not_spoken_to(
    guarded: Mosquitto, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, name="another authority")
    with line(guarded, authority, "ginza", [], ca_file=other.file) as link:
        until(link, Disconnected)
        assert not link.is_up


# paho leaves the socket of a failed handshake to the garbage collector, which closes it and says so
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_certificate_that_was_withdrawn_gets_no_line_once_the_broker_has_read_the_list_anew(
    guarded: Mosquitto, authority: Authority
) -> None:
    certificate, key = authority.issue("ginza")
    own = {"cert_file": certificate, "key_file": key}
    with line(guarded, authority, "ginza", [], **own) as link:
        until(link, Connected)
    authority.revoke("ginza")
    guarded.reload()
    with line(guarded, authority, "ginza", [], **own) as link:
        until(link, Disconnected)
        assert not link.is_up
    with line(guarded, authority, "shibuya", []) as link:
        until(link, Connected)
    with line(guarded, authority, "ginza", []) as link:  # a certificate of its own that came after is none of these
        until(link, Connected)
