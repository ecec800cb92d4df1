"""A scan on the desk: what was read, where, and the moment it counts for."""

from dataclasses import dataclass

from edge.clock import Now
from edge.scan import Scan
from edge.shop import Shop

SHOPPERS = frozenset({"kiosk", "entrance"})
STAFF = frozenset({"counter", "handheld"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`cause` (`scans/17`) is what its facts name as their causation; `moment` is the scan's own, however late it is."""

    shop: Shop
    scan: Scan
    role: str  # of the station, or `unknown`
    cause: str
    moment: Now

    @property
    def by_staff(self) -> bool:
        return self.role in STAFF

    @property
    def answers(self) -> bool:
        """Whether somebody stands there who can be answered."""
        return self.role in SHOPPERS | STAFF
