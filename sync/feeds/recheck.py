"""Checks the rows of the replica after each start: an older Noren may have stored rows that this one cannot read."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from edge.facts.hq_link import RowSetAside
from edge.platform.database import rows, writing
from edge.platform.replica_schema.migrations import FEED_TABLES
from edge.platform.sqlite_file import key_of_connection
from sync.feeds.stored_form import with_keyed_secrets
from sync.protocol.feed_types import row_fault
from sync.sync_log import NoteFact

log = logging.getLogger(__name__)

ROWS_PER_CHECK = 500  # rows of one check: some 5 ms, on a Pi 25
CHECK_INTERVAL_S = (
    0.25  # seconds between two checks: a catalogue of a million rows takes minutes, and nobody waits for it
)
# what people see on screens comes first, long feeds come last
FEED_ORDER = tuple(sorted(FEED_TABLES, key=lambda feed: (feed in ("catalog", "neighbours", "stock", "members"), feed)))


@dataclass(slots=True)
class ReplicaRecheck:
    """One pass through all feeds. A row that cannot be read is set aside; a row set aside that can be read now is restored."""

    db: Database
    say: NoteFact
    _left: list[str] = field(default_factory=lambda: list(FEED_ORDER))
    _after: str = ""
    _due: float = 0.0

    @property
    def done(self) -> bool:
        return not self._left

    def look(self, at: float, is_loading: Callable[[str], bool]) -> None:
        """Check the next rows, if it is due (`at`: monotonic seconds).

        A feed that is being reloaded is skipped: each of its rows is validated when it arrives.
        """
        if self.done or at < self._due:
            return
        self._due = at + CHECK_INTERVAL_S
        room = ROWS_PER_CHECK
        while self._left and room > 0:
            if is_loading(self._left[0]):
                self._next()
            else:
                room -= self._look(self._left[0], room)

    def _look(self, feed: str, most: int) -> int:
        """Returns the number of rows checked; after the last row the next feed is due."""
        sql = f"select key, version, body from {feed} where body is not null and key > ? order by key limit ?"
        found = rows(self.db, sql, (self._after, most))
        self._key(feed, found)
        bad = [(row, why) for row in found if (why := row_fault(feed, row["key"], row["body"]))]
        if bad:
            with writing(self.db):
                for row, why in bad:
                    self._put_aside(feed, row["key"], row["version"], row["body"], why)
        if len(found) < most:
            self._take_back(feed)
            self._next()
        else:
            self._after = found[-1]["key"]
        return len(found) + 1

    def _key(self, feed: str, found: list[dict[str, Any]]) -> None:
        """Key the secrets of rows that an older Noren stored as HQ sent them: no secret stays that works without the box's key."""
        key, plain = key_of_connection(self.db.conn), []
        for row in found:
            if (kept := with_keyed_secrets(feed, row["body"], key)) != row["body"]:
                row["body"] = kept
                plain.append(row)
        if plain:
            with writing(self.db):
                sql = f"update {feed} set body = :body where key = :key and version = :version"
                self.db.conn.executemany(sql, plain)

    def _next(self) -> None:
        del self._left[0]
        self._after = ""

    def _put_aside(self, feed: str, key: str, version: int, body: str, why: str) -> None:
        """Set a row aside; if a row of its key is set aside already, that one stays: it is newer."""
        self.db.conn.execute(
            "insert or ignore into set_aside (feed, key, version, reason, body) values (?, ?, ?, ?, ?)",
            (feed, key, version, why, body),
        )
        self.db.conn.execute(f"delete from {feed} where key = ?", (key,))
        log.warning("feed %s: row %s, stored by an older version, is set aside: %s", feed, key, why)
        self.say(RowSetAside(feed=feed, key=key, version=version, why=why))

    def _take_back(self, feed: str) -> None:
        """Restore the rows that an older Noren could not read, and this one can."""
        aside = rows(self.db, "select key, version, body from set_aside where feed = ?", (feed,))
        good = [row for row in aside if row_fault(feed, row["key"], row["body"]) is None]
        if not good:
            return
        with writing(self.db):
            for row in good:
                self.db.conn.execute("delete from set_aside where feed = ? and key = ?", (feed, row["key"]))
                self.db.conn.execute(
                    f"""insert into {feed} (key, version, body) values (:key, :version, :body)
                        on conflict (key) do update set version = excluded.version, body = excluded.body""",
                    row,
                )
        log.info("feed %s: %d rows that were set aside are valid now", feed, len(good))
