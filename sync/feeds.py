"""HQ's feeds come down: applied by version, asked for where one is missed, loaded anew where the mirror is not HQ's."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlite_utils import Database

from edge.clock import Now
from edge.hq_schema import FEEDS
from edge.store import writing
from sync import mirror_table
from sync.asking import Asking
from sync.feed_rules import Against, Fit, Stand, against, fit
from sync.headers import FeedDelta, FeedHead, FeedPage, FeedRow, Head, Want
from sync.mirror_table import SHADOW, Bad
from sync.notes import Say
from sync.pile import Piles

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
    shadows: dict[str, Stand] = field(default_factory=dict)
    piles: Piles = field(init=False)
    taking: dict[str, str] = field(default_factory=dict)  # feeds that become their shadow, and the last key that has
    _heads: dict[str, Mapping[str, FeedHead]] = field(default_factory=dict)
    _repaired: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stands = {feed: mirror_table.stand(self.db, feed) for feed in FEEDS}
        begun = mirror_table.shadows(self.db, FEEDS)
        self.shadows = {feed: mirror_table.stand(self.db, feed + SHADOW) for feed in begun}
        self.piles = Piles(self.db)

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
        if head is None or feed in self.shadows or against(here, head) not in (Against.SAME, Against.AHEAD):
            return None
        return here

    def send(self, now: float) -> None:
        """Ask for what is due, and put some rows of what has come whole in their order; `now` in monotonic seconds."""
        for feed in self.asking.due(now):
            here = self.piles.stands.get(feed) or self._into(feed)
            if not self.ask(Want(feed=feed, epoch=here.epoch, version=here.version)):
                break
            self.asking.asked(feed, now)
        for feed in list(self.piles.marks):
            self._pour(feed, now)
        for feed in list(self.taking):
            self._take_over(feed, now)

    def on_head(self, scope: str, head: Head, now: float, time: Now) -> None:
        """HQ tells where its feeds stand; `scope` is a store's id or `all`."""
        self._heads[scope] = head.feeds
        for feed, told in head.feeds.items():
            if feed in self.stands and (feed, told.epoch) not in self.retired:
                self._compare(feed, told, now, time)

    def _compare(self, feed: str, head: FeedHead, now: float, time: Now) -> None:
        if feed in self.piles.marks or feed in self.taking:
            return  # it is asked for again when all rows are where they belong
        if feed in self.shadows or feed in self.piles.stands:
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
        self.piles.forget(feed)
        self.taking.pop(feed, None)
        self._begin_shadow(feed, epoch, time)
        self.asking.soon(feed, now)

    def _begin_shadow(self, feed: str, epoch: str, time: Now) -> None:
        with writing(self.db):
            shadow = mirror_table.begin_shadow(self.db, feed, epoch, time.text)
        self.shadows[feed] = shadow

    def on_rows(self, message: FeedDelta | FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> str | None:
        """A delta or a page; the reason where it was refused."""
        feed = message.feed
        if feed not in self.stands:
            return "unknown_feed"
        if (feed, message.epoch) in self.retired:
            return "rolled_back"
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
                self._into_feed(message, found, now, time)
        return None

    def _into(self, feed: str) -> Stand:
        """Where the table stands that pages go into."""
        return self.shadows.get(feed, self.stands[feed])

    def _begins(self, page: FeedPage) -> bool:
        """Whether a page is the first of many for a table that has nothing."""
        into = self._into(page.feed)
        return into.version == 0 and into.rows == 0 and into.epoch in ("", page.epoch)

    def _onto_pile(self, page: FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> None:
        feed = page.feed
        match fit(self.piles.stands[feed], page):
            case Fit.OTHER_EPOCH if page.since == 0:
                if feed in self.shadows:
                    self._begin_shadow(feed, page.epoch, time)
                self.piles.begin(feed, page.epoch, time.text)
            case Fit.OTHER_EPOCH | Fit.GAP:
                self.asking.soon(feed, now)
                return
            case Fit.OLD if page.more or page.version < self.piles.stands[feed].version:
                return  # said twice
            case Fit.OLD | Fit.NEXT:
                pass
        self.piles.add(page, found, time.text)
        if page.more:
            self.asking.at_once(feed, now)
        else:
            self.asking.done(feed)

    def _pour(self, feed: str, now: float) -> None:
        """Some rows of a complete pile go where they belong; with the last of them the feed, or its shadow, is whole."""
        into, bad = self.piles.pour(feed, self._into(feed))
        is_shadow = feed in self.shadows
        (self.shadows if is_shadow else self.stands)[feed] = into
        self._tell_bad(feed, bad)
        match feed in self.piles.marks, is_shadow:
            case True, _:
                pass
            case False, True:
                self._go_on_with_shadow(feed, now)
            case False, False:
                log.info("%s is loaded: %d rows at version %d", feed, into.rows, into.version)
                self._settle(feed, now)

    def _go_on_with_shadow(self, feed: str, now: float) -> None:
        """The shadow has all HQ had: the feed becomes it, unless a delta has taken the feed further meanwhile."""
        if self._is_behind(feed):
            self.asking.at_once(feed, now)
            return
        before, shadow = self.stands[feed].epoch, self.shadows[feed].epoch
        self.asking.done(feed)
        self.taking[feed] = ""
        if before != shadow:
            self.retired.add((feed, before))
            self.say("feed.epoch", {"feed": feed, "from": before, "to": shadow})
        self._take_over(feed, now)

    def _take_over(self, feed: str, now: float) -> None:
        """A stretch of the shadow; with the last one the feed stands where its shadow stood."""
        with writing(self.db):
            last = mirror_table.take_over(self.db, feed, self.taking[feed])
        self.stands[feed] = mirror_table.stand(self.db, feed)
        if last is not None:
            self.taking[feed] = last
            return
        del self.taking[feed], self.shadows[feed]
        log.info("%s is loaded anew: %d rows at version %d", feed, self.stands[feed].rows, self.stands[feed].version)
        self._settle(feed, now)

    def _into_feed(self, message: FeedDelta | FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> None:
        feed = message.feed
        match fit(self.stands[feed], message):
            case Fit.NEXT:
                self.stands[feed] = self._put(self.stands[feed], message, found, time)
                self._go_on(message, now)
            case Fit.OLD:
                if isinstance(message, FeedPage) and not message.more:
                    self._settle(feed, now)
            case Fit.GAP:
                self.asking.soon(feed, now)
            case Fit.OTHER_EPOCH if feed not in self.shadows:
                self._reload(feed, message.epoch, "epoch", now, time)
            case Fit.OTHER_EPOCH:
                pass  # its shadow is being loaded, and will have this too

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

    def _put(self, here: Stand, message: FeedDelta | FeedPage, found: Sequence[FeedRow], time: Now) -> Stand:
        """Rows and cursor in one transaction."""
        with writing(self.db):
            here, bad = mirror_table.put(self.db, here, found)
            here = replace(here, epoch=message.epoch, version=message.version)
            mirror_table.note(self.db, here, time.text)
        self._tell_bad(message.feed, bad)
        return here

    def _tell_bad(self, feed: str, bad: Sequence[Bad]) -> None:
        for row, why in bad:
            log.warning("%s row %s set aside: %s", feed, row.key, why)
            self.say("feed.row_set_aside", {"feed": feed, "key": row.key, "version": row.version, "why": why})

    def _into_shadow(self, page: FeedPage, found: Sequence[FeedRow], now: float, time: Now) -> None:
        feed, shadow = page.feed, self.shadows[page.feed]
        match fit(shadow, page):
            case Fit.OTHER_EPOCH if page.since == 0:
                self._begin_shadow(feed, page.epoch, time)
                shadow = self.shadows[feed]
            case Fit.OTHER_EPOCH | Fit.GAP:
                self.asking.soon(feed, now)
                return
            case Fit.OLD if page.more or page.version < shadow.version:
                return  # said twice
            case Fit.OLD | Fit.NEXT:
                pass
        self.shadows[feed] = self._put(shadow, page, found, time)
        if page.more:
            self.asking.at_once(feed, now)
        else:
            self._go_on_with_shadow(feed, now)

    def _is_behind(self, feed: str) -> bool:
        """A delta may have taken the feed past the shadow meanwhile: what is shown never goes back."""
        here, shadow = self.stands[feed], self.shadows[feed]
        return here.epoch == shadow.epoch and here.version > shadow.version
