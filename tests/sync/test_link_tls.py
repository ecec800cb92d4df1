"""TLS with a certificate per store, and the shipped ACL: each store speaks only for itself and hears only its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync import topics
from sync.broker import Broker
from sync.line_events import Arrived, Connected, Event, Lost
from sync.link import Link
from tests.sync.certificates import Authority
from tests.sync.conftest import Mosquitto, free_port

ACL = Path(__file__).parents[2] / "systemd" / "mosquitto-acl.example"
ROUNDS = 300  # looks of 0.1 s; only a hang takes so many


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
        f"cafile {authority.file}\ncertfile {certificate}\nkeyfile {key}\n"
        f"require_certificate true\nuse_identity_as_username true\nacl_file {acl}\n",
    )
    broker.start()
    yield broker
    broker.kill()


def line(guarded: Mosquitto, authority: Authority, who: str, listen: list[str], **change: Any) -> Link:
    certificate, key = authority.issue(who)
    files: dict[str, Any] = {"ca_file": authority.file, "cert_file": certificate, "key_file": key, **change}
    return Link(Broker(places=(("127.0.0.1", guarded.port),), tls=True, **files), who, listen)


def until(link: Link, kind: type) -> list[Event]:
    seen: list[Event] = []
    for _ in range(ROUNDS):
        seen += link.read(0.1)
        if any(isinstance(event, kind) for event in seen):
            return seen
    raise AssertionError(f"no {kind.__name__}: {seen}")


def heard(link: Link, last: bytes) -> list[tuple[str, bytes]]:
    """What arrived, up to a message that the test sends last."""
    seen: list[tuple[str, bytes]] = []
    while not any(payload == last for _, payload in seen):
        seen += [(event.topic, event.payload) for event in until(link, Arrived) if isinstance(event, Arrived)]
    return seen


def test_a_store_with_its_certificate_speaks_for_itself_and_for_nobody_else(
    guarded: Mosquitto, authority: Authority
) -> None:
    with line(guarded, authority, "hq", topics.heard_by_hq("chain")) as hq:
        until(hq, Connected)
        with line(guarded, authority, "ginza", []) as ginza:
            until(ginza, Connected)
            ginza.publish(topics.up("chain", "shibuya", "events"), b"forged")
            ginza.publish(topics.down("chain", "shibuya", "ack"), b"forged")
            ginza.publish(topics.up("chain", "ginza", "events"), b"true")
            assert heard(hq, b"true") == [(topics.up("chain", "ginza", "events"), b"true")]


def test_a_store_hears_what_is_for_it_and_for_all_and_nothing_else(guarded: Mosquitto, authority: Authority) -> None:
    with line(guarded, authority, "ginza", ["noren/#"]) as ginza, line(guarded, authority, "hq", []) as hq:
        until(ginza, Connected)
        until(hq, Connected)
        for scope in ("shibuya", "ginza", topics.ALL):
            hq.publish(topics.down("chain", scope, "head"), scope.encode())
        assert [payload for _, payload in heard(ginza, b"all")] == [b"ginza", b"all"]


def test_without_a_certificate_there_is_no_line(guarded: Mosquitto, authority: Authority) -> None:
    with line(guarded, authority, "ginza", [], cert_file=None, key_file=None) as link:
        until(link, Lost)
        assert not link.is_up


# paho leaves the socket of a failed handshake to the garbage collector, which closes it and says so
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_our_authority_does_not_know_is_not_spoken_to(
    guarded: Mosquitto, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, name="another authority")
    with line(guarded, authority, "ginza", [], ca_file=other.file) as link:
        until(link, Lost)
        assert not link.is_up
