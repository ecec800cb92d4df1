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


class VersionFit(StrEnum):
    """How a delta or a page relates to the replica."""

    NEXT = "next"
    OLD = "old"
    GAP = "gap"
    OTHER_EPOCH = "other_epoch"


def fit(stand: FeedPosition, message: FeedDelta | FeedPage) -> VersionFit:
    """It is applied iff `since <= version here < its version`; the first message of all must begin at 0."""
    if not stand.epoch:
        return VersionFit.NEXT if message.since == 0 else VersionFit.GAP
    if message.epoch != stand.epoch:
        return VersionFit.OTHER_EPOCH
    if message.version <= stand.version:
        return VersionFit.OLD
    return VersionFit.NEXT if message.since <= stand.version else VersionFit.GAP


class HeadComparison(StrEnum):
    """How the replica relates to a head."""

    SAME = "same"
    AHEAD = "ahead"  # a delta has arrived before the head that names it
    BEHIND = "behind"
    DIFFERS = "differs"
    OTHER_EPOCH = "other_epoch"


def against(stand: FeedPosition, head: FeedHead) -> HeadComparison:
    """Compare with HQ's head; at the same version the digests must be the same."""
    if not stand.epoch:
        return HeadComparison.BEHIND
    if head.epoch != stand.epoch:
        return HeadComparison.OTHER_EPOCH
    if head.version != stand.version:
        return HeadComparison.BEHIND if head.version > stand.version else HeadComparison.AHEAD
    same = (head.rows, int(head.digest, 16)) == (stand.rows, stand.digest)
    return HeadComparison.SAME if same else HeadComparison.DIFFERS
