"""A replica that was rebuilt: it is reported to HQ once, salvaged rows are reloaded, and then it is complete."""

from dataclasses import dataclass, field

from sqlite_utils import Database

from edge.db_files.replica_rebuild import Replaced, read_replacement
from edge.facts.box import MirrorReplaced
from edge.platform.clock import Now
from edge.platform.database import writing
from sync.feeds.receiver import FeedReceiver
from sync.sync_log import append_note, remembered_names


@dataclass(slots=True)
class Replacement:
    """The work that a rebuilt replica needs; none if it is the first, or was completed long ago."""

    db: Database
    mirror: Database
    _of: Replaced | None = field(init=False)

    def __post_init__(self) -> None:
        self._of = read_replacement(self.mirror)

    def begin(self, feeds: FeedReceiver, at: float, now: Now) -> None:
        """At sync's start. `at`: monotonic seconds."""
        if self._of is None or self._of.whole:
            return
        if not self._of.told:
            self._tell(self._of, now)
        feeds.reload_taken_along(at, now)

    def round(self, feeds: FeedReceiver) -> None:
        """Note it once the replica holds all that HQ has."""
        if self._of is not None and not self._of.whole and feeds.complete:
            self._note("whole")

    def _tell(self, it: Replaced, now: Now) -> None:
        # a kill between the two files' commits must not report it twice
        if it.at not in remembered_names(self.db, MirrorReplaced):
            with writing(self.db):
                append_note(self.db, MirrorReplaced(made=it.at, why=it.why, aside=it.aside), now)
        self._note("told")

    def _note(self, what: str) -> None:
        with writing(self.mirror):
            self.mirror.conn.execute(f"update replaced set {what} = 1")
        self._of = read_replacement(self.mirror)
