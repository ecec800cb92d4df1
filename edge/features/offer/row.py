"""Offers as HQ makes them: for whom, when, on what, and how often."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from edge.validation.fields import Id, Moment, check_moments, check_name
from edge.validation.localized_text import LocalizedText


class Offer(Struct, frozen=True, kw_only=True):
    """A row of the `offers` feed, alike for all stores; its key is the offer's id, which a coupon's `ref` names.

    It dies by its own `ends`, with or without a network. Raises ValueError if its fields contradict each other.
    """

    offer: Id  # as long as a signed token's `ref` may be
    title: LocalizedText
    on: Literal["check_in", "scan", "hand_over"]
    begins: Moment
    ends: Moment
    audience: Literal["all", "segment", "stage", "member"] = "all"
    among: list[str] = []  # the segments, the stages, or the stores' pseudonyms for the members; none for `all`
    flag: Literal["weather", "time_sale"] | None = None  # counts only while HQ's flag is up
    raised: bool = True  # HQ raises and lowers the flag by sending the row again
    quota: Annotated[int, Meta(ge=1, le=1_000_000)] | None = (
        None  # coupons that each store gives; None: as many as come
    )
    single_use: bool = False  # one for each member; else one for each visit

    def __post_init__(self) -> None:
        check_moments(self)
        check_name("title", self.title)
        if self.ends <= self.begins:
            raise ValueError("ends: expected a moment after begins")
        if (self.audience == "all") != (not self.among):
            raise ValueError(f"among: expected {'nobody for all' if self.among else f'one {self.audience} or more'}")
        if not self.raised and self.flag is None:
            raise ValueError("raised: expected a flag that is lowered; an offer without one ends by `ends`")

    def is_in_force(self, time: datetime) -> bool:
        """Whether it has begun, has not ended, and HQ's flag is up."""
        return self.raised and self.begins <= time < self.ends

    def is_for(self, member: str, segment: str | None, stage: str) -> bool:
        """Whether a member is of its audience; `member` is the store's pseudonym."""
        match self.audience:
            case "all":
                return True
            case "segment":
                return segment in self.among
            case "stage":
                return stage in self.among
            case "member":
                return member in self.among
