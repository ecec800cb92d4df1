"""A mark says that something was done, or holds, until it is taken back."""

from datetime import timedelta

from edge.platform.clock import Now, now
from edge.platform.database import rows, writing
from edge.platform.idempotency_marks import clear_mark, read_mark, set_mark
from edge.store_context import StoreContext


def test_a_name_nobody_has_set_is_nought(floor: StoreContext) -> None:
    assert read_mark(floor.db, "staff:void:c1:o-1") == 0


def test_a_later_mark_replaces_the_one_before_with_its_time(floor: StoreContext) -> None:
    first = now()
    later = Now(first.time + timedelta(days=1), first.clock, first.boot, first.uptime_ms)
    with writing(floor.db):
        set_mark(floor.db, "a", 3, first)
        set_mark(floor.db, "b", 4, first)
        set_mark(floor.db, "a", 9, later)
    assert (read_mark(floor.db, "a"), read_mark(floor.db, "b")) == (9, 4)
    assert [row["time"] for row in rows(floor.db, "select time from marks where name = 'a'")] == [later.text]


def test_a_mark_set_anew_stands_behind_older_ones(floor: StoreContext) -> None:
    with writing(floor.db):
        for seq, name in enumerate(("a", "b", "a")):
            set_mark(floor.db, name, seq, now())
    assert [row["name"] for row in rows(floor.db, "select name from marks order by rowid")] == ["b", "a"]


def test_a_mark_is_taken_back_alone(floor: StoreContext) -> None:
    with writing(floor.db):
        set_mark(floor.db, "a", 3, now())
        set_mark(floor.db, "b", 4, now())
        clear_mark(floor.db, "a")
    assert (read_mark(floor.db, "a"), read_mark(floor.db, "b")) == (0, 4)
