"""The stored form of a row in the replica: secrets are keyed, so that they are useless without the box's data key.

The row's version stays HQ's, and so does the digest by which replica and HQ are compared.
"""

from typing import Any

import msgspec

from edge.crypto import keyed_values
from edge.crypto.data_key import DataKey

FEEDS_WITH_SECRETS = frozenset({"orders", "staff"})


def with_keyed_secrets(feed: str, text: str, key: DataKey | None) -> str:
    """The row's text with its secrets keyed. A text that is keyed already, or that is not a row, stays unchanged."""
    if key is None or feed not in FEEDS_WITH_SECRETS:
        return text
    try:
        body = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return text
    made = _keyed(feed, body, key) if isinstance(body, dict) else body
    return text if made == body else msgspec.json.encode(made).decode()


def _keyed(feed: str, body: dict[str, Any], key: DataKey) -> dict[str, Any]:
    match feed, body:
        case "staff", {"pin": str(pin)}:
            return {**body, "pin": keyed_values.seal_pin(key, pin)}
        case "orders", {"secret_sha256": str(digest)} if digest:
            rest = {name: value for name, value in body.items() if name != "secret_sha256"}
            return {**rest, "secret_hmac": keyed_values.secret_mac(key, digest)}
    return body
