"""A row of HQ's as the replica stores it: checked by its feed's type, and its secrets keyed."""

from typing import NamedTuple

from edge.crypto.data_key import DataKey
from sync.feeds.stored_form import with_keyed_secrets
from sync.protocol.feed_types import row_fault
from sync.protocol.messages import FeedRow


class StoredRow(NamedTuple):
    """A row of a feed's table; if it has a fault it cannot be used, and is set aside."""

    key: str
    version: int
    body: str | None  # None: deleted
    fault: str | None


def stored_row(feed: str, row: FeedRow, key: DataKey | None) -> StoredRow:
    """What is stored of a row that HQ has sent."""
    text = row.text
    if text is None:
        return StoredRow(row.key, row.version, None, None)
    return StoredRow(row.key, row.version, with_keyed_secrets(feed, text, key), row_fault(feed, row.key, text))
