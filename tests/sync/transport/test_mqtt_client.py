"""The line to a real mosquitto: it tells what happens, comes back by itself, and never waits."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from edge.config.toml_schema import BadConfig
from edge.demo.ports import free_port
from sync.transport.broker import BrokerSettings, parse_broker_url
from sync.transport.inbox import Inbox
from sync.transport.mqtt_client import MAX_UNCONFIRMED, LastWill, MqttClient
from sync.transport.mqtt_events import Connected, Disconnected, Event, MessageReceived, MessagesDropped
from tests.sync.conftest import Mosquitto

PATIENCE = 180.0  # s; only a hang takes so long


def until(link: MqttClient, wanted: Callable[[Event], bool]) -> list[Event]:
    """All events up to the one that is wanted."""
    seen: list[Event] = []
    end = time.monotonic() + PATIENCE
    while not any(wanted(event) for event in seen):
        assert time.monotonic() < end, f"not seen: {seen}"
        seen += link.read(0.2)
    return seen


def is_up(event: Event) -> bool:
    return isinstance(event, Connected)


def is_lost(event: Event) -> bool:
    return isinstance(event, Disconnected)


def has(payload: bytes) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, MessageReceived) and event.payload == payload


@pytest.fixture(params=["5", "3.1.1"])
def broker(request: Any, mosquitto: Any) -> BrokerSettings:
    return BrokerSettings(places=(("127.0.0.1", mosquitto.port),), protocol=request.param)


def test_what_is_published_arrives_and_is_counted(broker: BrokerSettings) -> None:
    with MqttClient(broker, "a", ["t/#"]) as link:
        until(link, is_up)
        assert link.publish("t/x", b"hello")
        until(link, has(b"hello"))
        assert (link.count.sent, link.count.arrived, link.count.connects) == (1, 1, 1)


def test_the_broker_speaks_our_will_when_the_line_breaks(broker: BrokerSettings) -> None:
    with MqttClient(broker, "watcher", ["will"]) as watcher:
        until(watcher, is_up)
        dying = MqttClient(broker, "dying", ["t"], LastWill("will", b"gone"))
        with dying:
            until(dying, is_up)
            # the same client id connects again: the broker throws the first line out, as when it breaks
            with MqttClient(broker, "dying", ["t"]) as second:
                until(second, is_up)
                until(watcher, has(b"gone"))


def test_the_line_comes_back_after_the_broker_was_killed(broker: BrokerSettings, mosquitto: Any) -> None:
    with MqttClient(broker, "a", ["t/#"]) as link:
        until(link, is_up)
        mosquitto.kill()
        until(link, is_lost)
        assert not link.publish("t/x", b"into the void")
        mosquitto.start()
        until(link, is_up)
        assert link.publish("t/x", b"again")
        until(link, has(b"again"))


def test_a_broker_that_is_not_there_is_told_and_tried_again(mosquitto: Any) -> None:
    mosquitto.kill()
    with MqttClient(BrokerSettings(places=(("127.0.0.1", mosquitto.port),)), "a", []) as link:
        told = next(event for event in until(link, is_lost) if isinstance(event, Disconnected))
        assert str(mosquitto.port) in told.reason
        mosquitto.start()
        until(link, is_up)


def test_no_more_is_handed_over_than_the_broker_confirms(broker: BrokerSettings) -> None:
    with MqttClient(broker, "a", ["t/#"]) as link:
        until(link, is_up)
        taken = [link.publish("t/x", b"x" * 100_000) for _ in range(MAX_UNCONFIRMED * 20)]
        assert not all(taken)
        end = time.monotonic() + PATIENCE
        while not link.has_room:
            assert time.monotonic() < end
            time.sleep(0.01)


CONNACK = {"5": bytes([0x20, 3, 0, 0, 0]), "3.1.1": bytes([0x20, 2, 0, 0])}


class Unconfirming:
    """A broker that takes every message and confirms none; `drop` cuts the connection."""

    def __init__(self, protocol: str) -> None:
        self._hello = CONNACK[protocol]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lines: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._lines.append(line)
            with line:
                try:
                    if line.recv(65536):
                        line.sendall(self._hello)
                    while line.recv(65536):
                        continue
                except OSError:
                    continue

    def drop(self) -> None:
        self._lines[-1].shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            if line.fileno() >= 0:
                line.shutdown(socket.SHUT_RDWR)
        self._thread.join()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_connections_lost_one_after_the_other_do_not_open_the_window(protocol: Literal["5", "3.1.1"]) -> None:
    """What was not confirmed is sent again by the library, and stays in the window until it is."""
    peer, taken = Unconfirming(protocol), 0
    try:
        with MqttClient(BrokerSettings(places=(("127.0.0.1", peer.port),), protocol=protocol), "a", []) as link:
            for _ in range(6):
                until(link, is_up)
                while link.publish("t/x", b"x"):
                    taken += 1
                peer.drop()
                until(link, is_lost)
        assert taken == MAX_UNCONFIRMED
    finally:
        peer.end()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Mosquitto]:
    """A second broker, not yet started."""
    (tmp_path / "other").mkdir()
    broker = Mosquitto(tmp_path / "other", free_port())
    yield broker
    broker.kill()


def test_of_a_clusters_nodes_the_next_is_tried_until_one_answers(mosquitto: Mosquitto, other: Mosquitto) -> None:
    """Whichever is drawn first, and again when the one in use is gone."""
    nodes = (("127.0.0.1", free_port()), ("127.0.0.1", mosquitto.port), ("127.0.0.1", other.port))
    with MqttClient(BrokerSettings(places=nodes), "a", ["t/#"]) as link:
        until(link, is_up)
        assert link.place == nodes[1]
        mosquitto.kill()
        other.start()
        until(link, is_up)
        assert link.place == nodes[2]
        assert link.publish("t/x", b"over there")
        until(link, has(b"over there"))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("mqtt://shop:1884", ((("shop", 1884),), False)),
        ("mqtts://hq.example", ((("hq.example", 8883),), True)),
        ("mqtt://[::1]:1883", ((("::1", 1883),), False)),
        ("mqtts://n1,n2:8884,[::1]", ((("n1", 8883), ("n2", 8884), ("::1", 8883)), True)),
    ],
)
def test_a_broker_is_named_by_its_address_and_a_cluster_by_those_of_its_nodes(url: str, found: object) -> None:
    assert parse_broker_url(url) == found


@pytest.mark.parametrize(
    "url", ["http://hq", "mqtt://hq:port", "mqtt://:1883", "hq:1883", "mqtt://hq,", "mqtt://hq:99999"]
)
def test_an_address_that_is_none_is_refused_in_plain_words(url: str) -> None:
    with pytest.raises(BadConfig, match=r"hq\.broker"):
        parse_broker_url(url)


def test_what_nobody_reads_is_dropped_and_told(broker: BrokerSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.transport.inbox.INBOX_PUT_TIMEOUT_S", 0.01)
    with MqttClient(broker, "slow", ["t/#"], inbox=Inbox(2)) as slow, MqttClient(broker, "quick", []) as quick:
        until(slow, is_up)
        until(quick, is_up)
        end = time.monotonic() + PATIENCE
        while slow.inbox.dropped < 8:  # published again and again: the other may not have subscribed yet
            assert time.monotonic() < end
            quick.publish("t/x", b"x")
            quick.read(0.05)
        told = until(slow, lambda event: isinstance(event, MessagesDropped))
        assert sum(event.count for event in told if isinstance(event, MessagesDropped)) >= 8
        assert len([event for event in told if isinstance(event, MessageReceived)]) >= 2


def test_that_the_line_is_lost_is_told_however_much_nobody_has_read(other: Mosquitto) -> None:
    other.start()
    with MqttClient(BrokerSettings(places=(("127.0.0.1", other.port),)), "slow", ["t/#"], inbox=Inbox(1)) as slow:
        until(slow, is_up)
        slow.inbox.put_message(MessageReceived("t/x", b"x"))  # nobody reads it: there is room for no other
        other.kill()
        until(slow, is_lost)
        other.start()
        until(slow, is_up)
