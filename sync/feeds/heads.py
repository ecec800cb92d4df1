"""HQ's heads: how far each feed is at HQ, told of the chain's feeds and of the store's own."""

from collections.abc import Mapping

from edge.platform.replica_schema.migrations import FEED_TABLES
from sync.feeds.versions import FeedPosition, is_reached
from sync.protocol.messages import FeedHead, Head


class HqHeads:
    """The heads that have come since the connection is up, by scope: a store's id or `all`."""

    def __init__(self) -> None:
        self._scopes: dict[str, Mapping[str, FeedHead]] = {}

    def forget(self) -> None:
        """The connection is new: HQ sends its heads again."""
        self._scopes.clear()

    def hear(self, scope: str, head: Head) -> None:
        """A head replaces the one before of its scope; feeds that this version does not know are left out."""
        self._scopes[scope] = {feed: told for feed, told in head.feeds.items() if feed in FEED_TABLES}

    def of(self, feed: str) -> FeedHead | None:
        """How far a feed is at HQ; None if HQ has not said so."""
        return next((heads[feed] for heads in self._scopes.values() if feed in heads), None)

    def are_reached(self, positions: Mapping[str, FeedPosition]) -> bool:
        """Whether the replica has all that they name, of both scopes."""
        told = [one for heads in self._scopes.values() for one in heads.items()]
        return len(self._scopes) > 1 and all(is_reached(positions[feed], head) for feed, head in told)
