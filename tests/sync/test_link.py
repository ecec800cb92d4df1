"""The line to a real mosquitto: it tells what happens, comes back by itself, and never waits."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.config import BadConfig
from sync.broker import Broker, places
from sync.line_events import Arrived, Connected, Event, Lost
from sync.link import WINDOW, Link, Will
from tests.sync.conftest import Mosquitto, free_port

PATIENCE = 60.0  # s; only a hang takes so long


def until(link: Link, wanted: Callable[[Event], bool]) -> list[Event]:
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
    return isinstance(event, Lost)


def has(payload: bytes) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Arrived) and event.payload == payload


@pytest.fixture(params=["5", "3.1.1"])
def broker(request: Any, mosquitto: Any) -> Broker:
    return Broker(places=(("127.0.0.1", mosquitto.port),), protocol=request.param)


def test_what_is_published_arrives_and_is_counted(broker: Broker) -> None:
    with Link(broker, "a", ["t/#"]) as link:
        until(link, is_up)
        assert link.publish("t/x", b"hello")
        until(link, has(b"hello"))
        assert (link.count.sent, link.count.arrived, link.count.connects) == (1, 1, 1)


def test_the_broker_speaks_our_will_when_the_line_breaks(broker: Broker) -> None:
    with Link(broker, "watcher", ["will"]) as watcher:
        until(watcher, is_up)
        dying = Link(broker, "dying", ["t"], Will("will", b"gone"))
        with dying:
            until(dying, is_up)
            # the same client id connects again: the broker throws the first line out, as when it breaks
            with Link(broker, "dying", ["t"]) as second:
                until(second, is_up)
                until(watcher, has(b"gone"))


def test_the_line_comes_back_after_the_broker_was_killed(broker: Broker, mosquitto: Any) -> None:
    with Link(broker, "a", ["t/#"]) as link:
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
    with Link(Broker(places=(("127.0.0.1", mosquitto.port),)), "a", []) as link:
        told = next(event for event in until(link, is_lost) if isinstance(event, Lost))
        assert str(mosquitto.port) in told.reason
        mosquitto.start()
        until(link, is_up)


def test_no_more_is_handed_over_than_the_broker_confirms(broker: Broker) -> None:
    with Link(broker, "a", ["t/#"]) as link:
        until(link, is_up)
        taken = [link.publish("t/x", b"x" * 100_000) for _ in range(WINDOW * 20)]
        assert not all(taken)
        end = time.monotonic() + PATIENCE
        while not link.has_room:
            assert time.monotonic() < end
            time.sleep(0.01)


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
    with Link(Broker(places=nodes), "a", ["t/#"]) as link:
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
    assert places(url) == found


@pytest.mark.parametrize(
    "url", ["http://hq", "mqtt://hq:port", "mqtt://:1883", "hq:1883", "mqtt://hq,", "mqtt://hq:99999"]
)
def test_an_address_that_is_none_is_refused_in_plain_words(url: str) -> None:
    with pytest.raises(BadConfig, match=r"hq\.broker"):
        places(url)
