"""What HQ may send and no store of this version shows or obeys, as its feeds declare it: `push` says so, and nothing is lost."""

from typing import Any

import msgspec

from edge.codes.code_rules import CodeRules
from edge.codes.issued.camera_code_lengths import camera_length_warnings
from sync.hq.features.registry import FEEDS


def unsupported_fields() -> dict[str, frozenset[str]]:
    """By feed the fields of which something is said here; WHOLE_FEED for the whole of a feed."""
    return {feed.name: frozenset(one.field for one in feed.unsupported) for feed in FEEDS.values() if feed.unsupported}


def unsupported_in_row(feed: str, body: str) -> set[str]:
    """What is to be said of a row."""
    declared = FEEDS[feed].unsupported if feed in FEEDS else ()
    row = msgspec.json.decode(body) if declared else {}
    said = {one.message for one in declared if (value := _at(row, one.field)) is not None and one.concerns(value)}
    if feed == "config" and (codes := row.get("codes")):
        said |= set(camera_length_warnings(msgspec.convert(codes, CodeRules)))
    return said


def _at(row: Any, field: str) -> Any:
    for name in field.split(".") if field else ():
        row = row.get(name) if isinstance(row, dict) else None
    return row
