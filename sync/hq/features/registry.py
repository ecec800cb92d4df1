"""The feeds that people push, and what is derived from what they declare. A new feature that has one has one line here."""

from collections.abc import Mapping
from typing import NamedTuple

from sync.hq.features import check_in, config, entitlement, keys, offer, pickup, product, staff, stock
from sync.hq.features.pushed_feed import PushedFeed, PushedFile

FEEDS: Mapping[str, PushedFeed] = {
    feed.name: feed
    for feed in (
        check_in.MEMBERS,
        config.CONFIG,
        entitlement.ENTITLEMENTS,
        keys.KEYS,
        offer.OFFERS,
        pickup.ORDERS,
        product.CATALOG,
        product.CONTENT,
        product.PRICES,
        staff.STAFF,
        stock.STOCK,
    )
}
"""By name. A feed that is not here is made by HQ itself."""


class FileOfFeed(NamedTuple):
    """A file, and the feed whose rows it has."""

    file: PushedFile
    feed: str


FILES: Mapping[str, FileOfFeed] = {
    file.word: FileOfFeed(file, feed.name)
    for feed in sorted(FEEDS.values(), key=lambda feed: feed.name)
    for file in feed.files
}
"""The files for `noren hq push`, by word."""
