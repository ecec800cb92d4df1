"""The units that have headquarters' broker read its rules anew: what they watch, what they do, and that it shuts a store out."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from edge.demo import broker
from edge.demo.ports import free_port
from sync.hq.enrolment import acl
from sync.hq.enrolment.founding import enrol_store, found_headquarters, open_headquarters, revoke_store
from sync.protocol import topics
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import Connected, MessageReceived
from tests.processes.sync_and_hq import until
from tests.sync.conftest import Mosquitto

SYSTEMD = Path(__file__).parents[2] / "systemd"
PATH, SERVICE = (SYSTEMD / f"hq-broker-reload.{kind}" for kind in ("path", "service"))


def values(unit: Path, name: str) -> list[str]:
    lines = unit.read_text().splitlines()
    return [value for key, _, value in (line.partition("=") for line in lines) if key == name]


@pytest.mark.parametrize("unit", [PATH, SERVICE])
def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path, unit: Path) -> None:
    units = tmp_path / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for path in (PATH, SERVICE):
        shutil.copy(path, units)
    for program in ("usr/bin/install", "usr/bin/systemctl", "opt/noren/active/systemd/README.md"):
        file = tmp_path / program
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o755)
    debian = tmp_path / "usr" / "lib" / "systemd" / "system"
    debian.mkdir(parents=True)
    for target in Path("/usr/lib/systemd/system").glob("*.target"):
        shutil.copy(target, debian, follow_symlinks=True)
    verdict = subprocess.run(
        ["systemd-analyze", "--no-pager", "verify", f"--root={tmp_path}", unit.name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in verdict.stderr.splitlines() if "hq-broker" in line] == []
    assert verdict.returncode == 0, verdict.stderr


def test_what_is_watched_is_what_headquarters_writes_and_what_the_broker_reads() -> None:
    (home,) = (value.removeprefix("HQ=") for value in values(SERVICE, "Environment"))
    shipped = dict(line.split(" ", 1) for line in broker.SHIPPED_CONFIG.read_text().splitlines() if line[:1].isalpha())
    assert values(PATH, "PathChanged") == [f"{home}/{acl.ACL_FILE}", shipped["crlfile"]]
    assert values(SERVICE, "ExecStart")[0].split()[-2:] == [f"${{HQ}}/{acl.ACL_FILE}", shipped["acl_file"]]


def play(hq: Path, rules: Path, mosquitto: Mosquitto) -> None:
    """What the service does, with this test's folders, and its broker in the place of the machine's."""
    copy, reload = values(SERVICE, "ExecStart")
    assert reload == "/usr/bin/systemctl try-reload-or-restart mosquitto.service"
    own = (
        copy.replace("-o mosquitto -g mosquitto", "")
        .replace("${HQ}", str(hq))
        .replace("/etc/mosquitto/noren/acl", str(rules))
    )
    subprocess.run(own.split(), check=True)
    mosquitto.reload()  # Debian's ExecReload: kill -HUP


def test_a_revoked_stores_account_is_shut_out_once_the_service_has_run(tmp_path: Path) -> None:
    hq, rules = tmp_path / "hq", tmp_path / "acl"
    found_headquarters(hq, "chain", "mqtt://127.0.0.1:1883")
    for store in ("ginza", "yokohama"):
        enrol_store(hq, store, store)
    shutil.copy(hq / acl.ACL_FILE, rules)
    rules.chmod(0o600)
    mosquitto = Mosquitto(tmp_path, free_port(), changes={"acl_file": str(rules)})
    mosquitto.start()

    def line(who: str, *listen: str) -> MqttClient:
        return MqttClient(BrokerSettings(places=(("127.0.0.1", mosquitto.port),), username=who), f"test-{who}", listen)

    try:
        with (
            line("hq", topics.store_topic("chain", "+", "events")) as at_hq,
            line("ginza") as ginza,
            line("yokohama") as other,
        ):
            for link in (at_hq, ginza, other):
                until(lambda link=link: any(isinstance(event, Connected) for event in link.read(0.1)))

            def heard(word: bytes) -> set[bytes]:
                """What headquarters hears up to a word of another store's."""
                seen: set[bytes] = set()

                def look() -> bool:
                    other.publish(topics.store_topic("chain", "yokohama", "events"), word)
                    seen.update(event.payload for event in at_hq.read(0.1) if isinstance(event, MessageReceived))
                    return word in seen

                until(look)
                return seen

            heard(b"first")  # headquarters may speak before it hears, and what comes between the two is gone
            ginza.publish(topics.store_topic("chain", "ginza", "events"), b"before")
            until(lambda: b"before" in heard(b"one"))  # two accounts have no order between them
            with open_headquarters(hq) as db:
                assert revoke_store(db, hq, "ginza") == hq / acl.ACL_FILE
            play(hq, rules, mosquitto)
            assert stat.S_IMODE(rules.stat().st_mode) == 0o600
            ginza.publish(topics.store_topic("chain", "ginza", "events"), b"after")
            assert b"after" not in heard(b"two") | heard(b"three")
    finally:
        mosquitto.kill()
    assert os.access(rules, os.R_OK)
