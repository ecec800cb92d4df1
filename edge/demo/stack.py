"""A town in a folder: the files of the demo, its ports and its processes."""

import json
import shutil
import subprocess
import tomllib
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.demo import broker
from edge.demo.subprocesses import Subprocess, noren_command
from edge.validation.setting_file import process_user_name

DEMO_STORE = "ginza"
DEMO_STATIONS = (
    ("k1", "kiosk", "キオスク", "Kiosk"),
    ("door", "entrance", "入口", "Entrance"),
    ("c1", "counter", "受け取りカウンター", "Pickup counter"),
)
PrintLine = Callable[[str], None]


class CannotStart(Exception):
    """The demo cannot start; says what is missing and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCamera:
    """A camera of the town: a video file or folder in place of a camera, at a station of its own."""

    station: str
    source: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    web: int
    broker: int


def _run(*words: str | Path) -> None:
    """One of our commands, to its end; its own words are the error."""
    done = subprocess.run(noren_command(*words), capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode:
        raise CannotStart(f"`noren {' '.join(map(str, words))}` failed:\n{done.stderr or done.stdout}")


class DemoStack:
    """The folder, its settings, and its processes by name (broker, hq, web, bridge, sync, scanner-<station>)."""

    def __init__(self, folder: Path, ports: Ports, *, cameras: tuple[DemoCamera, ...] = ()) -> None:
        self.folder, self.ports, self.cameras = folder.absolute(), ports, cameras
        self.hq, self.store = self.folder / "hq", self.folder / DEMO_STORE
        self.config = self.store / "noren.toml"
        self.children = {child.name: child for child in self._children()}

    @property
    def data(self) -> Path:
        """The folder of store.db and hq.db."""
        return self.store / "data"

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.ports.web}{path}"

    def control(self, station: str) -> Path:
        """The socket that tells a station's virtual scanner what to read."""
        return self.store / "dev" / f"{station}.control"

    def link(self, station: str) -> Path:
        """Where a station's virtual scanner appears, as udev would put it."""
        return self.store / "dev" / f"scanner-{station}"

    def _children(self) -> list[Subprocess]:
        logs = self.folder / "log"
        mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") or "mosquitto"
        commands = {
            "broker": [mosquitto, "-c", str(self.folder / "broker" / "mosquitto.conf")],
            "hq": noren_command("hq", "serve", "--dir", self.hq, "--broker", self._broker, "--username", "hq"),
            **{
                f"scanner-{station}": noren_command(
                    "virtual-scanner", "--link", self.link(station), "--control", self.control(station)
                )
                for station, *_ in DEMO_STATIONS
            },
            "web": noren_command("run", "web", "--config", self.config),
            "bridge": noren_command("run", "bridge", "--config", self.config),
            "sync": noren_command("run", "sync", "--config", self.config),
        }
        return [Subprocess(name=name, command=line, log=logs / f"{name}.log") for name, line in commands.items()]

    def build(self, say: PrintLine) -> None:
        """Write what is not there yet: broker settings, HQ with its sample chain, the store's settings and databases."""
        for part in ("log", "broker", "hq", f"{DEMO_STORE}/dev"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        if not (self.hq / "play.json").exists():
            say("Filling HQ with the sample chain")
            _run("hq", "sample", "--dir", self.hq)
        self._write_broker()
        self._write_play()
        self._write_config()
        _run("migrate", "--config", self.config)

    def _write_broker(self) -> None:
        """As headquarters runs it, on loopback: see edge/demo/broker.py."""
        folder = self.folder / "broker"
        acl = folder / "acl"
        acl.write_text(broker.acl_rules(self._chain()), encoding="utf-8")
        acl.chmod(0o600)
        changes = broker.loopback_changes(self.ports.broker, str(acl))
        changes |= {"persistence_location": f"{folder}/", "log_dest": "stderr"}
        # started as root it would become another user, who may not write here, and forget whose child it is:
        # prctl(2) clears the signal of the parent's death with the user
        text = (
            broker.changed_settings(broker.SHIPPED_CONFIG.read_text(encoding="utf-8"), changes)
            + f"user {process_user_name()}\n"
        )
        (folder / "mosquitto.conf").write_text(text, encoding="utf-8")

    def _write_play(self) -> None:
        play = json.loads((self.hq / "play.json").read_text(encoding="utf-8"))
        play["scanners"] = {station: str(self.control(station)) for station, *_ in DEMO_STATIONS}
        (self.store / "play.json").write_text(json.dumps(play, ensure_ascii=False), encoding="utf-8")

    def _write_config(self) -> None:
        """noren.toml as an installer would write it; JSON strings are TOML strings."""
        bundle = self.hq / "stores" / DEMO_STORE
        hq = tomllib.loads((bundle / "hq.toml").read_text(encoding="utf-8"))["hq"]
        shutil.copy2(bundle / hq["signing_key_file"], self.store)
        keys = ", ".join(f"{json.dumps(kid)} = {json.dumps(key)}" for kid, key in hq["keys"].items())
        recovery = (
            f'recovery_key = "{hq["recovery_key"]}"\n' if "recovery_key" in hq else ""
        )  # an older folder has none
        parts = [
            f'[store]\nchain = "{self._chain()}"\nid = "{DEMO_STORE}"\ndata = "data"\n',
            f'[web]\nport = {self.ports.web}\nplay = "play.json"\n',
            f'[hq]\nbroker = "{self._broker}"\nkeys = {{ {keys} }}\nsigning_key_file = "{hq["signing_key_file"]}"\n'
            f"{recovery}"
            f'username = "{DEMO_STORE}"\n',
            *(self._station(*station) for station in DEMO_STATIONS),
            *(self._camera(camera) for camera in self.cameras),
        ]
        self.config.write_text("\n".join(parts), encoding="utf-8")

    @property
    def _broker(self) -> str:
        return f"mqtt://127.0.0.1:{self.ports.broker}"

    def _chain(self) -> str:
        chain: str = json.loads((self.hq / "play.json").read_text(encoding="utf-8"))["chain"]
        return chain

    def _station(self, station: str, role: str, ja: str, en: str) -> str:
        return (
            f'[[stations]]\nid = "{station}"\nrole = "{role}"\nname = {{ ja = "{ja}", en = "{en}" }}\n'
            f'[[devices]]\nid = "scanner-{station}"\nkind = "serial"\nstation = "{station}"\n'
            f'path = "{self.link(station)}"\nbaud = 115200\n'
        )

    def _camera(self, camera: DemoCamera) -> str:
        name = camera.station
        return (
            f'[[stations]]\nid = "{name}"\nrole = "kiosk"\nname = {{ ja = "カメラ", en = "Camera" }}\n'
            f'[[devices]]\nid = "camera-{name}"\nkind = "camera"\nstation = "{name}"\n'
            f'source = "{camera.source}"\nrepeat = true\n'
        )

    def start(self) -> None:
        """Start every process, HQ's side first."""
        for child in self.children.values():
            child.start()

    def end(self) -> None:
        """End every process, the store's side first, so that what it holds is handed on before HQ goes."""
        for child in reversed(self.children.values()):
            child.end()

    def count(self) -> None:
        """The chain's stock system sends its numbers again: a number that is not sent again grows old and is not shown."""
        _run("hq", "sample", "--dir", self.hq, "--count")

    def is_ready(self) -> bool:
        """Whether the pages answer."""
        return self._health() is not None

    def has_config(self) -> bool:
        """Whether the pages live with a config of HQ's."""
        health = self._health()
        return health is not None and health["config"]["number"] > 0

    def _health(self) -> dict[str, Any] | None:
        try:
            with urllib.request.urlopen(self.url("/healthz"), timeout=2) as reply:
                told: dict[str, Any] = json.load(reply)
        except OSError:
            return None
        return told
