"""A shop under a flood: its real web process, the laptop that floods it, and a kiosk that wants its answers meanwhile."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from edge.demo.ports import free_port
from edge.features.paired_devices import DevicePage, PairingRequest, make_pairing_code
from edge.platform.clock import now
from edge.platform.database import open_store, writing
from tests.bench.serving import nginx_front
from tests.processes.page_requests import Kiosk, Way, answers
from tests.processes.town import eventually
from tests.support.process_costs import Spent, pss
from tests.ui.shop_floor import open_floor, toml

FILLS = 2.0  # seconds a flood has before it is measured: how the shop is in it, not at its beginning
TABLET = "127.0.0.77"  # a device's address
ROOT = Path(__file__).parents[2]
LAST_WORDS = 1000  # characters of a log that a failure shows
STILL = 3.0  # seconds in which files that have settled do not grow


@dataclass(frozen=True, slots=True)
class Server:
    """By which programs the pages are served; each is handed the settings' path as its last word."""

    web: tuple[str, ...]
    front: tuple[str, ...] | None = None  # None: the app alone, on loopback, without TLS
    missing: str | None = None  # what would have to be installed


_GUNICORN = ("edge", "run", "web", "--config")
SERVERS = {
    "gunicorn": Server(_GUNICORN),
    "waitress": Server(("tests.bench.serving.waitress_web",)),
    "haproxy": Server(_GUNICORN, ("edge", "front", "--config")),
    "nginx": Server(
        _GUNICORN,
        ("tests.bench.serving.nginx_front",),
        None if nginx_front.PROGRAM else "nginx (apt-get install nginx-light; Debian starts it on port 80 too)",
    ),
}


@contextmanager
def flood(name: str, host: str, port: int, scheme: str, seed: int = 1) -> Iterator[int]:
    """A laptop at work, and its process number; ended on the way out."""
    command = [sys.executable, "-m", "tests.processes.flood", name, host, str(port), scheme, str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, preexec_fn=lambda: os.nice(5)) as laptop:
        assert laptop.stdout is not None
        assert laptop.stdout.readline() == b"begun\n"
        try:
            yield laptop.pid
            assert laptop.poll() is None, f"the flood {name} ended by itself"
        finally:
            laptop.kill()
            laptop.wait()


