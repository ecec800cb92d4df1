"""The marks at which scans are thinned and work is refused, and how they are left again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.disk.watermarks import (
    FULL_AT_SHARE,
    FULL_END_MARK,
    LARGEST_CARD_BYTES,
    SHORT_AT_SHARE,
    SHORT_END_MARK,
    WAL_BYTES,
    DiskLevel,
    DiskSpace,
    next_disk_level,
)

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("before", "used", "after"),
    [
        (DiskLevel.OK, 0.849, DiskLevel.OK),
        (DiskLevel.OK, SHORT_AT_SHARE, DiskLevel.SHORT),
        (DiskLevel.SHORT, 0.83, DiskLevel.SHORT),
        (DiskLevel.SHORT, 0.82, DiskLevel.OK),
        (DiskLevel.SHORT, FULL_AT_SHARE, DiskLevel.FULL),
        (DiskLevel.FULL, 0.93, DiskLevel.FULL),
        (DiskLevel.FULL, 0.92, DiskLevel.SHORT),
        (DiskLevel.FULL, 0.83, DiskLevel.SHORT),
        (DiskLevel.FULL, 0.5, DiskLevel.OK),
        (DiskLevel.OK, 0.99, DiskLevel.FULL),
    ],
)
def test_a_mark_counts_at_once_on_the_way_up_and_a_gap_below_it_on_the_way_down(
    before: DiskLevel, used: float, after: DiskLevel
) -> None:
    assert next_disk_level(before, used) is after


@given(st.sampled_from(DiskLevel), st.floats(0, 1))
def test_a_level_holds_as_long_as_nothing_changes(before: DiskLevel, used: float) -> None:
    here = next_disk_level(before, used)
    assert next_disk_level(here, used) is here


@given(st.floats(0, 0.99), st.sampled_from([(SHORT_AT_SHARE, SHORT_END_MARK), (FULL_AT_SHARE, FULL_END_MARK)]))
def test_a_trickle_around_a_mark_changes_the_level_once(part: float, mark: tuple[float, float]) -> None:
    begins, ends = mark
    levels = [next_disk_level(DiskLevel.OK, begins)]
    for used in (begins - (begins - ends) * part, begins) * 2:
        levels.append(next_disk_level(levels[-1], used))
    assert len(set(levels)) == 1


@pytest.mark.parametrize(
    ("room", "used"),
    [
        (DiskSpace(total=32 * GB, free=32 * GB), 0.0),
        (DiskSpace(total=32 * GB, free=8 * GB), 0.75),
        (DiskSpace(total=32 * GB, free=0, spare=8 * GB), 1.0),  # the log beside the file has nowhere to grow
        (DiskSpace(total=32 * GB, free=WAL_BYTES, spare=8 * GB - WAL_BYTES), 0.75),
        (DiskSpace(total=2000 * GB, free=100 * GB), 0.0),  # 5 % of a large disk is no trouble
        (DiskSpace(total=2000 * GB, free=LARGEST_CARD_BYTES // 20), 0.95),
        (DiskSpace(total=32 * GB, free=16 * GB, live=9 * GB, budget=10 * GB), 0.9),
        (DiskSpace(total=32 * GB, free=16 * GB, live=1 * GB, budget=10 * GB), 0.5),
        (DiskSpace(total=0, free=0), 0.0),  # a file system that does not say
    ],
)
def test_what_is_in_use_is_a_share_of_the_disk_or_of_the_budget(room: DiskSpace, used: float) -> None:
    assert room.share_used == pytest.approx(used)
