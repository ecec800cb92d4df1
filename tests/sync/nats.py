"""A clustered broker on loopback: three nodes of nats-server with the shipped example's settings, each killed at will."""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil

from edge.demo.ports import free_port
from tests.processes.sync_and_hq import STORE, Ends, built
from tests.sync.certificates import Authority

EXAMPLE = Path(__file__).parents[2] / "systemd" / "nats-server.conf.example"
PATIENCE = 120.0  # s; only a hang takes so long
NAMES = ("n1", "n2", "n3")
OLDER = "3.1.1"  # all that nats-server speaks
MESSAGES = "$MQTT_msgs"  # the stream in which it keeps MQTT's messages of QoS 1


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a node listens on 127.0.0.1."""

    own: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    cluster: int = field(default_factory=free_port)
    mqtt: int = field(default_factory=free_port)


@dataclass(slots=True)
class Cluster:
    """Three nodes that know each other, with TLS and the example's users."""

    folder: Path
    chain: str
    authority: Authority
    ports: dict[str, Ports] = field(default_factory=lambda: {name: Ports() for name in NAMES})
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """As noren.toml names it."""
        return "mqtts://" + ",".join(f"127.0.0.1:{self.ports[name].mqtt}" for name in NAMES)

    def start(self, name: str) -> None:
        config = self.folder / f"{name}.conf"
        config.write_text(self._settings(name))
        binary = shutil.which("nats-server") or "/usr/sbin/nats-server"
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen([binary, "-c", config], stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        """As a power cut ends it."""
        self.processes[name].kill()
        self.processes[name].wait()

    def ready(self, name: str) -> bool:
        """Whether a node is in the cluster and current with it."""
        assert self.processes[name].poll() is None, (self.folder / f"{name}.log").read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name].http}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def node_of(self, process: int) -> str | None:
        """The node a process has its line to; None while it has none."""
        there = {one.raddr.port for one in psutil.Process(process).net_connections("tcp") if one.raddr}
        return next((name for name in NAMES if self.ports[name].mqtt in there), None)

    def leader(self) -> str | None:
        """The node through which every message goes; None while none is chosen."""
        url = f"http://127.0.0.1:{self.ports[NAMES[0]].http}/jsz?accounts=1&streams=1"
        with urllib.request.urlopen(url, timeout=5) as answer:
            told = msgspec.json.decode(answer.read())
        streams = [stream for account in told["account_details"] for stream in account.get("stream_detail", ())]
        return next((one["cluster"].get("leader") for one in streams if one["name"] == MESSAGES), None)

    def wait(self) -> None:
        """Until all nodes are ready. Raises AssertionError."""
        end = time.monotonic() + PATIENCE
        while not all(self.ready(name) for name in NAMES):
            assert time.monotonic() < end, "the cluster does not come about"
            time.sleep(0.1)

    def _settings(self, name: str) -> str:
        """The example as this node has it: what an installer writes in, and ports that are free here."""
        mine = self.ports[name]
        certificate, key = self.authority.issue(name)
        changes = {
            "server_name: n1": f"server_name: {name}",
            "CHAIN": self.chain,
            "127.0.0.1:4222": f"127.0.0.1:{mine.own}",
            "127.0.0.1:8222": f"127.0.0.1:{mine.http}",
            "0.0.0.0:6222": f"127.0.0.1:{mine.cluster}",
            "0.0.0.0:8883": f"127.0.0.1:{mine.mqtt}",
            "/var/lib/nats": f'"{self.folder / name}"',
            "/etc/nats/node.crt": f'"{certificate}"',
            "/etc/nats/node.key": f'"{key}"',
            "/etc/nats/ca.crt": f'"{self.authority.file}"',
            **{f"{one}.example.com:6222": f"127.0.0.1:{self.ports[one].cluster}" for one in NAMES},
        }
        text = EXAMPLE.read_text(encoding="utf-8")
        for there, here in changes.items():
            assert there in text, f"the example has no {there}"
            text = text.replace(there, here)
        return text


@contextmanager
def cluster(folder: Path, chain: str) -> Iterator[Cluster]:
    """The three nodes, up and in agreement; none of them left afterwards."""
    nodes = Cluster(folder, chain, Authority(folder))
    try:
        for name in NAMES:
            nodes.start(name)
        nodes.wait()
        yield nodes
    finally:
        for process in nodes.processes.values():
            process.kill()
            process.wait()


def ends_of(nodes: Cluster, folder: Path) -> Ends[Cluster]:
    """A store and HQ at a cluster, each with its certificate; not started."""
    about = {
        who: {"ca-file": nodes.authority.file, "cert-file": certificate, "key-file": key}
        for who, (certificate, key) in ((who, nodes.authority.issue(who)) for who in (STORE, "hq"))
    }
    lines = {"protocol": OLDER, **about[STORE]}
    serve = {"protocol": OLDER, **about["hq"]}
    return built(
        folder,
        nodes,
        nodes.url,
        "".join(f'{key.replace("-", "_")} = "{value}"\n' for key, value in lines.items()),
        [word for key, value in serve.items() for word in (f"--{key}", value)],
    )
