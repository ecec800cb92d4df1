"""What lives in the web process besides its pages: the desk, the follower and the broom."""

from functools import partial
from pathlib import Path

from flask import Flask

from edge import box, desk, retention, service
from edge.clock import now
from edge.config import Config
from edge.journal import Box
from edge.service import Life
from edge.settings import GROUND, trial_under_way
from edge.shop import open_shop
from edge.store import open_store
from ui import follower
from ui.app import make_app
from ui.screens import Screens


class Room:
    """What lives in the worker besides the pages: the desk and the follower, each with its own shop."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.life = Life()
        self.screens = Screens()
        self.past = GROUND  # the config on trial when this worker began

    def begin(self) -> Flask:
        """Know the box, build the pages, start the loops."""
        db = open_store(Path(self.config.store.data))
        me = box.know_thyself(db, self.config.store.id, now())
        self.past = trial_under_way(db)
        db.close()
        app = make_app(self.config, me, self.screens, self.life, self.past)
        stamp = app.extensions["house"].stamp
        tasks = {
            "desk": partial(self._desk, me),
            "follower": partial(self._follower, me, stamp),
            "broom": partial(self._broom, me),
        }
        service.start(self.life, tasks)
        return app

    def _desk(self, me: Box, life: Life) -> None:
        with open_shop(self.config, me, self.past) as shop:
            desk.work(shop, self._answered, life)

    def _answered(self, done: desk.Answered) -> None:
        if done.fresh:
            self.screens.outcome(done.station, done.seq)

    def _follower(self, me: Box, stamp: str, life: Life) -> None:
        with open_shop(self.config, me, self.past) as shop:
            follower.follow(shop, self.screens, stamp, life)

    def _broom(self, me: Box, life: Life) -> None:
        with open_shop(self.config, me, self.past) as shop:
            retention.work(shop, life)

    def end(self) -> None:
        """Streams first: each holds a thread that gunicorn would wait for."""
        self.screens.end()
        self.life.end()
