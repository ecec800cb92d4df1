"""Whether a message about a feed fits on what the mirror has: pure rules."""

from dataclasses import dataclass
from enum import StrEnum

from sync.headers import FeedDelta, FeedHead, FeedPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where the mirror of a feed stands; epoch empty before the first message."""

    feed: str
    epoch: str = ""
    version: int = 0
    rows: int = 0
    digest: int = 0


class Fit(StrEnum):
    """What a delta or a page is to the mirror."""

    NEXT = "next"
    OLD = "old"
    GAP = "gap"
    OTHER_EPOCH = "other_epoch"


def fit(stand: Stand, message: FeedDelta | FeedPage) -> Fit:
    """It is applied iff `since <= version here < its version`; the first message of all must begin at 0."""
    if not stand.epoch:
        return Fit.NEXT if message.since == 0 else Fit.GAP
    if message.epoch != stand.epoch:
        return Fit.OTHER_EPOCH
    if message.version <= stand.version:
        return Fit.OLD
    return Fit.NEXT if message.since <= stand.version else Fit.GAP


class Against(StrEnum):
    """What a head says about the mirror."""

    SAME = "same"
    AHEAD = "ahead"  # a delta was here before the head that tells of it
    BEHIND = "behind"
    DIFFERS = "differs"
    OTHER_EPOCH = "other_epoch"


def against(stand: Stand, head: FeedHead) -> Against:
    """Compare with HQ's head; at the same version the digests must be the same."""
    if not stand.epoch:
        return Against.BEHIND
    if head.epoch != stand.epoch:
        return Against.OTHER_EPOCH
    if head.version != stand.version:
        return Against.BEHIND if head.version > stand.version else Against.AHEAD
    same = (head.rows, int(head.digest, 16)) == (stand.rows, stand.digest)
    return Against.SAME if same else Against.DIFFERS
