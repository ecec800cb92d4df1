"""What a member may claim once, such as a second cup at a lower price."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from edge.words import Words

Moment = Annotated[datetime, Meta(tz=True)]


class Entitlement(Struct, frozen=True, kw_only=True):
    """A row of the `entitlements` feed (per store); its key is the id that a signed token's `ref` names.

    That it is used once is the business of the token's own id (`jti`): a store knows those offline. Raises ValueError
    where its end is not after its beginning.
    """

    entitlement: Annotated[str, Meta(min_length=1, max_length=128)]  # as long as a signed token's `ref` may be
    title: Words
    begins: Moment
    ends: Moment
    member: str | None = None  # the store's pseudonym; None: whoever holds the token

    def __post_init__(self) -> None:
        if self.ends <= self.begins:
            raise ValueError("ends: expected a moment after begins")
