"""A broker that refuses the subscriptions (nats-server may) counts as not connected; they are tried again."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.demo.ports import free_port
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import Connected, Disconnected, Event, MessageReceived

PATIENCE = 180.0  # s; only a hang takes so long


@dataclass
class Node:
    """One node whose user `box` may publish anything and subscribe only to what is allowed here."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def allow(self, *subjects: str) -> None:
        """Write the settings; a node that runs reads them anew."""
        allowed = ", ".join(f'"{subject}"' for subject in ("$MQTT.sub.>", *subjects))
        (self.folder / "node.conf").write_text(
            f"server_name: n1\nlisten: 127.0.0.1:{self.own}\n"
            f'jetstream {{ store_dir: "{self.folder}" }}\nmqtt {{ listen: 127.0.0.1:{self.port} }}\n'
            f"authorization {{ users: [ {{ user: box, password: x, permissions: "
            f'{{ publish: "t.>", subscribe: [ {allowed} ] }} }} ] }}\n'
        )
        if self.process:
            self.process.send_signal(signal.SIGHUP)

    def __post_init__(self) -> None:
        self.own = free_port()

    def start(self) -> None:
        binary = shutil.which("nats-server") or "/usr/sbin/nats-server"
        with (self.folder / "node.log").open("ab") as log:
            self.process = subprocess.Popen([binary, "-c", self.folder / "node.conf"], stdout=log, stderr=log)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path, free_port())
    made.allow()
    made.start()
    yield made
    assert made.process
    made.process.kill()
    made.process.wait()


def until(link: MqttClient, wanted: Callable[[Event], bool]) -> None:
    end = time.monotonic() + PATIENCE
    seen: list[Event] = []
    while not any(wanted(event) for event in seen):
        assert time.monotonic() < end, f"not seen: {seen}"
        seen += link.read(0.1)


def test_a_line_on_which_nothing_can_be_heard_is_down_until_it_can(node: Node) -> None:
    broker = BrokerSettings(places=(("127.0.0.1", node.port),), username="box", password="x", protocol="3.1.1")
    with MqttClient(broker, "box", ["t/x"]) as link:
        until(link, lambda event: isinstance(event, Disconnected) and "refuses our subscriptions" in event.reason)
        assert not link.is_up
        assert not link.publish("t/x", b"into the void")
        node.allow("t.>")
        until(link, lambda event: isinstance(event, Connected))
        assert link.is_up
        assert link.publish("t/x", b"heard")
        until(link, lambda event: isinstance(event, MessageReceived) and event.payload == b"heard")
