"""How full is too full: two marks, and a gap below each so that the level does not change back and forth."""

from dataclasses import dataclass
from enum import StrEnum

SHORT_AT_SHARE = 0.85  # share in use from which scans and views are thinned (protocol.md, Disk)
FULL_AT_SHARE = 0.95  # share in use from which new work is refused: the rest is for work that was already confirmed
SHORT_END_MARK, FULL_END_MARK = 0.82, 0.92  # shares at which each level ends: 1 GB of a 32 GB card lower
LARGEST_CARD_BYTES = (
    64_000_000_000  # bytes: shares are of this at most; 5 % of a large disk is room for years, no reason to refuse
)
WAL_BYTES = 16_000_000  # bytes: SQLite's write-ahead logs (4 MB each) grow outside the files, whatever is free inside


class DiskLevel(StrEnum):
    """OK: all is kept. SHORT: scans and views are thinned. FULL: new work is refused."""

    OK = "ok"
    SHORT = "short"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSpace:
    """The disk under the store's data, in bytes.

    `spare` is free inside store.db (SQLite uses it before the file grows), `live` is what store.db holds, and `budget` is what it
    may hold, if the installer has set a limit.
    """

    total: int
    free: int
    spare: int = 0
    live: int = 0
    budget: int | None = None

    @property
    def bytes_left(self) -> int:
        """What the store can still write."""
        return self.free + (self.spare if self.free >= WAL_BYTES else 0)

    @property
    def share_used(self) -> float:
        """Share in use, 0 to 1: of the disk (LARGEST_CARD_BYTES at most), or of the budget if that is fuller."""
        return min(1.0, max(0.0, self._of_disk, self._of_budget))

    @property
    def is_short_of_budget(self) -> bool:
        """Whether the budget is fuller than the disk."""
        return self.budget is not None and self._of_budget > self._of_disk

    @property
    def _of_disk(self) -> float:
        return 1 - self.bytes_left / min(self.total, LARGEST_CARD_BYTES) if self.total else 0.0

    @property
    def _of_budget(self) -> float:
        return self.live / self.budget if self.budget else 0.0


_MARKS = (
    (FULL_AT_SHARE, FULL_END_MARK, DiskLevel.FULL),
    (SHORT_AT_SHARE, SHORT_END_MARK, DiskLevel.SHORT),
)  # begins at, ends at, level


def next_disk_level(before: DiskLevel, used: float) -> DiskLevel:
    """The level at a share in use: it rises at a mark, and falls only at the lower end."""
    for begins, ends, level in _MARKS:
        if used >= begins or (_is_at_least(before, level) and used > ends):
            return level
    return DiskLevel.OK


def _is_at_least(level: DiskLevel, other: DiskLevel) -> bool:
    order = list(DiskLevel)
    return order.index(level) >= order.index(other)
