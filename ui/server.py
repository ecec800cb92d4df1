"""The web process: gunicorn with one worker of 64 threads; its arbiter watches, its worker does everything."""

import logging
import os
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers import gthread

from edge.config import Config
from edge.service import BROKEN, notify
from ui.alone import alone, check_address
from ui.room import Room

log = logging.getLogger(__name__)

THREADS = 64  # 40 streams hold one each; the rest answer
STREAM_DEAD = 10_000  # ms without an acknowledgement before a screen that lost power is given up (tcp(7))
STUCK = 15.0  # seconds without a round of a loop before the worker is ended
GRACE = 4  # seconds for requests under way when the process is asked to stop; streams end at once

gthread.STOP_KEEPALIVE_LINGER = 0.5  # seconds an idle connection is kept at the end; 2 s would be most of the stop


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

    def is_parent_alive(self) -> bool:
        """Whoever loses the arbiter ends by itself, desk and all: systemd starts both anew."""
        lives = bool(super().is_parent_alive())
        if not lives:
            self.room.end()
        return lives

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
