"""Feeds that are loaded whole: into a staging table, then by key into an empty feed, or into a shadow if rows are shown.

A long first load goes from staging into the feed. A reload goes into a shadow first, which replaces the feed when it is whole.
"""

import logging
from collections.abc import Callable, Sequence

from sqlite_utils import Database

from edge.facts.box import FeedEpoch, RowSetAside
from edge.platform.clock import Now
from edge.platform.database import writing
from edge.platform.replica_schema import FEED_TABLES
from sync.feeds import replica_table, shadow_table
from sync.feeds.replica_table import SHADOW, Bad
from sync.feeds.requests import FeedRequests
from sync.feeds.staging import Staging
from sync.feeds.versions import FeedPosition, VersionFit, fit
from sync.protocol.messages import FeedDelta, FeedPage, FeedRow
from sync.sync_log import Say

log = logging.getLogger(__name__)


class SnapshotLoader:
    """The loads under way; `stands` has the positions of the feeds themselves, `settle` is called at a load's end."""

    def __init__(
        self,
        db: Database,
        stands: dict[str, FeedPosition],
        asking: FeedRequests,
        say: Say,
        retired: set[tuple[str, str]],
        settle: Callable[[str, float], None],
    ) -> None:
        self.db, self.stands, self.asking, self.say, self.retired, self.settle = (
            db,
            stands,
            asking,
            say,
            retired,
            settle,
        )
        begun = shadow_table.begun(db, FEED_TABLES)
        self.shadows = {feed: replica_table.stand(db, feed + SHADOW) for feed in begun}
        self.piles = Staging(db)
        self.taking: dict[str, str] = {}  # feeds that become their shadow, and the last key that has

    def here(self, feed: str) -> FeedPosition:
        """The position after which HQ is asked for more."""
        return self.piles.stands.get(feed) or self._into(feed)

    def under_way(self, feed: str) -> bool:
        """Whether a feed is being loaded whole."""
        return feed in self.shadows or feed in self.piles.stands

    def has_all(self, feed: str) -> bool:
        """Whether all rows have come and are being moved into the feed: nothing is requested meanwhile."""
        return feed in self.piles.marks or feed in self.taking

    def begin_anew(self, feed: str, epoch: str, time: Now) -> None:
        """Load a feed beside what is shown, from nothing."""
        self.piles.forget(feed)
        self.taking.pop(feed, None)
        with writing(self.db):
            shadow = shadow_table.begin(self.db, feed, epoch, time.text)
        self.shadows[feed] = shadow

    def take(self, message: FeedDelta | FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> bool:
        """Handle a message about a feed; returns whether it belonged to a load, and not to the feed itself."""
        feed = message.feed
        match message:
            case _ if feed in self.taking:
                pass  # what it says is asked for when the feed has become its shadow
            case FeedDelta() if feed in self.piles.stands and feed not in self.shadows:
                pass  # and here when the first load is whole
            case FeedPage() if feed in self.piles.marks:
                pass  # said twice
            case FeedPage() if feed in self.piles.stands:
                self._onto_pile(message, found, now, time)
            case FeedPage(since=0, more=True) if self._begins(message):
                self.piles.begin(feed, message.epoch, time.text)
                self._onto_pile(message, found, now, time)
            case FeedPage() if feed in self.shadows:
                self._into_shadow(message, found, now, time)
            case _:
                return False
        return True

    def work(self, now: float) -> None:
        """Move some rows of each complete load into its feed: a short transaction for each."""
        for feed in list(self.piles.marks):
            self._pour(feed, now)
        for feed in list(self.taking):
            self._take_over(feed, now)

    def _into(self, feed: str) -> FeedPosition:
        """The position of the table that pages go into."""
        return self.shadows.get(feed, self.stands[feed])

    def _begins(self, page: FeedPage) -> bool:
        """Whether a page is the first of many for a table that has nothing."""
        into = self._into(page.feed)
        return into.version == 0 and into.rows == 0 and into.epoch in ("", page.epoch)

    def _onto_pile(self, page: FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> None:
        feed = page.feed
        match self._follows(self.piles.stands[feed], page, now):
            case VersionFit.OTHER_EPOCH:
                if feed in self.shadows:
                    self.begin_anew(feed, page.epoch, time)
                self.piles.begin(feed, page.epoch, time.text)
            case None:
                return
        self.piles.add(page, found, time.text)
        if page.more:
            self.asking.at_once(feed, now)
        else:
            self.asking.done(feed)

    def _into_shadow(self, page: FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> None:
        feed = page.feed
        match self._follows(self.shadows[feed], page, now):
            case VersionFit.OTHER_EPOCH:
                self.begin_anew(feed, page.epoch, time)
            case None:
                return
        self.shadows[feed], bad = replica_table.apply(self.db, self.shadows[feed], page, found, time.text)
        tell_aside(self.say, feed, bad)
        if page.more:
            self.asking.at_once(feed, now)
        else:
            self._go_on_with_shadow(feed, now)

    def _follows(self, here: FeedPosition, page: FeedPage, now: float) -> VersionFit | None:
        """NEXT if a page follows `here`, OTHER_EPOCH if HQ begins anew with it, None if it is of no use."""
        match fit(here, page):
            case VersionFit.OTHER_EPOCH if page.since == 0:
                return VersionFit.OTHER_EPOCH
            case VersionFit.OTHER_EPOCH | VersionFit.GAP:
                self.asking.soon(page.feed, now)
                return None
            case VersionFit.OLD if page.more or page.version < here.version:
                return None  # said twice
            case VersionFit.OLD | VersionFit.NEXT:
                return VersionFit.NEXT

    def _pour(self, feed: str, now: float) -> None:
        """Move some rows of complete staging; with the last of them the feed, or its shadow, is whole."""
        into, bad = self.piles.pour(feed, self._into(feed))
        tables = self.shadows if feed in self.shadows else self.stands
        tables[feed] = into
        tell_aside(self.say, feed, bad)
        if feed in self.piles.marks:
            return
        if feed in self.shadows:
            self._go_on_with_shadow(feed, now)
        else:
            log.info("feed %s is loaded: %d rows at version %d", feed, into.rows, into.version)
            self.settle(feed, now)

    def _go_on_with_shadow(self, feed: str, now: float) -> None:
        """The shadow is whole: it replaces the feed, unless a delta has taken the feed further meanwhile."""
        here, shadow = self.stands[feed], self.shadows[feed]
        if here.epoch == shadow.epoch and here.version > shadow.version:
            self.asking.at_once(feed, now)  # what is shown never goes back
            return
        self.asking.done(feed)
        self.taking[feed] = ""
        if here.epoch != shadow.epoch:
            self.retired.add((feed, here.epoch))
            self.say(FeedEpoch(feed=feed, before=here.epoch, after=shadow.epoch))
        self._take_over(feed, now)

    def _take_over(self, feed: str, now: float) -> None:
        """Move a range of the shadow; with the last one the feed has the shadow's position."""
        with writing(self.db):
            last = shadow_table.take_over(self.db, feed, self.taking[feed])
        here = self.stands[feed] = replica_table.stand(self.db, feed)
        if last is not None:
            self.taking[feed] = last
            return
        del self.taking[feed], self.shadows[feed]
        log.info("feed %s is reloaded: %d rows at version %d", feed, here.rows, here.version)
        self.settle(feed, now)


def tell_aside(say: Say, feed: str, bad: Sequence[Bad]) -> None:
    """Report rows to HQ that cannot be used."""
    for row, why in bad:
        log.warning("feed %s: row %s is set aside: %s", feed, row.key, why)
        say(RowSetAside(feed=feed, key=row.key, version=row.version, why=why))
