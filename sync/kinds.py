"""What a row of each feed must be, so that whoever reads the mirror may trust it."""

from typing import Any

import msgspec

from edge import document
from edge.catalog import Category, Picture, Product, Reviews
from edge.codes.checks import mod10
from edge.entitlement import Entitlement
from edge.member import Member
from edge.offer import Offer
from edge.pickup.order import OrderRow
from edge.policy import Policy
from edge.staff import Staff
from edge.stock import NeighbourRow, StockRow
from sync.signing import BadKey, read_public


class HqKey(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the `keys` feed; its key is the key id. A revoked key is refused even where noren.toml names it."""

    public: str  # base64url
    revoked: bool = False


KINDS: dict[str, Any] = {
    "catalog": Product,
    "config": Policy,
    "content": Picture | Reviews | Category,
    "entitlements": Entitlement,
    "keys": HqKey,
    "members": Member,
    "neighbours": NeighbourRow,
    "offers": Offer,
    "orders": OrderRow,
    "staff": Staff,
    "stock": StockRow,
}
OTHER = dict[str, Any]  # feeds whose rows nobody reads yet: any JSON object
_DECODERS = {feed: msgspec.json.Decoder(kind) for feed, kind in KINDS.items()}
_ANY = msgspec.json.Decoder(OTHER)

KEY_FIELDS = {
    "catalog": "gtin",
    "entitlements": "entitlement",
    "members": "member",
    "neighbours": "gtin",
    "offers": "offer",
    "orders": "order",
    "staff": "staff",
    "stock": "gtin",
}


def kind_of(feed: str, key: str) -> Any:
    """The type of a row: of most feeds all rows have one, of `config` each key has its own."""
    return document.KINDS.get(key, OTHER) if feed == "config" else KINDS.get(feed, OTHER)


def fault(feed: str, key: str, body: str) -> str | None:
    """Why a row cannot be used, in words for HQ; None where it is good."""
    try:
        value = _read(feed, key, body)
    except (msgspec.MsgspecError, RecursionError) as error:
        return str(error)
    if isinstance(value, HqKey):
        return _key_fault(value)
    name = KEY_FIELDS.get(feed)
    if name is None:
        return None
    own = getattr(value, name)
    if own != key:
        return f"the row says {name} {own!r}, its key is {key!r}"
    if name == "gtin" and not _is_gtin14(key):
        return f"{key!r} is not a GTIN-14 with a true check digit"
    return None


def _read(feed: str, key: str, body: str) -> Any:
    return document.read_row(key, body) if feed == "config" else _DECODERS.get(feed, _ANY).decode(body)


def _key_fault(row: HqKey) -> str | None:
    try:
        read_public(row.public)
    except BadKey as error:
        return str(error)
    return None


def _is_gtin14(text: str) -> bool:
    return len(text) == 14 and text.isascii() and text.isdigit() and mod10(text)
