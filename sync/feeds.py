"""HQ's feeds come down: applied by version, asked for where one is missed, loaded anew where the mirror is not HQ's."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from edge.clock import Now
from edge.hq_schema import FEEDS
from sync import mirror_table
from sync.asking import Asking
from sync.feed_rules import Against, Fit, Stand, against, fit
from sync.headers import FeedDelta, FeedHead, FeedPage, FeedRow, Head, Want
from sync.loads import Loads, tell_aside
from sync.notes import Say

log = logging.getLogger(__name__)

REPAIR_EVERY = (
    600.0  # s between reloads of one feed for a wrong digest: a digest HQ itself has wrong must not flood the line
)


@dataclass(slots=True)
class Feeds:
    """The mirror as sync keeps it. `say` notes what HQ shall know (a type of fact, its data); it never sends."""

    db: Database
    ask: Callable[[Want], bool]
    say: Say
    retired: set[tuple[str, str]] = field(default_factory=set)
    asking: Asking = field(default_factory=Asking)
    stands: dict[str, Stand] = field(default_factory=dict)
    loads: Loads = field(init=False)
    _heads: dict[str, Mapping[str, FeedHead]] = field(default_factory=dict)
    _repaired: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stands = {feed: mirror_table.stand(self.db, feed) for feed in FEEDS}
        self.loads = Loads(self.db, self.stands, self.asking, self.say, self.retired, self._settle)

    def on_new_line(self) -> None:
        """HQ tells its heads anew; until then nothing is known about what is missing."""
        self.asking.forget()
        self._heads.clear()

    @property
    def complete(self) -> bool:
        """Whether the mirror holds all that HQ has told of, for the chain and for this store."""
        heads = {feed: head for scope in self._heads.values() for feed, head in scope.items() if feed in self.stands}
        good = (Against.SAME, Against.AHEAD)
        return len(self._heads) > 1 and all(against(self.stands[feed], head) in good for feed, head in heads.items())

    def whole(self, feed: str) -> Stand | None:
        """Where a feed stands, once all that HQ has told of it is here and none of it is being loaded anew."""
        head = next((heads[feed] for heads in self._heads.values() if feed in heads), None)
        here = self.stands[feed]
        if head is None or self.loads.under_way(feed) or against(here, head) not in (Against.SAME, Against.AHEAD):
            return None
        return here

    def send(self, now: float) -> None:
        """Ask for what is due, and put some rows of what has come whole in their order; `now` in monotonic seconds."""
        for feed in self.asking.due(now):
            here = self.loads.here(feed)
            if not self.ask(Want(feed=feed, epoch=here.epoch, version=here.version)):
                break
            self.asking.asked(feed, now)
        self.loads.work(now)

    def on_head(self, scope: str, head: Head, now: float, time: Now) -> None:
        """HQ tells where its feeds stand; `scope` is a store's id or `all`."""
        self._heads[scope] = head.feeds
        for feed, told in head.feeds.items():
            if feed in self.stands and (feed, told.epoch) not in self.retired:
                self._compare(feed, told, now, time)

    def _compare(self, feed: str, head: FeedHead, now: float, time: Now) -> None:
        if self.loads.has_all(feed):
            return  # it is compared when all rows are where they belong
        if self.loads.under_way(feed):
            self.asking.soon(feed, now)
            return
        match against(self.stands[feed], head):
            case Against.BEHIND:
                self.asking.soon(feed, now)
            case Against.OTHER_EPOCH:
                self._reload(feed, head.epoch, "epoch", now, time)
            case Against.DIFFERS:
                self._repair(feed, head.epoch, now, time)
            case Against.SAME | Against.AHEAD:
                self.asking.done(feed)

    def _repair(self, feed: str, epoch: str, now: float, time: Now) -> None:
        if now - self._repaired.get(feed, -REPAIR_EVERY) < REPAIR_EVERY:
            return
        self._repaired[feed] = now
        self._reload(feed, epoch, "digest", now, time)

    def reload(self, feed: str, now: float, time: Now) -> None:
        """Load a feed anew because HQ says so."""
        if feed in self.stands and self.stands[feed].epoch:
            self._reload(feed, self.stands[feed].epoch, "command", now, time)

    def _reload(self, feed: str, epoch: str, why: str, now: float, time: Now) -> None:
        log.warning("%s is loaded anew: %s", feed, why)
        self.say("feed.reload", {"feed": feed, "why": why})
        self.loads.begin_anew(feed, epoch, time)
        self.asking.soon(feed, now)

    def on_rows(self, message: FeedDelta | FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> str | None:
        """A delta or a page; the reason where it was refused."""
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
            case Fit.NEXT:
                self.stands[feed], bad = mirror_table.apply(self.db, self.stands[feed], message, found, time.text)
                tell_aside(self.say, feed, bad)
                self._go_on(message, now)
            case Fit.OLD:
                if isinstance(message, FeedPage) and not message.more:
                    self._settle(feed, now)
            case Fit.GAP:
                self.asking.soon(feed, now)
            case Fit.OTHER_EPOCH if not self.loads.under_way(feed):
                self._reload(feed, message.epoch, "epoch", now, time)
            case Fit.OTHER_EPOCH:
                pass  # it is being loaded anew, and will have this too

    def _go_on(self, message: FeedDelta | FeedPage, now: float) -> None:
        """A page that was asked for is followed by the next one."""
        match message:
            case FeedPage(more=True):
                self.asking.at_once(message.feed, now)
            case FeedPage():
                self._settle(message.feed, now)

    def _settle(self, feed: str, now: float) -> None:
        """Nothing more is to be asked for, unless HQ has told of more."""
        self.asking.done(feed)
        head = next((heads[feed] for heads in self._heads.values() if feed in heads), None)
        if head and against(self.stands[feed], head) is Against.BEHIND:
            self.asking.soon(feed, now)
