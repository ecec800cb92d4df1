"""What the rows of each feed must look like: HQ sends nothing that a box would have to set aside."""

from typing import Any

import msgspec

from edge.catalog import Category, Picture, Product, Reviews
from edge.member import Member
from edge.pickup.order import OrderRow
from edge.policy import Policy
from edge.staff import Staff
from edge.stock import NeighbourRow, StockRow

KINDS: dict[str, Any] = {
    "catalog": Product,
    "config": Policy,
    "content": Picture | Reviews | Category,
    "members": Member,
    "neighbours": NeighbourRow,
    "orders": OrderRow,
    "staff": Staff,
    "stock": StockRow,
}

# The field of a body that is the row's key; `config` and `content` name theirs otherwise.
KEYS = {
    "catalog": "gtin",
    "members": "member",
    "neighbours": "gtin",
    "orders": "order",
    "staff": "staff",
    "stock": "gtin",
}


def text(feed: str, body: Any) -> str:
    """A body as it is kept and sent: decoded by the type a box decodes it with. Raises msgspec.ValidationError."""
    kind = KINDS.get(feed, dict[str, Any])
    return msgspec.json.encode(msgspec.convert(body, kind)).decode()
