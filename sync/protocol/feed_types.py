"""The type of each feed's rows: every row is validated, so that readers of the replica can trust it."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from edge import registry
from edge.codes.check_digits import mod10_holds
from edge.config import document
from edge.config.policy import Policy
from edge.validation.fields import pattern_in_words
from edge.validation.row_codec import DECODE_ERRORS, decode_row
from sync.protocol.compromised_keys import refuse_known_key
from sync.protocol.ed25519_keys import BadKey, public_from_text


class Vouch(msgspec.Struct, frozen=True, kw_only=True):
    """A statement of another key of HQ on a key, signed by that other key: see sync/trust/key_chain.py."""

    by: Annotated[str, Meta(max_length=64)]  # key id
    signature: Annotated[str, Meta(max_length=86)]  # base64url


Vouches = Annotated[list[Vouch], Meta(max_length=4)]


class HqKey(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the `keys` feed; its key is the key id. A revoked key is refused even if noren.toml names it.

    `vouched`: statements of earlier keys that it is valid; `withdrawn`: statements of later keys that it no longer is. With
    them a store that was offline for longer than a key was in use gets from the key it knows to the one HQ signs with now.
    """

    public: str  # base64url
    revoked: bool = False
    vouched: Vouches = []
    withdrawn: Vouches = []


ROW_TYPES: dict[str, Any] = dict(
    sorted({"config": Policy, "keys": HqKey, **{name: feed.row for name, feed in registry.FEEDS.items()}}.items())
)
UNKNOWN_ROW_TYPE = dict[str, Any]  # feeds whose rows nobody reads yet: any JSON object

KEY_FIELDS = {name: feed.key for name, feed in registry.FEEDS.items() if feed.key}


def row_type_of(feed: str, key: str) -> Any:
    """The type of a row: of most feeds all rows have one, of `config` each key has its own."""
    return document.ROW_TYPES.get(key, UNKNOWN_ROW_TYPE) if feed == "config" else ROW_TYPES.get(feed, UNKNOWN_ROW_TYPE)


def row_fault(feed: str, key: str, body: str) -> str | None:
    """Why a row cannot be used, in words for HQ; None if it is valid."""
    try:
        value = _read(feed, key, body)
    except DECODE_ERRORS as error:
        return pattern_in_words(str(error))
    if isinstance(value, HqKey):
        return _key_fault(value)
    name = KEY_FIELDS.get(feed)
    if name is None:
        return None
    own = getattr(value, name)
    if own != key:
        return f"the row says {name} {own!r}, its key is {key!r}"
    if name == "gtin" and not is_gtin14(key):
        return f"{key!r} is not a GTIN-14 with a true check digit"
    return None


def _read(feed: str, key: str, body: str) -> Any:
    return document.read_row(key, body) if feed == "config" else decode_row(body, ROW_TYPES.get(feed, UNKNOWN_ROW_TYPE))


def _key_fault(row: HqKey) -> str | None:
    try:
        refuse_known_key(public_from_text(row.public))
    except BadKey as error:
        return str(error)
    return None


def is_gtin14(text: str) -> bool:
    """Whether a text is a GTIN-14 with a true check digit."""
    return len(text) == 14 and text.isascii() and text.isdigit() and mod10_holds(text)
