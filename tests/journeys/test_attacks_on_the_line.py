"""Another store's account at the broker: it takes a store's name, sends huge messages, floods what HQ has to read.

The broker runs with the shipped settings (systemd/mosquitto.conf); HQ and the store are real processes.
"""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.protocol import topics
from sync.transport.inbox import INBOX_BYTES
from tests.processes.sync_and_hq import CHAIN, Ends, built, until, up
from tests.sync.conftest import Mosquitto

Town = Ends[Mosquitto]
HUGE = 60 * 1000 * 1000  # bytes
MIB = 1024 * 1024
TAKEN_OVER = "already connected, closing old connection"  # mosquitto's log
EVENTS = topics.store_topic(CHAIN, "umeda", "events")


@pytest.fixture
def town(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Town]:
    with up(built(tmp_path, mosquitto, f"mqtt://127.0.0.1:{mosquitto.port}")) as here:
        here.tell(3)
        until(here.is_all_kept)
        yield here


def length(size: int) -> bytes:
    """MQTT's variable byte integer."""
    out = bytearray()
    while True:
        size, low = divmod(size, 128)
        out.append(low | (0x80 if size else 0))
        if not size:
            return bytes(out)


def connected(port: int, name: str) -> socket.socket:
    """A line of MQTT 3.1.1 by hand: no library keeps to any limit for us."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    body = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name.encode()
    line.sendall(b"\x10" + length(len(body)) + body)
    assert line.recv(4) == b"\x20\x02\x00\x00"
    return line


def publish(topic: str, size: int, number: int = 0) -> tuple[bytes, int]:
    """The head of a PUBLISH, and how many bytes of payload follow; with a `number` of QoS 1."""
    head = len(topic).to_bytes(2, "big") + topic.encode() + (number.to_bytes(2, "big") if number else b"")
    return (b"\x32" if number else b"\x30") + length(len(head) + size) + head, size


def memory(pid: int) -> dict[str, int]:
    """Bytes: what a process has in memory now, and the most it ever had."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    found = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS", "VmHWM")))
    return {name: int(text.split()[0]) * 1024 for name, text in found.items()}


def most(pid: int) -> int:
    return memory(pid)["VmHWM"]


def test_another_account_cannot_take_a_stores_name_and_throw_it_off(town: Town) -> None:
    log = town.folder / "mosquitto.log"
    for name in (f"noren-{CHAIN}-ginza", f"noren-{CHAIN}-ginza-{0:016x}", f"noren-{CHAIN}-ginza-trial", "noren-hq"):
        connected(town.broker.port, name).close()
    town.tell(30)
    until(town.is_all_kept)
    assert TAKEN_OVER not in log.read_text()
    assert (town.folder / "sync.log").read_text().count("MQTT connected") == 1


def test_six_messages_of_60_mb_cost_neither_broker_nor_hq_memory(town: Town) -> None:
    broker = town.broker.process
    assert broker
    before = {"hq": most(town.processes["hq"].pid), "broker": most(broker.pid)}
    for number in range(6):
        line = connected(town.broker.port, f"thief-{number}")
        head, size = publish(EVENTS, HUGE, number + 1)
        with pytest.raises((ConnectionResetError, BrokenPipeError)), line:  # thrown off long before it is sent
            line.sendall(head)
            for _ in range(size // MIB):
                line.sendall(bytes(MIB))
    town.tell(30)
    until(town.is_all_kept)
    grown = {"hq": most(town.processes["hq"].pid) - before["hq"], "broker": most(broker.pid) - before["broker"]}
    print({name: f"{size / MIB:.1f} MiB more" for name, size in grown.items()})
    assert grown["hq"] < 16 * MIB
    assert grown["broker"] < 16 * MIB


@pytest.mark.parametrize("qos", [0, 1])
def test_a_flood_that_hq_cannot_read_fills_no_memory_and_what_stores_told_meanwhile_is_kept(
    town: Town, qos: int
) -> None:
    broker, hq = town.broker.process, town.processes["hq"]
    assert broker
    before = {"hq": most(hq.pid), "broker": most(broker.pid)}
    os.kill(hq.pid, signal.SIGSTOP)
    town.tell(30)
    with connected(town.broker.port, "thief") as line:
        for number in range(1, 1500):
            head, size = publish(EVENTS, 200_000, number if qos else 0)
            line.sendall(head + bytes(size))
    swollen = most(broker.pid) - before["broker"]
    os.kill(hq.pid, signal.SIGCONT)
    until(town.is_all_kept)
    grown = most(hq.pid) - before["hq"]
    print(f"qos {qos}: the broker {swollen / MIB:.1f} MiB more, HQ {grown / MIB:.1f} MiB more")
    assert swollen < 96 * MIB
    assert grown < 4 * INBOX_BYTES
