"""What a member may claim once, such as a second cup at a lower price."""

from msgspec import Struct

from edge.features.feature import Feature, Feed
from edge.validation.fields import Id, Moment, check_moments, check_name
from edge.validation.localized_text import LocalizedText


class Entitlement(Struct, frozen=True, kw_only=True):
    """A row of the `entitlements` feed (per store); its key is the id that a signed token's `ref` names.

    That it is used once is the business of the token's own id (`jti`): a store knows those offline. Raises ValueError
    if its end is not after its beginning.
    """

    entitlement: Id  # as long as a signed token's `ref` may be
    title: LocalizedText
    begins: Moment
    ends: Moment
    member: Id | None = None  # the store's pseudonym; None: whoever holds the token

    def __post_init__(self) -> None:
        check_moments(self)
        check_name("title", self.title)
        if self.ends <= self.begins:
            raise ValueError("ends: expected a moment after begins")


ENTITLEMENT_FEATURE = Feature(
    name="entitlement", feeds=(Feed(name="entitlements", row=Entitlement, key="entitlement"),)
)
