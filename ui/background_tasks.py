"""The threads of the web process besides its pages: scan processor, change watcher, retention and heartbeat."""

from functools import partial
from pathlib import Path

from flask import Flask

from edge import box_identity, registry, scan_processor
from edge.config.active_config import NO_CONFIG, number_on_trial
from edge.config.toml_schema import Config
from edge.db_files import replica_rebuild as mirror_file
from edge.facts.journal import BoxIdentity
from edge.platform import heartbeat, process
from edge.platform.clock import now
from edge.platform.database import open_store
from edge.platform.process import ProcessLife
from edge.retention import sweep
from edge.store_context import open_store_context
from ui import change_watcher
from ui.app import make_app
from ui.front import haproxy
from ui.process_state.screens import Screens


class WorkerThreads:
    """The threads of the worker besides the pages, each with its own shop (database connections and settings)."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.life = ProcessLife()
        self.screens = Screens()
        self.past = NO_CONFIG  # the config on trial when this worker began

    def start(self) -> Flask:
        """Know the box, build the pages, start the loops."""
        folder = Path(self.config.store.data)
        with open_store(folder) as db, mirror_file.open_replica(folder, now()) as hq:
            me = box_identity.ensure_identity(db, self.config.store.id, now(), mirror_file.confirmed_position(hq))
            self.past = number_on_trial(db)
        app = make_app(self.config, me, self.screens, self.life, self.past)
        stamp = app.extensions["house"].stamp
        tasks = {
            "desk": partial(self._desk, me),
            "follower": partial(self._follower, me, stamp),
            "broom": partial(self._broom, me),
            "heartbeat": partial(heartbeat.run_heartbeat, Path(self.config.store.data), "web"),
        }
        if self.config.web.lan is not None:
            tasks["certificate"] = partial(haproxy.renew_certificate_in_time, self.config)
        process.start_tasks(self.life, tasks)
        return app

    def _desk(self, me: BoxIdentity, life: ProcessLife) -> None:
        with open_store_context(self.config, me, self.past) as shop:
            scan_processor.run_scan_processor(shop, registry.decide_outcome, self._answered, life, self.screens.refused)

    def _answered(self, done: scan_processor.AnsweredScan) -> None:
        if done.fresh:
            self.screens.outcome(done.station, done.seq)

    def _follower(self, me: BoxIdentity, stamp: str, life: ProcessLife) -> None:
        with open_store_context(self.config, me, self.past) as shop:
            change_watcher.watch_changes(shop, self.screens, stamp, life)

    def _broom(self, me: BoxIdentity, life: ProcessLife) -> None:
        with open_store_context(self.config, me, self.past) as shop:
            sweep.run_retention(shop, life)

    def stop(self) -> None:
        """Streams first: each holds a thread that gunicorn would wait for."""
        self.screens.end()
        self.life.end()
