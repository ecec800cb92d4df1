"""What HQ decides for a store: brand, check-in, codes, pickup, screens. Row `policy` of the `config` feed, never noren.toml."""

from typing import Annotated

from msgspec import Meta, Struct

from edge.codes.rules import CodeRules
from edge.words import Words

Seconds = Annotated[int, Meta(ge=5, le=600)]


class Part(Struct, frozen=True, kw_only=True):
    """A part of the policy. Unknown fields are ignored, so that an older box can live with a newer HQ."""


class Brand(Part, frozen=True, kw_only=True):
    mark: str = "暖簾"
    name: str = "NOREN"
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] = "#7b1e2d"
    tint: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] = "#f6ecec"
    miles: Words = Words(ja="マイル", en="miles")
    support: str = ""  # the number a clerk gives to the support line


class CheckIn(Part, frozen=True, kw_only=True):
    """Once per member per calendar day, or once per window of hours."""

    on: bool = True
    window_hours: Annotated[int, Meta(ge=1, le=720)] | None = None
    miles: Annotated[int, Meta(ge=0, le=100_000)] = 0


class Pickup(Part, frozen=True, kw_only=True):
    on: bool = True
    counter: Words = Words(ja="受け取りカウンター", en="the pickup counter")
    promise_hours: Annotated[int, Meta(ge=1, le=240)] = 2


class Kiosk(Part, frozen=True, kw_only=True):
    quiet_s: Seconds = 40  # experience.md rule 9
    warn_s: Annotated[int, Meta(ge=20, le=120)] = 20
    languages: tuple[str, ...] = ("ja", "en")


class Stock(Part, frozen=True, kw_only=True):
    low: Annotated[int, Meta(ge=0, le=1000)] = 2  # at or below this a shopper reads "few"


class Neighbour(Part, frozen=True, kw_only=True):
    """A store near this one, in the order it shall be shown."""

    store: str
    name: Words
    way: Words  # `徒歩 7分`


class Place(Part, frozen=True, kw_only=True):
    name: Words = Words(ja="店舗", en="Store")
    neighbours: list[Neighbour] = []


class Policy(Part, frozen=True, kw_only=True):
    """The whole of it; a box that has never heard HQ lives with these defaults."""

    brand: Brand = Brand()
    place: Place = Place()
    check_in: CheckIn = CheckIn()
    pickup: Pickup = Pickup()
    kiosk: Kiosk = Kiosk()
    stock: Stock = Stock()
    codes: CodeRules = CodeRules()
    retention_days: Annotated[int, Meta(ge=7, le=3650)] = 90
