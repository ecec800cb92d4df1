"""The broker's example rules, in a real mosquitto: a store writes and reads only under its own name."""

import itertools
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.demo import broker
from edge.demo.ports import free_port
from sync.hq.enrolment import acl

CHAIN = "noren/1/demo"
TIMED_OUT = 27  # mosquitto_sub -W
SBIN = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A broker with the example's rules for the chain `demo`; a client is who it says it is."""
    (tmp_path / "acl").write_text(broker.acl_rules("demo"))
    (tmp_path / "acl").chmod(0o644)
    number = free_port()
    conf = tmp_path / "mosquitto.conf"
    # started by root it would become the user mosquitto, who may not read this folder
    changes = broker.loopback_changes(number, str(tmp_path / "acl")) | {"persistence": "false", "log_dest": "stderr"}
    conf.write_text(broker.changed_settings(broker.SHIPPED_CONFIG.read_text(), changes) + "user root\n")
    command = ["mosquitto", "-c", str(conf)]
    with subprocess.Popen(command, env=SBIN, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        # its own word that it listens; a broker that ends says nothing more and fails here
        assert any("running" in line for line in process.stderr)
        yield number
        process.terminate()
        process.stderr.read()


def heard(port: int, listener: str, said: list[tuple[str, str]]) -> list[str]:
    """The topics a listener hears when others speak: (who, topic) in order."""
    last = ("shibuya", f"{CHAIN}/up/shibuya/events") if listener == "hq" else ("hq", f"{CHAIN}/down/{listener}/do")
    at = ["-h", "127.0.0.1", "-p", str(port)]
    listen = ["mosquitto_sub", *at, "-u", listener, "-i", "ear", "-c", "-q", "1", "-t", "noren/#"]
    # the broker keeps for an ear that was there once what is said while it is away, in order
    subprocess.run([*listen, "-E"], check=True)
    for who, topic in [*said, last]:
        command = ["mosquitto_pub", *at, "-V", "5", "-q", "1", "-u", who, "-t", topic, "-m", "x"]
        subprocess.run(command, check=False, capture_output=True)
    with subprocess.Popen([*listen, "-F", "%t", "-W", "60"], stdout=subprocess.PIPE, text=True) as ear:
        assert ear.stdout
        topics = list(itertools.takewhile(lambda topic: topic != last[1], map(str.strip, ear.stdout)))
        ear.terminate()
    assert ear.returncode != TIMED_OUT, "the last message never came"
    return topics


def test_headquarters_hears_each_store_under_its_own_name_only(port: int) -> None:
    said = [
        ("ginza", f"{CHAIN}/up/ginza/events"),
        ("ginza", f"{CHAIN}/up/umeda/events"),
        ("ginza", f"{CHAIN}/down/ginza/ack"),
        ("ginza", f"{CHAIN}/down/all/head"),
        ("ginza", "noren/1/other/up/ginza/events"),
        ("umeda", f"{CHAIN}/up/umeda/state"),
    ]
    assert heard(port, "hq", said) == [f"{CHAIN}/up/ginza/events", f"{CHAIN}/up/umeda/state"]


def test_a_store_hears_its_own_and_the_chains_only(port: int) -> None:
    said = [
        ("hq", f"{CHAIN}/down/ginza/ack"),
        ("hq", f"{CHAIN}/down/all/head"),
        ("hq", f"{CHAIN}/down/umeda/ack"),
        ("umeda", f"{CHAIN}/up/umeda/events"),
        ("hq", "noren/1/other/down/ginza/ack"),
    ]
    assert heard(port, "ginza", said) == [f"{CHAIN}/down/ginza/ack", f"{CHAIN}/down/all/head"]


def test_a_setting_that_the_shipped_file_does_not_have_is_no_setting_to_change() -> None:
    with pytest.raises(KeyError, match="max_packets"):
        broker.changed_settings(broker.SHIPPED_CONFIG.read_text(), {"max_packets": "1"})


def test_who_says_no_name_speaks_for_nobody(port: int) -> None:
    assert heard(port, "hq", [("", f"{CHAIN}/up/ginza/events"), ("", f"{CHAIN}/down/ginza/ack")]) == []


def test_the_shipped_rules_are_those_headquarters_writes() -> None:
    assert broker.SHIPPED_ACL.read_text(encoding="utf-8") == acl.ACL_RULES
