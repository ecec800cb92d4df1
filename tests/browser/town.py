"""A shop that is open: the real web process on real databases, and a line to it that can be made bad."""

import http.client
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import psutil
from playwright.sync_api import Page

from edge.demo.ports import free_port
from edge.platform.clock import now
from edge.platform.database import writing
from edge.scan.log import Reading, append_reading
from tests.ui.shop_floor import Floor, open_floor, toml

Weather = Literal["fine", "cut", "503", "portal", "silent", "slow"]
PORTAL = b"<!doctype html><html><body><div class='stage'>Please log in to the Wi-Fi</div></body></html>"


@dataclass
class Web:
    """The web process; it can be ended and started again at the same address."""

    settings: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = (self.settings.parent / "log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge", "run", "web", "--config", str(self.settings)], stderr=log, stdout=log
        )
        log.close()
        until = time.monotonic() + 180
        while not self.well():
            assert time.monotonic() < until, "the web process did not come up"
            time.sleep(0.02)

    def well(self) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def stop(self, *, kill: bool = False) -> None:
        if self.process is None:
            return
        workers = psutil.Process(self.process.pid).children()
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait()
        self.process = None
        psutil.wait_procs(workers, timeout=60)  # a worker that has lost its arbiter notices within a second


class _Wire(BaseHTTPRequestHandler):
    """Passes a request on, or does to it what the weather does."""

    protocol_version = "HTTP/1.0"  # a connection a request: a change of weather is felt at once
    town: "Town"

    def log_message(self, *args: Any) -> None:
        """The test tells what matters."""

    def _plain(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        line = http.client.HTTPConnection("127.0.0.1", self.town.web.port, timeout=60)
        try:
            line.request(self.command, self.path, body, dict(self.headers))
            answer = line.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.end_headers()
            while part := answer.read1(65536):
                self.wfile.write(part)
                self.wfile.flush()
                if self.town.weather != "fine" and self.path.startswith("/live/"):
                    return
        except OSError:
            self.close_connection = True
        finally:
            line.close()

    def do_GET(self) -> None:
        stream = self.path.startswith("/live/")
        match self.town.weather:
            case "cut":
                self.close_connection = True
                self.connection.close()
            case "503":
                self._plain(503, "text/plain", b"busy")
            case "portal":
                self._plain(200, "text/html", PORTAL)
            case "silent" if stream:
                self._plain(200, "text/event-stream", b": nothing\n\n")
                self.town.over.wait(600)
            case "slow" if not stream:
                self.town.sky_clears.wait(600)
                self._pass_on()
            case _:
                self._pass_on()

    def do_POST(self) -> None:
        self.do_GET()


# With its answer the bytes of a code are gone: what pages sent is noted as it comes.
TYPED = (
    "create table typed (seq integer primary key, data blob not null)",
    "create trigger type_it after insert on page_scans begin insert into typed values (new.seq, new.data); end",
)


@dataclass
class Town:
    """Everything a browser test needs: the shop's data, its process, and the address browsers use."""

    floor: Floor
    web: Web
    weather: Weather = "fine"
    over: threading.Event = field(default_factory=threading.Event)
    sky_clears: threading.Event = field(default_factory=threading.Event)
    server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def set(self, weather: Weather) -> None:
        """Change the weather on the line between browsers and the box."""
        self.weather = weather
        if weather == "fine":
            self.sky_clears.set()
        else:
            self.sky_clears.clear()

    def drop(self, page: Page, weather: Weather) -> None:
        """Change the weather, and let the page's open stream feel it: the next thing it hears ends it, and has ended it.

        A page whose clock the test moves must have felt it before: what it hears later counts for a later moment.
        """
        with page.expect_event("requestfinished", lambda request: "/live/" in request.url):
            self.set(weather)  # only now: what the stream hears of itself a moment later may already be what ends it
            self.floor.db.conn.execute("insert into staff_calls (station, time, answered) values ('x', 't', 't')")

    def scan(self, code: str | bytes, station: str = "kiosk-1") -> None:
        """A scanner reads a code; the desk of the real process answers it."""
        data = code.encode() if isinstance(code, str) else code
        with writing(self.floor.db):
            append_reading(self.floor.db, "scans", station, "scanner", Reading(data=data), now())

    def typed(self) -> list[bytes]:
        """What scanners have typed into pages, as it came, whether it is answered by now or not."""
        return [data for (data,) in self.floor.db.conn.execute("select data from typed order by seq").fetchall()]

    def forget_typed(self) -> None:
        for table in ("typed", "page_scans"):
            self.floor.db.conn.execute(f"delete from {table}")

    def log(self) -> str:
        return (self.web.settings.parent / "log").read_text()

    def close(self) -> None:
        self.over.set()
        self.sky_clears.set()
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
        self.web.stop()
        self.floor.close()


def open_town(folder: Path) -> Town:
    """A shop, open."""
    port = free_port()
    floor = open_floor(folder / "data", port)
    town = Town(floor, Web(toml(folder, port), port))
    for statement in TYPED:
        floor.db.conn.execute(statement)
    wire = type("Wire", (_Wire,), {"town": town})
    town.server = ThreadingHTTPServer(("127.0.0.1", 0), wire)
    town.server.daemon_threads = True
    threading.Thread(target=town.server.serve_forever, daemon=True).start()
    town.web.start()
    return town
