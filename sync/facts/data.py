"""What the data of all facts has in common."""

from typing import Annotated

from msgspec import Meta, Struct

Time = Annotated[str, Meta(description="UTC, ISO 8601 with milliseconds and Z, by the box's clock.")]
Gtin = Annotated[str, Meta(pattern="^[0-9]{14}$", description="GTIN-14.")]


class Data(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a fact's `data` holds. A later Noren may add fields: leave out what you do not know."""


class Noted(Data, frozen=True, kw_only=True):
    """A fact that another process of the box saw, and when it saw it."""

    at: Time
