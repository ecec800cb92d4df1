"""What a feed's row is at HQ: decoded by the type a box decodes it with, so that no box has to set it aside."""

from typing import Any

import msgspec

from sync.kinds import fault, kind_of


def text(feed: str, key: str, body: dict[str, Any], *, strict: bool = True) -> str:
    """A body as it is kept and sent; with `strict` off, "12" is taken for 12, as a CSV has it. Raises ValidationError."""
    encoded = msgspec.json.encode(msgspec.convert(body, kind_of(feed, key), strict=strict)).decode()
    if why := fault(feed, key, encoded):
        raise msgspec.ValidationError(why)
    return encoded
