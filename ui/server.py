"""The web process: gunicorn with one worker, and in that worker the desk, the follower and the pages."""

import errno
import fcntl
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers import gthread

from edge import box, desk, retention, service
from edge.clock import now
from edge.config import BadConfig, Config
from edge.journal import Box
from edge.service import BROKEN, Life, notify
from edge.shop import open_shop
from edge.store import open_store
from ui import follower
from ui.app import make_app
from ui.screens import Screens

log = logging.getLogger(__name__)

THREADS = 64  # 40 streams hold one each; the rest answer
STREAM_DEAD = 10_000  # ms without an acknowledgement before a screen that lost power is given up (tcp(7))
STUCK = 15.0  # seconds without a round of desk or follower before the worker is ended
GRACE = 4  # seconds for requests under way when the process is asked to stop; streams end at once
ALONE_WITHIN = 3.0  # seconds to wait for the last worker of a killed process, which notices within one

gthread.STOP_KEEPALIVE_LINGER = 0.5  # seconds an idle connection is kept at the end; 2 s would be most of the stop


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the only place there is for a web process on this store. Raises BadConfig where another one has it."""
    with (folder / "web.lock").open("w") as lock:
        until = time.monotonic() + ALONE_WITHIN
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise BadConfig(
                        f"{folder} is already served by another `noren run web`. End that one first, or give this one "
                        "another `store.data`."
                    ) from None
                time.sleep(0.1)
        yield


def check_address(host: str, port: int) -> None:
    """Raises BadConfig where nobody can listen there; gunicorn would try for five seconds and speak in traces."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        why = "another program listens there" if error.errno == errno.EADDRINUSE else error.strerror
        raise BadConfig(f"web.port: cannot listen on {host} port {port}: {why}. Set another `port`.") from None


class Room:
    """What lives in the worker besides the pages: the desk and the follower, each with its own shop."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.life = Life()
        self.screens = Screens()

    def begin(self) -> Flask:
        """Know the box, build the pages, start the loops."""
        db = open_store(Path(self.config.store.data))
        me = box.know_thyself(db, self.config.store.id, now())
        db.close()
        app = make_app(self.config, me, self.screens, self.life)
        stamp = app.extensions["house"].stamp
        tasks = {
            "desk": partial(self._desk, me),
            "follower": partial(self._follower, me, stamp),
            "broom": partial(self._broom, me),
        }
        service.start(self.life, tasks)
        return app

    def _desk(self, me: Box, life: Life) -> None:
        with open_shop(self.config, me) as shop:
            desk.work(shop, self._answered, life)

    def _answered(self, done: desk.Answered) -> None:
        if done.fresh:
            self.screens.outcome(done.station, done.seq)

    def _follower(self, me: Box, stamp: str, life: Life) -> None:
        with open_shop(self.config, me) as shop:
            follower.follow(shop, self.screens, stamp, life)

    def _broom(self, me: Box, life: Life) -> None:
        with open_shop(self.config, me) as shop:
            retention.work(shop, life)

    def end(self) -> None:
        """Streams first: each holds a thread that gunicorn would wait for."""
        self.screens.end()
        self.life.end()


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """gunicorn's thread worker; it lives only as long as desk and follower do."""

    @property
    def room(self) -> Room:
        room: Room = self.app.room
        return room

    def notify(self) -> None:
        """Once a second from gunicorn's own loop: beat, unless a loop has broken or stands still."""
        if self.room.life.broken is not None:
            os._exit(BROKEN)  # the arbiter starts another worker; the store remembers
        if not self.alive or self.room.life.stalest() < STUCK:
            super().notify()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.room.end()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        self.room.end()
        super().handle_quit(sig, frame)


class Master(Arbiter):  # type: ignore[misc]
    """gunicorn's arbiter; systemd lets only this process speak, so it passes the worker's heartbeat on."""

    def murder_workers(self) -> None:
        """Called once a second: end a worker that is stuck, and feed systemd's watchdog while one is not."""
        super().murder_workers()
        if any(time.monotonic() - worker.tmp.last_update() < STUCK for worker in self.WORKERS.values()):
            notify("WATCHDOG=1")


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings instead of its command line."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.room = Room(config)
        super().__init__()

    def load_config(self) -> None:
        web = self.config.web
        host = f"[{web.host}]" if ":" in web.host else web.host
        settings: dict[str, Any] = {
            "bind": f"{host}:{web.port}",
            "workers": 1,
            "worker_class": Worker,
            "threads": THREADS,
            "timeout": int(STUCK),
            "graceful_timeout": GRACE,
            "keepalive": 75,  # a kiosk's next fetch should not pay for a new connection
            "worker_tmp_dir": "/dev/shm",  # a heartbeat a second has no business on an SD card
            "control_socket_disable": True,
            "when_ready": _give_up_dead_screens,
            "loglevel": "warning",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """In the worker, after the fork: threads and connections do not live through one."""
        return self.room.begin()

    def run(self) -> None:
        Master(self).run()


def _give_up_dead_screens(arbiter: Any) -> None:
    for listener in arbiter.LISTENERS:
        listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STREAM_DEAD)
    log.info("the pages are at %s", ", ".join(str(listener) for listener in arbiter.LISTENERS))


def main(config: Config) -> int:
    """Serve the store's pages until asked to stop; the exit code. Raises BadConfig."""
    folder = Path(config.store.data)
    with alone(folder):
        check_address(config.web.host, config.web.port)
        try:
            Server(config).run()
        except SystemExit as end:
            return int(end.code or 0)
        finally:
            sys.stderr.flush()
    return 0
