"""The web process: gunicorn with one worker of 64 threads; its arbiter watches, its worker does everything."""

import logging
import os
import signal
import socket
import sys
import time
from concurrent.futures import Future
from pathlib import Path
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers import gthread

from edge.config.station_role import UNSUPPORTED_ROLES
from edge.config.toml_schema import Config
from edge.platform.process import EX_BROKEN, exit_without_cleanup
from edge.platform.sqlite_file import repair_request_path
from edge.platform.systemd import notify_systemd
from ui.access.origin import App, mark_origin
from ui.background_tasks import WorkerThreads
from ui.front import haproxy
from ui.front.reachability import Reachability
from ui.single_instance import check_address, instance_lock

log = logging.getLogger(__name__)

SERVER_THREADS = 64  # 40 streams hold one each; the rest answer
STREAM_TIMEOUT_MS = 10_000  # ms without an acknowledgement before a screen that lost power is given up (tcp(7))
STUCK_AFTER_S = 15.0  # seconds without a round of a loop before the worker is ended
UNREACHED_AFTER_S = 60.0  # seconds without an answer at the users' address before systemd's watchdog is no longer fed
SHUTDOWN_GRACE_S = 4  # seconds for requests under way when the process is asked to stop; streams end at once

gthread.STOP_KEEPALIVE_LINGER = 0.5  # seconds an idle connection is kept at the end; 2 s would be most of the stop


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """gunicorn's thread worker; it runs only as long as scan processor and change watcher do."""

    @property
    def room(self) -> WorkerThreads:
        room: WorkerThreads = self.app.room
        return room

    def notify(self) -> None:
        """Called once a second by gunicorn's own loop: beat, unless a loop has failed or stopped."""
        if self.room.life.broken is not None:
            os._exit(EX_BROKEN)  # the arbiter starts another worker; the store remembers
        if not self.alive or self.room.life.stalest() < STUCK_AFTER_S:
            super().notify()

    def is_parent_alive(self) -> bool:
        """A worker without its arbiter ends by itself, with its threads: systemd restarts both."""
        lives = bool(super().is_parent_alive())
        if not lives:
            self.room.stop()
        return lives

    def finish_request(self, conn: Any, fs: "Future[Any]") -> None:
        """A connection that ends waits for its other side (RFC 9112, 9.6) in a thread, and not in the one loop of all.

        gunicorn's own waits there, two seconds for each screen that lost power and each client that does not close.
        """
        if fs.cancelled() or fs.exception() or fs.result() is not False:
            super().finish_request(conn, fs)
            return
        self.nr_conns -= 1
        self.tpool.submit(conn.close, graceful=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.room.stop()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        self.room.stop()
        super().handle_quit(sig, frame)


class Master(Arbiter):  # type: ignore[misc]
    """gunicorn's arbiter; systemd lets only this process speak, so it passes the worker's heartbeat on."""

    def __init__(self, app: "Server") -> None:
        super().__init__(app)
        self.data = Path(app.config.store.data)
        self.reached = Reachability(app.config.web.host, app.config.web.port)

    def murder_workers(self) -> None:
        """Called once a second: end a worker that is stuck, and feed systemd's watchdog while one is not, and it answers.

        If a thread or process has found store.db damaged, it ends the worker and itself.
        """
        super().murder_workers()
        if repair_request_path(self.data).exists():
            self.kill_workers(signal.SIGKILL)
            exit_without_cleanup()
        silent = self.reached.seconds_unanswered(time.monotonic())
        lives = any(time.monotonic() - worker.tmp.last_update() < STUCK_AFTER_S for worker in self.WORKERS.values())
        if lives and silent < UNREACHED_AFTER_S:
            notify_systemd("WATCHDOG=1")
        elif lives:
            log.error("the pages have not answered on their own address for %.0f s", silent)


def listen_addresses(config: Config) -> list[str]:
    """The app's listeners: loopback, and HAProxy's socket if the pages are offered to the network."""
    web = config.web
    host = f"[{web.host}]" if ":" in web.host else web.host
    own = [f"{host}:{web.port}"]
    return own if web.lan is None else [*own, f"unix:{haproxy.app_socket(config)}"]


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings instead of its command line."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.room = WorkerThreads(config)
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": listen_addresses(self.config),
            "forwarded_allow_ips": "",  # headers never decide the origin of a request; the listener does
            "workers": 1,
            "worker_class": Worker,
            "threads": SERVER_THREADS,
            "timeout": int(STUCK_AFTER_S),
            "graceful_timeout": SHUTDOWN_GRACE_S,
            "keepalive": 75,  # a kiosk's next fetch should not pay for a new connection
            "worker_tmp_dir": "/dev/shm",  # a heartbeat a second has no business on an SD card
            "control_socket_disable": True,
            "when_ready": _give_up_dead_screens,
            "loglevel": "warning",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> App:
        """In the worker, after the fork: threads and connections do not live through one."""
        app = self.room.start()
        return mark_origin(app, app.extensions["house"].through.note_request)

    def run(self) -> None:
        Master(self).run()


def _give_up_dead_screens(arbiter: Any) -> None:
    for listener in arbiter.LISTENERS:
        if listener.sock.family != socket.AF_UNIX:
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STREAM_TIMEOUT_MS)
    log.info("the pages are at %s", ", ".join(str(listener) for listener in arbiter.LISTENERS))


def main(config: Config) -> int:
    """Serve the store's pages until asked to stop; the exit code. Raises BadConfig."""
    folder = Path(config.store.data)
    for place in config.stations:
        if place.role in UNSUPPORTED_ROLES:
            log.warning(
                "station %s: role %s is not served by this version; scans there are refused", place.id, place.role
            )
    if config.web.lan is not None:
        haproxy.make_folder(config)
    with instance_lock(folder):
        check_address(config.web.host, config.web.port)
        try:
            Server(config).run()
        except SystemExit as end:
            return int(end.code or 0)
        finally:
            sys.stderr.flush()
    return 0
