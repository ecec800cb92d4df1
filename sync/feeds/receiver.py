"""HQ's feeds: applied by version, requested if a version is missing, reloaded if the replica differs from HQ's."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlite_utils import Database

from edge.facts.hq_link import FeedEpoch, FeedReload, ReloadReason, RowSetAside
from edge.platform.clock import Now
from edge.platform.replica_schema.migrations import FEED_TABLES
from edge.platform.sqlite_file import key_of_connection
from sync.feeds import replica_table, staging
from sync.feeds.heads import HqHeads
from sync.feeds.replica_table import feed_position
from sync.feeds.requests import FeedRequests
from sync.feeds.stored_row import StoredRow, stored_row
from sync.feeds.versions import (
    FeedPosition,
    HeadComparison,
    Load,
    VersionFit,
    begins_load,
    compare_with_head,
    fit_of_message,
    fit_of_page,
    is_reached,
)
from sync.protocol.messages import FeedDelta, FeedHead, FeedPage, FeedRow, Head, Want
from sync.sync_log import NoteFact

log = logging.getLogger(__name__)

# s between reloads of one feed for a wrong digest: a wrong digest at HQ must not flood the connection
REPAIR_INTERVAL_S = 600.0


class FeedReceiver:
    """The replica as sync maintains it: what it has is in hq.db alone. `say` notes a fact for HQ; it never sends."""

    def __init__(
        self, db: Database, ask: Callable[[Want], bool], say: NoteFact, retired: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.db, self.ask, self.say, self.retired = db, ask, say, set(retired)
        self.asking = FeedRequests()
        self.heads = HqHeads()
        self._repaired: dict[str, float] = {}

    def on_new_line(self) -> None:
        """HQ sends its heads again; until then it is unknown what is missing."""
        self.asking.forget()
        self.heads.forget()

    def positions(self) -> Mapping[str, FeedPosition]:
        """How far the replica has each feed."""
        return replica_table.feed_positions(self.db)

    def is_loading(self, feed: str) -> bool:
        """Whether a feed is being loaded whole."""
        return staging.load_under_way(self.db, feed) is not None

    @property
    def complete(self) -> bool:
        """Whether the replica holds all that HQ's heads name, for the chain and for this store."""
        return self.heads.are_reached(self.positions())

    def whole(self, feed: str) -> FeedPosition | None:
        """The state of a feed here, once it has reached HQ's head and no reload is under way; else None."""
        head = self.heads.of(feed)
        if head is None or self.is_loading(feed):
            return None
        here = feed_position(self.db, feed)
        return here if is_reached(here, head) else None

    def send(self, now: float) -> None:
        """Request the feeds that are due, and move some rows of complete loads; `now` in monotonic seconds."""
        for feed in self.asking.due(now):
            here = staging.load_under_way(self.db, feed) or feed_position(self.db, feed)
            if not self.ask(Want(feed=feed, epoch=here.epoch, version=here.version)):
                break
            self.asking.asked(feed, now)
        for load in staging.complete_loads(self.db):
            self._move(load, now)

    # --- HQ's heads

    def on_head(self, scope: str, head: Head, now: float, time: Now) -> None:
        """HQ sends the versions of its feeds; `scope` is a store's id or `all`."""
        self.heads.hear(scope, head)
        for feed, told in head.feeds.items():
            if feed in FEED_TABLES and (feed, told.epoch) not in self.retired:
                self._compare(feed, told, now, time)

    def is_ahead_of(self, head: Head) -> bool:
        """Whether HQ's head is behind a version that HQ has sent before."""
        positions = self.positions()
        ours = ((positions[feed], told) for feed, told in head.feeds.items() if feed in FEED_TABLES)
        return any(compare_with_head(here, told) is HeadComparison.AHEAD for here, told in ours)

    def _compare(self, feed: str, head: FeedHead, now: float, time: Now) -> None:
        if load := staging.load_under_way(self.db, feed):
            if not load.has_all:
                self.asking.soon(feed, now)
            return  # it is compared once the load is in the feed
        match compare_with_head(feed_position(self.db, feed), head):
            case HeadComparison.BEHIND:
                self.asking.soon(feed, now)
            case HeadComparison.OTHER_EPOCH:
                self._reload(feed, head.epoch, "epoch", now, time)
            case HeadComparison.DIFFERS:
                self._repair(feed, head.epoch, now, time)
            case HeadComparison.SAME | HeadComparison.AHEAD:
                self.asking.done(feed)

    # --- reloads

    def _repair(self, feed: str, epoch: str, now: float, time: Now) -> None:
        if now - self._repaired.get(feed, -REPAIR_INTERVAL_S) < REPAIR_INTERVAL_S:
            return
        self._repaired[feed] = now
        self._reload(feed, epoch, "digest", now, time)

    def reload_taken_along(self, now: float, time: Now) -> None:
        """Reload feeds that were salvaged from a damaged replica: their rows are shown meanwhile, without count and digest."""
        for feed, here in self.positions().items():
            if here.version and not (here.rows or here.digest or self.is_loading(feed)):
                self._reload(feed, here.epoch, "damaged", now, time)

    def reload(self, feed: str, now: float, time: Now) -> None:
        """Reload a feed because HQ commands it."""
        if feed in FEED_TABLES and (epoch := feed_position(self.db, feed).epoch):
            self._reload(feed, epoch, "command", now, time)

    def _reload(self, feed: str, epoch: str, why: ReloadReason, now: float, time: Now) -> None:
        log.warning("feed %s is to be reloaded: %s", feed, why)
        self.say(FeedReload(feed=feed, why=why))
        staging.begin_load(self.db, feed, epoch, time.text)
        self.asking.soon(feed, now)

    # --- HQ's rows

    def on_rows(self, message: FeedDelta | FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> str | None:
        """Take a delta or a page; returns the reason if it was refused."""
        feed = message.feed
        if feed not in FEED_TABLES:
            return "unknown_feed"
        if (feed, message.epoch) in self.retired:
            return "rolled_back"
        here, load = feed_position(self.db, feed), staging.load_under_way(self.db, feed)
        match message:
            case _ if load and load.has_all:
                pass  # what it says is requested when the load is in the feed
            case FeedPage() if load:
                self._onto_load(load, message, found, now, time)
            case FeedDelta() if load and not here.version:
                pass  # likewise: there is nothing yet that it could change
            case FeedPage() if begins_load(here, message):
                load = staging.begin_load(self.db, feed, message.epoch, time.text)
                self._onto_load(load, message, found, now, time)
            case _:
                self._into_feed(here, message, found, now, time)
        return None

    def _onto_load(self, load: Load, page: FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> None:
        feed = load.feed
        match fit_of_page(load, page):
            case VersionFit.OLD:
                return
            case VersionFit.GAP:
                self.asking.soon(feed, now)
                return
            case VersionFit.OTHER_EPOCH:
                load = staging.begin_load(self.db, feed, page.epoch, time.text)
        new = self._stored(load, found)
        load = staging.add_page(self.db, load, page, new, time.text)
        self._tell_aside(feed, new)
        here = feed_position(self.db, feed)
        if page.more or (here.epoch == load.epoch and here.version > load.version):
            self.asking.at_once(feed, now)  # a delta may have taken the feed further: what is shown never goes back
        else:
            self.asking.done(feed)
            self._move(staging.complete_load(self.db, load), now)

    def _move(self, load: Load, now: float) -> None:
        """Move some rows of a complete load into its feed."""
        feed, before = load.feed, feed_position(self.db, load.feed)
        is_over = staging.move_rows(self.db, load)
        if before.epoch not in ("", load.epoch):
            self.retired.add((feed, before.epoch))
            self.say(FeedEpoch(feed=feed, before=before.epoch, after=load.epoch))
        if is_over:
            log.info("feed %s is loaded: version %d", feed, load.version)
            self._settle(feed, now)

    def _into_feed(
        self, here: FeedPosition, message: FeedDelta | FeedPage, found: Sequence[FeedRow], now: float, time: Now
    ) -> None:
        feed = message.feed
        match fit_of_message(here, message):
            case VersionFit.NEXT:
                new = self._stored(here, found)
                replica_table.apply_message(self.db, here, message, new, time.text)
                self._tell_aside(feed, new)
                self._go_on(message, now)
            case VersionFit.OLD:
                if isinstance(message, FeedPage) and not message.more:
                    self._settle(feed, now)
            case VersionFit.GAP:
                self.asking.soon(feed, now)
            case VersionFit.OTHER_EPOCH if not self.is_loading(feed):
                self._reload(feed, message.epoch, "epoch", now, time)
            case VersionFit.OTHER_EPOCH:
                pass  # it is being reloaded, and the reload will have this too

    def _stored(self, here: FeedPosition | Load, found: Sequence[FeedRow]) -> list[StoredRow]:
        """The rows that are new here, checked before a transaction begins."""
        key = key_of_connection(self.db.conn)
        return [stored_row(here.feed, row, key) for row in found if row.version > here.version]

    def _tell_aside(self, feed: str, new: Sequence[StoredRow]) -> None:
        """Report rows to HQ that cannot be used."""
        for row in new:
            if row.fault:
                log.warning("feed %s: row %s is set aside: %s", feed, row.key, row.fault)
                self.say(RowSetAside(feed=feed, key=row.key, version=row.version, why=row.fault))

    def _go_on(self, message: FeedDelta | FeedPage, now: float) -> None:
        """After a page, request the next one, if there is more."""
        match message:
            case FeedPage(more=True):
                self.asking.at_once(message.feed, now)
            case FeedPage():
                self._settle(message.feed, now)

    def _settle(self, feed: str, now: float) -> None:
        """End the requests for this feed, unless HQ's head is further."""
        self.asking.done(feed)
        head = self.heads.of(feed)
        if head and compare_with_head(feed_position(self.db, feed), head) is HeadComparison.BEHIND:
            self.asking.soon(feed, now)
