"""Whether a message about a feed can be applied to what the replica has: pure rules."""

from dataclasses import dataclass
from enum import StrEnum

from sync.protocol.messages import FeedDelta, FeedHead, FeedPage


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPosition:
    """Epoch and version of a feed in the replica; epoch empty before the first message."""

    feed: str
    epoch: str = ""
    version: int = 0
    rows: int = 0
    digest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A load of a whole feed: up to which version its pages have come, and how far they are moved into the feed."""

    feed: str
    epoch: str
    version: int
    as_of: str  # when HQ sent the last page; UTC
    moved: str | None  # None: pages are still coming; then the last key that is in the feed, "" before the first

    @property
    def has_all(self) -> bool:
        """Whether all pages have come, so that nothing is requested any more."""
        return self.moved is not None


class VersionFit(StrEnum):
    """How a delta or a page relates to the replica."""

    NEXT = "next"
    OLD = "old"
    GAP = "gap"
    OTHER_EPOCH = "other_epoch"


def fit_of_message(here: FeedPosition | Load, message: FeedDelta | FeedPage) -> VersionFit:
    """It is applied iff `since <= version here < its version`; the first message of all must begin at 0."""
    if not here.epoch:
        return VersionFit.NEXT if message.since == 0 else VersionFit.GAP
    if message.epoch != here.epoch:
        return VersionFit.OTHER_EPOCH
    if message.version <= here.version:
        return VersionFit.OLD
    return VersionFit.NEXT if message.since <= here.version else VersionFit.GAP


def fit_of_page(load: Load, page: FeedPage) -> VersionFit:
    """The same for a page of a load. OTHER_EPOCH: HQ begins anew with this page; NEXT also if it says that there is no more."""
    match fit_of_message(load, page):
        case VersionFit.OTHER_EPOCH if page.since > 0:
            return VersionFit.GAP
        case VersionFit.OLD if page.version == load.version and not page.more:
            return VersionFit.NEXT
        case found:
            return found


def begins_load(here: FeedPosition, page: FeedPage) -> bool:
    """Whether a page is the first of a feed that has nothing; a message of another epoch is a reload's matter."""
    return page.since == 0 and here.version == 0 and here.epoch in ("", page.epoch)


class HeadComparison(StrEnum):
    """How the replica relates to a head."""

    SAME = "same"
    AHEAD = "ahead"  # a delta has arrived before the head that names it
    BEHIND = "behind"
    DIFFERS = "differs"
    OTHER_EPOCH = "other_epoch"


def compare_with_head(here: FeedPosition, head: FeedHead) -> HeadComparison:
    """Compare with HQ's head; at the same version the digests must be the same."""
    if not here.epoch:
        return HeadComparison.BEHIND
    if head.epoch != here.epoch:
        return HeadComparison.OTHER_EPOCH
    if head.version != here.version:
        return HeadComparison.BEHIND if head.version > here.version else HeadComparison.AHEAD
    same = (head.rows, int(head.digest, 16)) == (here.rows, here.digest)
    return HeadComparison.SAME if same else HeadComparison.DIFFERS


def is_reached(here: FeedPosition, head: FeedHead) -> bool:
    """Whether the replica has all that a head names."""
    return compare_with_head(here, head) in (HeadComparison.SAME, HeadComparison.AHEAD)
