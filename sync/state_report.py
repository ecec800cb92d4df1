"""The report of the store's state to HQ: on each new connection, once a minute, and if it has changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from edge.box_identity import read_box
from edge.disk import disk_space
from edge.disk.watermarks import DiskLevel
from edge.platform.clock import Now
from sync import presence
from sync.feeds.versions import FeedPosition
from sync.presence import Identity
from sync.protocol.envelope import seal_message
from sync.transport.message_sender import MessageSender

NEVER = float("-inf")  # monotonic seconds


class StateReport:
    """When the state was last sent, and what may have changed since. `me` follows the box into a new epoch."""

    def __init__(self, db: Database, folder: Path, me: Identity, out: MessageSender) -> None:
        self.me = me
        self._db, self._folder, self._out = db, folder, out
        self._told = NEVER
        self._disk = DiskLevel.OK

    def changed(self) -> None:
        """The state differs from the last report: the next `send` reports it."""
        self._told = NEVER

    def refresh_from_store(self) -> None:
        """store.db was written: the disk may be at another level, or the journal in a new epoch."""
        level, box = disk_space.recorded_disk_level(self._db), read_box(self._db, self.me.box.store)
        if level is not self._disk:
            self._disk = level
            self.changed()
        if box is not None and box != self.me.box:
            self.me = replace(self.me, box=box)
            self.changed()

    def send(
        self, positions: Callable[[], Mapping[str, FeedPosition]], refused: Mapping[str, int], at: float, now: Now
    ) -> None:
        """Report to HQ if it is due. `at`: monotonic seconds; `refused`: messages that were refused, by reason."""
        if at - self._told < presence.BIRTH_INTERVAL_S:
            return
        state = presence.birth_message(self._db, self._folder, self.me, positions(), refused, now)
        if self._out.publish(self.me.topic, seal_message(self.me.topic, state, (), self.me.key), retain=True):
            self._told = at
