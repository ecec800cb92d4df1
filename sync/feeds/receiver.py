"""HQ's feeds: applied by version, requested if a version is missing, reloaded if the replica differs from HQ's."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlite_utils import Database

from edge.facts.box import FeedReload, WhyReloaded
from edge.platform.clock import Now
from edge.platform.replica_schema import FEED_TABLES
from sync.feeds import replica_table
from sync.feeds.requests import FeedRequests
from sync.feeds.snapshot_loader import SnapshotLoader, tell_aside
from sync.feeds.versions import FeedPosition, HeadComparison, VersionFit, against, fit
from sync.protocol.messages import FeedDelta, FeedHead, FeedPage, FeedRow, Head, Want
from sync.sync_log import Say

log = logging.getLogger(__name__)

REPAIR_EVERY = (
    600.0  # s between reloads of one feed for a wrong digest: a wrong digest at HQ must not flood the connection
)


class FeedReceiver:
    """The replica as sync maintains it. `say` notes a fact for HQ; it never sends."""

    def __init__(
        self, db: Database, ask: Callable[[Want], bool], say: Say, retired: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.db, self.ask, self.say, self.retired = db, ask, say, set(retired)
        self.asking = FeedRequests()
        self.stands = {feed: replica_table.stand(db, feed) for feed in FEED_TABLES}
        self.loads = SnapshotLoader(db, self.stands, self.asking, say, self.retired, self._settle)
        self._heads: dict[str, Mapping[str, FeedHead]] = {}
        self._repaired: dict[str, float] = {}

    def on_new_line(self) -> None:
        """HQ sends its heads again; until then it is unknown what is missing."""
        self.asking.forget()
        self._heads.clear()

    @property
    def complete(self) -> bool:
        """Whether the replica holds all that HQ's heads name, for the chain and for this store."""
        heads = {feed: head for scope in self._heads.values() for feed, head in scope.items() if feed in self.stands}
        good = (HeadComparison.SAME, HeadComparison.AHEAD)
        return len(self._heads) > 1 and all(against(self.stands[feed], head) in good for feed, head in heads.items())

    def whole(self, feed: str) -> FeedPosition | None:
        """The state of a feed here, once it has reached HQ's head and no reload is under way; else None."""
        head = next((heads[feed] for heads in self._heads.values() if feed in heads), None)
        here = self.stands[feed]
        if (
            head is None
            or self.loads.under_way(feed)
            or against(here, head) not in (HeadComparison.SAME, HeadComparison.AHEAD)
        ):
            return None
        return here

    def send(self, now: float) -> None:
        """Request the feeds that are due, and apply some rows of complete snapshots; `now` in monotonic seconds."""
        for feed in self.asking.due(now):
            here = self.loads.here(feed)
            if not self.ask(Want(feed=feed, epoch=here.epoch, version=here.version)):
                break
            self.asking.asked(feed, now)
        self.loads.work(now)

    def on_head(self, scope: str, head: Head, now: float, time: Now) -> None:
        """HQ sends the versions of its feeds; `scope` is a store's id or `all`."""
        self._heads[scope] = head.feeds
        for feed, told in head.feeds.items():
            if feed in self.stands and (feed, told.epoch) not in self.retired:
                self._compare(feed, told, now, time)

    def is_ahead_of(self, head: Head) -> bool:
        """Whether HQ's head is behind a version that HQ has sent before."""
        ours = ((self.stands[feed], told) for feed, told in head.feeds.items() if feed in self.stands)
        return any(against(here, told) is HeadComparison.AHEAD for here, told in ours)

    def _compare(self, feed: str, head: FeedHead, now: float, time: Now) -> None:
        if self.loads.has_all(feed):
            return  # it is compared once all rows of the snapshot are applied
        if self.loads.under_way(feed):
            self.asking.soon(feed, now)
            return
        match against(self.stands[feed], head):
            case HeadComparison.BEHIND:
                self.asking.soon(feed, now)
            case HeadComparison.OTHER_EPOCH:
                self._reload(feed, head.epoch, "epoch", now, time)
            case HeadComparison.DIFFERS:
                self._repair(feed, head.epoch, now, time)
            case HeadComparison.SAME | HeadComparison.AHEAD:
                self.asking.done(feed)

    def _repair(self, feed: str, epoch: str, now: float, time: Now) -> None:
        if now - self._repaired.get(feed, -REPAIR_EVERY) < REPAIR_EVERY:
            return
        self._repaired[feed] = now
        self._reload(feed, epoch, "digest", now, time)

    def reload_taken_along(self, now: float, time: Now) -> None:
        """Reload feeds that were salvaged from a damaged replica: their rows are shown meanwhile, without count and digest."""
        for feed, here in self.stands.items():
            if here.version and not (here.rows or here.digest or self.loads.under_way(feed)):
                self._reload(feed, here.epoch, "damaged", now, time)

    def reload(self, feed: str, now: float, time: Now) -> None:
        """Reload a feed because HQ commands it."""
        if feed in self.stands and self.stands[feed].epoch:
            self._reload(feed, self.stands[feed].epoch, "command", now, time)

    def _reload(self, feed: str, epoch: str, why: WhyReloaded, now: float, time: Now) -> None:
        log.warning("feed %s is to be reloaded: %s", feed, why)
        self.say(FeedReload(feed=feed, why=why))
        self.loads.begin_anew(feed, epoch, time)
        self.asking.soon(feed, now)

    def on_rows(self, message: FeedDelta | FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> str | None:
        """Take a delta or a page; returns the reason if it was refused."""
        feed = message.feed
        if feed not in self.stands:
            return "unknown_feed"
        if (feed, message.epoch) in self.retired:
            return "rolled_back"
        if not self.loads.take(message, found, now, time):
            self._into_feed(message, found, now, time)
        return None

    def _into_feed(self, message: FeedDelta | FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> None:
        feed = message.feed
        match fit(self.stands[feed], message):
            case VersionFit.NEXT:
                self.stands[feed], bad = replica_table.apply(self.db, self.stands[feed], message, found, time.text)
                tell_aside(self.say, feed, bad)
                self._go_on(message, now)
            case VersionFit.OLD:
                if isinstance(message, FeedPage) and not message.more:
                    self._settle(feed, now)
            case VersionFit.GAP:
                self.asking.soon(feed, now)
            case VersionFit.OTHER_EPOCH if not self.loads.under_way(feed):
                self._reload(feed, message.epoch, "epoch", now, time)
            case VersionFit.OTHER_EPOCH:
                pass  # it is being reloaded, and the reload will have this too

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
        head = next((heads[feed] for heads in self._heads.values() if feed in heads), None)
        if head and against(self.stands[feed], head) is HeadComparison.BEHIND:
            self.asking.soon(feed, now)
