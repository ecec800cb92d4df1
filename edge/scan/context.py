"""The context of a scan in the scan processor: what was read, what it means, where, and the moment it counts for."""

from dataclasses import dataclass

from edge.codes.parsed_code import Meaning
from edge.config.station_role import STAFF_ROLES, Role
from edge.platform.clock import Now
from edge.scan.log import Scan
from edge.store_context import StoreContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanContext:
    """`cause` (`scans/17`) is the causation of its facts; `moment` is the scan's own, even if it is processed late."""

    shop: StoreContext
    scan: Scan
    meaning: Meaning
    role: Role | None  # of the station; None for one that nobody knows
    cause: str
    moment: Now

    @property
    def by_staff(self) -> bool:
        return self.role in STAFF_ROLES