def size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    found = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # gone since it was listed
            found += path.stat().st_size if path.is_file() else 0
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a flood did to the shop."""

    kiosks: dict[str, Kiosk]
    memory: float  # MB at most
    grown: int  # bytes on the card
    cores: dict[str, float]  # processor time by whose it was, 1.0 for a core all the time

    @property
    def worst(self) -> float:
        """The greatest p99 of the kiosks, ms."""
        return max(kiosk.p(0.99) for kiosk in self.kiosks.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A shop with the pages open: on loopback, and behind the front at `lan_port`."""

    folder: Path
    port: int
    lan_port: int
    web: int  # process numbers
    front: int | None  # None: nothing is in front of the app

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def trust(self) -> ssl.SSLContext:
        """What a device has that trusts the box's own authority."""
        return ssl.create_default_context(cafile=self.data / "front" / "ca.crt")

    def stranger(self) -> Way:
        """A device on the network that nobody has paired."""
        return Way(self.lan_port, host="localhost", own=TABLET, tls=self.trust)

    def paired(self, page: DevicePage, station: str) -> Way:
        """The same once it has shown a code, and once the front knows it."""
        db = open_store(self.data)
        with writing(db):
            code = make_pairing_code(db, PairingRequest(name=f"a {page}", page=page, station=station), now())
        db.close()
        line = self.stranger().line()
        body = f"code={code.link}"
        form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        line.request("POST", "/pair", body, form)
        cookie = (line.getresponse().headers["Set-Cookie"] or "").partition(";")[0]
        line.close()
        way = replace(self.stranger(), cookie=cookie)
        known = way.line()
        known.request("GET", "/paired", headers=way.headers())
        assert known.getresponse().status == 204
        known.close()
        return way

    def ways(self) -> dict[str, Way]:
        """The box's own screen, and a kiosk that is a paired device behind the front."""
        own = {"box": Way(self.port)}
        return own if self.front is None else {**own, "device": self.paired("kiosk", "kiosk-1")}

    def under(self, name: str | None, seconds: float, *, direct: bool = False) -> Found:
        """Ask as both kiosks do for some seconds while a flood (or none) goes on; `direct`: at the app, past the front."""
        direct = direct or self.front is None
        kiosks = {kind: Kiosk(way) for kind, way in self.ways().items() if not (direct and kind == "device")}
        if name is None:
            return self._asked(kiosks, seconds)
        port, scheme = (self.port, "http") if direct else (self.lan_port, "https")
        before = size(self.data)
        with flood(name, "127.0.0.1", port, scheme) as laptop:
            time.sleep(FILLS)
            found = self._asked(kiosks, seconds, laptop)
        return replace(found, grown=size(self.data) - before)

    def _asked(self, kiosks: dict[str, Kiosk], seconds: float, laptop: int | None = None) -> Found:
        """Let them ask; what it took meanwhile."""
        most, before = 0.0, size(self.data)
        serving = {"web": self.web, **({} if self.front is None else {"front": self.front})}
        spent = Spent({**serving, "kiosks": os.getpid(), **({} if laptop is None else {"flood": laptop})})
        with ThreadPoolExecutor(len(kiosks)) as askers:
            asking = [askers.submit(kiosk.ask, seconds) for kiosk in kiosks.values()]
            while not all(one.done() for one in asking):
                most = max(most, pss(list(serving.values())))
                time.sleep(1.0)
        for one in asking:
            one.result()
        return Found(kiosks=kiosks, memory=most, grown=size(self.data) - before, cores=spent.cores())


def _begun(words: tuple[str, ...], settings: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as told:
        return subprocess.Popen([sys.executable, "-m", *words, str(settings)], stderr=told, stdout=told, cwd=ROOT)


@contextmanager
def front(settings: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The front between the network and the pages of an open shop; ended on exit."""
    process = _begun(("edge", "front", "--config"), settings, settings.parent / "front.log")
    try:
        eventually((settings.parent / "data" / "front" / "pid").exists, "the front is up")
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def shop(folder: Path, by: Server = SERVERS["haproxy"]) -> Iterator[Shop]:
    """The web process of a small shop and its front, if it has one, both up; ended on the way out."""
    port, lan_port = free_port(), free_port()
    open_floor(folder / "data", port).close()
    settings = toml(folder, port)
    if by.front:
        lan = f'port = {port}\nlan = "0.0.0.0"\nlan_port = {lan_port}\n'
        settings.write_text(settings.read_text(encoding="utf-8").replace(f"port = {port}\n", lan), encoding="utf-8")
    began = [_begun(words, settings, folder / "log") for words in (by.web, by.front) if words]
    numbers = [process.pid for process in began]
    made = Shop(folder=folder, port=port, lan_port=lan_port, web=numbers[0], front=numbers[1] if by.front else None)

    def up(way: Way) -> bool:
        ended = [process.args for process in began if process.poll() is not None]
        assert not ended, f"ended by itself: {ended}: {(folder / 'log').read_text(encoding='utf-8')[-LAST_WORDS:]}"
        return answers(way)

    try:
        eventually(lambda: up(Way(made.port)), "the pages answer on the box")
        if by.front:
            eventually((made.data / "front" / "ca.crt").exists, "the box has an authority")
            eventually(lambda: up(made.stranger()), "the pages answer on the network")
        eventually(lambda: _has_settled(made.data), "the files have the room that is kept in them")
        yield made
    finally:
        for process in reversed(began):
            process.terminate()
            process.wait()


def _has_settled(folder: Path) -> bool:
    """Whether the files have stopped growing by themselves."""
    before = size(folder)
    time.sleep(STILL)
    return size(folder) == before
