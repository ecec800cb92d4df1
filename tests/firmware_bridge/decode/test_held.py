"""Frames of one code become one reading."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Found
from firmware_bridge.decode.held import HOLD, KEPT, Held, keep, look

MILK, TEA = b"4901234567894", b"4909876543210"


def code(data: bytes = MILK, *, x: int = 100, sure: bool = True, symbology: Symbology = Symbology.EAN13) -> Found:
    corners = ((x, 10), (x + 90, 10), (x + 90, 60), (x, 60))
    return Found(symbology=symbology, aim="]E0", data=data, corners=corners, rung="test", sure=sure)


def play(frames: Iterable[tuple[float, list[Found]]]) -> list[bytes]:
    held, told = Held(), []
    for at, found in frames:
        held, new = look(held, found, at)
        told += [f.data for f in new]
    return told


def test_a_code_held_for_long_is_one_reading() -> None:
    assert play((n / 30, [code()]) for n in range(900)) == [MILK]


def test_a_code_lost_for_less_than_hold_is_the_same_reading() -> None:
    assert play([(0.0, [code()]), (1.0, []), (HOLD - 0.1, [code()])]) == [MILK]


def test_a_code_gone_and_back_is_a_second_reading() -> None:
    assert play([(0.0, [code()]), (1.0, []), (HOLD + 0.1, [code()])]) == [MILK, MILK]


def test_a_doubtful_code_waits_for_a_second_frame() -> None:
    doubtful = code(b"AB12", sure=False, symbology=Symbology.CODE39)
    assert play([(0.0, [doubtful])]) == []
    assert play([(0.0, [doubtful]), (0.1, [doubtful])]) == [b"AB12"]


def test_two_doubtful_frames_far_apart_do_not_agree() -> None:
    doubtful = code(b"AB12", sure=False, symbology=Symbology.CODE39)
    assert play([(0.0, [doubtful]), (HOLD + 1, [doubtful])]) == []


def test_a_code_that_changes_while_held_is_not_accepted() -> None:
    assert play([(0.0, [code(MILK)]), (0.1, [code(TEA)]), (0.2, [code(MILK)]), (0.3, [code(TEA)])]) == [MILK]


def test_a_misread_that_comes_again_and_again_is_still_not_what_was_told() -> None:
    assert play([(0.0, [code(MILK)]), *((n / 10, [code(TEA)]) for n in range(1, 10))]) == [MILK]


def test_what_replaced_a_code_is_read_once_the_old_one_is_forgotten() -> None:
    frames = [(0.0, [code(MILK)])] + [(n / 10, [code(TEA)]) for n in range(1, 40)]
    assert play(frames) == [MILK, TEA]


def test_two_doubtful_texts_in_turn_are_never_accepted() -> None:
    frames = [(n / 10, [code((MILK, TEA)[n % 2], sure=False)]) for n in range(20)]
    assert play(frames) == []


def test_two_codes_side_by_side_are_two_readings() -> None:
    assert play([(0.0, [code(MILK)]), (0.1, [code(MILK), code(TEA, x=400)])]) == [MILK, TEA]


def test_two_rows_of_a_book_whose_boxes_overlap_are_two_readings() -> None:
    assert play([(0.0, [code(b"9784872348880")]), (0.1, [code(b"9784872348880"), code(b"1920081045006", x=120)])]) == [
        b"9784872348880",
        b"1920081045006",
    ]


def test_an_unchanged_scene_keeps_what_is_held_without_a_look() -> None:
    held, _ = look(Held(), [code()], 0.0)
    for n in range(1, 20):
        held = keep(held, float(n))
    assert look(held, [code()], 20.0)[1] == ()


def test_an_unchanged_scene_does_not_keep_what_was_already_gone() -> None:
    held, _ = look(Held(), [code()], 0.0)
    held, _ = look(held, [], 1.0)
    for n in range(2, 5):
        held = keep(held, float(n))
    assert [f.data for f in look(held, [code()], 5.0)[1]] == [MILK]


def test_a_shelf_of_labels_does_not_grow_the_memory() -> None:
    held = Held()
    for n in range(200):
        held, _ = look(held, [code(b"%013d" % n, x=100 * n)], n / 100)
    assert len(held.codes) == KEPT


@given(st.lists(st.tuples(st.floats(0, 0.5), st.sets(st.sampled_from([MILK, TEA]))), max_size=60))
def test_no_code_is_told_twice_within_hold_of_being_seen(steps: list[tuple[float, set[bytes]]]) -> None:
    held, at, last_seen = Held(), 0.0, {}
    for wait, shown in steps:
        at += wait
        held, told = look(held, [code(d, x=100 if d == MILK else 500) for d in sorted(shown)], at)
        for f in told:
            assert f.data not in last_seen or at - last_seen[f.data] > HOLD
        last_seen |= dict.fromkeys(shown, at)
