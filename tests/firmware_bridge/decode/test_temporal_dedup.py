"""Frames of one code become one reading; the next item is reported, a text that flickers is not."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import BelievedCode
from firmware_bridge.decode.temporal_dedup import (
    CODE_HOLD_S,
    MAX_CODES_REMEMBERED,
    TemporalDedup,
    after_unchanged_scene,
    codes_after_frame,
    has_undecided,
    key_of,
    shift_times,
)

MILK, TEA, RICE = b"4901234567894", b"4909876543210", b"4912345678904"
QR = Symbology.QR


def code(
    data: bytes = MILK, *, x: int = 100, sure: bool = True, symbology: Symbology = Symbology.EAN13
) -> BelievedCode:
    corners = ((x, 10), (x + 90, 10), (x + 90, 60), (x, 60))
    return BelievedCode(symbology=symbology, aim="]E0", data=data, corners=corners, stage="test", sure=sure)


def play(frames: Iterable[tuple[float, list[BelievedCode]]], hold: float = CODE_HOLD_S) -> list[bytes]:
    held, told = TemporalDedup(), []
    for at, found in frames:
        held, new = codes_after_frame(held, found, at, hold=hold)
        told += [f.data for f in new]
    return told


def in_turn(texts: Iterable[bytes | None], *, fps: float = 15, sure: bool = True, empty: int = 45) -> list[bytes]:
    """What is reported of a place that shows one text a frame (None: nothing), and nothing for a while afterwards."""
    shown = [*texts, *[None] * empty]
    return play((n / fps, [code(text, sure=sure)] if text else []) for n, text in enumerate(shown))


Showing = tuple[bytes, float, float]
"""A text, and from when to when it is before the lens (seconds)."""


def presented(count: int, shown: float, between: float) -> list[Showing]:
    return [(b"%013d" % n, n * (shown + between), n * (shown + between) + shown) for n in range(count)]


def film(
    showings: list[Showing], fps: float, *, starts: float = 0.0, symbology: Symbology = Symbology.EAN13
) -> list[tuple[float, list[BelievedCode]]]:
    times = [starts + n / fps for n in range(int((showings[-1][2] + CODE_HOLD_S) * fps))]
    return [(at, [code(text, symbology=symbology) for text, a, b in showings if a <= at < b]) for at in times]


def test_a_code_held_for_long_is_one_reading() -> None:
    assert play((n / 30, [code()]) for n in range(900)) == [MILK]


def test_bars_are_told_at_the_second_look_that_agrees() -> None:
    held, told = codes_after_frame(TemporalDedup(), [code()], 0.0)
    assert told == ()
    assert has_undecided(held, 0.05)
    held, told = codes_after_frame(held, [code()], 0.1)
    assert [f.data for f in told] == [MILK]
    assert not has_undecided(held, 0.1)


def test_bars_seen_once_are_told_when_nothing_contradicts_them() -> None:
    assert in_turn([MILK]) == [MILK]
    assert in_turn([MILK], sure=False) == []


def test_a_code_that_corrects_its_errors_is_told_at_once() -> None:
    assert [f.data for f in codes_after_frame(TemporalDedup(), [code(symbology=QR)], 0.0)[1]] == [MILK]


def test_a_code_lost_for_less_than_hold_is_the_same_reading() -> None:
    assert play([(0.0, [code()]), (0.1, [code()]), (1.0, []), (CODE_HOLD_S - 0.1, [code()])]) == [MILK]


def test_a_code_gone_for_hold_and_back_is_a_second_reading() -> None:
    frames = [(0.0, [code()]), (0.1, [code()]), (1.0, []), (CODE_HOLD_S + 0.1, [code()]), (CODE_HOLD_S + 0.2, [code()])]
    assert play(frames) == [MILK, MILK]


@pytest.mark.parametrize("hold", [0.1, 0.5, 60.0])
def test_any_hold_time_tells_a_code_that_is_shown(hold: float) -> None:
    assert play(film(presented(3, 1.0, 0.5), 7), hold=hold)[:1] == [b"%013d" % 0]
    assert set(play(film(presented(3, 1.0, 0.5), 7), hold=hold)) == {b"%013d" % n for n in range(3)}


def test_a_doubtful_code_waits_for_a_second_frame() -> None:
    doubtful = code(b"AB12", sure=False, symbology=Symbology.CODE39)
    assert play([(0.0, [doubtful])]) == []
    assert play([(0.0, [doubtful]), (0.1, [doubtful])]) == [b"AB12"]


def test_two_doubtful_frames_far_apart_do_not_agree() -> None:
    doubtful = code(b"AB12", sure=False, symbology=Symbology.CODE39)
    assert play([(0.0, [doubtful]), (CODE_HOLD_S + 1, [doubtful])]) == []


@pytest.mark.parametrize("fps", [15, 7])
@pytest.mark.parametrize("starts", [0.0, 0.03, 0.06])
@pytest.mark.parametrize(
    ("shown", "between"),
    [(1, 0.5), (0.8, 0.4), (1.5, 1), (2, 1), (1, 0), (0.5, 0), (0.5, 0.2), (0.3, 0), (0.3, 0.2), (0.3, 0.7), (3, 3)],
)
def test_each_of_six_items_shown_one_after_the_other_is_told_once(
    shown: float, between: float, starts: float, fps: float
) -> None:
    showings = presented(6, shown, between)
    assert play(film(showings, fps, starts=starts)) == [text for text, _, _ in showings]


@pytest.mark.parametrize("fps", [15, 7])
@pytest.mark.parametrize(("shown", "between"), [(0.3, 0), (1.5, 0), (1, 0.5), (0.15, 0)])
def test_each_renewed_matrix_code_is_told_once(shown: float, between: float, fps: float) -> None:
    showings = presented(8, shown, between)
    assert play(film(showings, fps, symbology=QR)) == [text for text, _, _ in showings]


def test_an_item_that_followed_after_a_pause_is_told_at_its_second_look() -> None:
    held, told = TemporalDedup(), []
    for n in range(40):
        shown = [code(MILK)] if n < 15 else [code(TEA)] if n >= 21 else []
        held, new = codes_after_frame(held, shown, n / 15)
        told += [(n, f.data) for f in new]
    assert told == [(1, MILK), (22, TEA)]


@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize("fps", [15, 7])
@pytest.mark.parametrize(
    "texts",
    [
        [MILK, TEA] * 12,
        [MILK, None, TEA, None] * 6,
        [MILK, TEA, None] * 8,
        [MILK, TEA, RICE] * 8,
        [TEA, MILK, MILK, TEA, TEA, MILK] * 4,
    ],
)
def test_of_texts_in_turn_at_one_place_hardly_one_is_told_and_never_two(
    texts: list[bytes | None], fps: float, sure: bool
) -> None:
    assert len(in_turn(texts, fps=fps, sure=sure)) <= 1


@pytest.mark.parametrize("fps", [15, 7])
def test_two_texts_turn_about_are_none(fps: float) -> None:
    assert in_turn([MILK, TEA] * 12, fps=fps) == []


@pytest.mark.parametrize("fps", [15, 7])
@pytest.mark.parametrize(
    "texts",
    [
        [*[MILK] * 15, TEA, *[MILK] * 15],
        [*[MILK] * 15, TEA, TEA, *[MILK] * 15],
        [*[MILK] * 15, None, TEA, None, *[MILK] * 15],
        [TEA, *[MILK] * 15],
        [TEA, None, *[MILK] * 15],
        [MILK, TEA, *[MILK] * 15],
        [*[MILK] * 15, TEA],
        [*[MILK] * 15, None, TEA, None],
        [*([MILK] * 6 + [TEA]) * 5],
        [TEA, *[MILK] * 15, TEA],
        [MILK, MILK, TEA, MILK],
    ],
)
def test_a_misread_at_any_moment_leaves_the_true_one(texts: list[bytes | None], fps: float) -> None:
    assert in_turn(texts, fps=fps) == [MILK]


def test_a_doubtful_text_never_takes_the_place_of_a_told_one() -> None:
    frames = [(n / 15, [code(MILK)]) for n in range(9)]
    frames += [(n / 15, [code(TEA, sure=False)]) for n in range(9, 9 + 15)]
    assert play(frames) == [MILK]


def test_a_doubtful_text_is_told_once_the_one_before_it_is_forgotten() -> None:
    frames = [(0.0, [code(MILK)]), (0.1, [code(MILK)])]
    frames += [(n / 10, [code(TEA, sure=False)]) for n in range(2, 40)]
    assert play(frames) == [MILK, TEA]


def test_two_codes_side_by_side_are_two_readings() -> None:
    frames = [(0.0, [code(MILK)]), *((n / 10, [code(MILK), code(TEA, x=400)]) for n in range(1, 5))]
    assert play(frames) == [MILK, TEA]


def test_codes_side_by_side_that_are_read_in_turn_are_told_each_once() -> None:
    frames = [(n / 10, [code((MILK, TEA)[n % 2], x=(100, 400)[n % 2])]) for n in range(20)]
    assert play(frames) == [MILK, TEA]


def test_two_rows_of_a_book_whose_boxes_overlap_are_two_readings_however_often_one_is_missed() -> None:
    rows = [code(b"9784872348880"), code(b"1920081045006", x=120)]
    frames = [(0.0, rows), *((n / 10, [rows[(n + 1) % 2]]) for n in range(1, 9))]
    assert play(frames) == [b"9784872348880", b"1920081045006"]


def test_bars_over_a_matrix_code_do_not_wait_for_it() -> None:
    assert play([(0.0, [code(b"noren", symbology=QR)]), (0.1, [code()]), (0.2, [code()])]) == [b"noren", MILK]


def kept(held: TemporalDedup, seconds: Iterable[float], *there: BelievedCode) -> TemporalDedup:
    for at in seconds:
        held = after_unchanged_scene(held, at, {key_of(found) for found in there})
    return held


def test_a_code_of_an_unchanged_scene_is_held_without_being_read() -> None:
    held, _ = codes_after_frame(codes_after_frame(TemporalDedup(), [code()], 0.0)[0], [code()], 0.1)
    held = kept(held, range(1, 20), code())
    assert codes_after_frame(codes_after_frame(held, [code()], 20.0)[0], [code()], 20.1)[1] == ()


def test_a_code_that_is_not_in_the_scene_is_not_held() -> None:
    held, _ = codes_after_frame(codes_after_frame(TemporalDedup(), [code()], 0.0)[0], [code()], 0.1)
    held = kept(held, range(1, 4))
    assert [f.data for f in codes_after_frame(codes_after_frame(held, [code()], 4.0)[0], [code()], 4.1)[1]] == [MILK]


def test_what_is_forgotten_does_not_come_back_by_the_scene() -> None:
    held, _ = codes_after_frame(codes_after_frame(TemporalDedup(), [code()], 0.0)[0], [code()], 0.1)
    held = kept(held, [5.0, 5.1], code())
    assert [f.data for f in codes_after_frame(codes_after_frame(held, [code()], 5.2)[0], [code()], 5.3)[1]] == [MILK]


def test_a_change_the_scene_did_not_show_is_told_after_hold() -> None:
    held, told = TemporalDedup(), []
    for n in range(80):
        held = after_unchanged_scene(held, n / 15, {key_of(code(MILK))})
        held, new = codes_after_frame(held, [code(MILK if n < 15 else TEA)], n / 15)
        told += [(n / 15, f.data) for f in new]
    assert [data for _, data in told] == [MILK, TEA]
    assert told[1][0] >= 1 + CODE_HOLD_S


def test_a_misread_in_a_scene_that_stands_still_is_not_the_next_item() -> None:
    held, told = TemporalDedup(), []
    for n in range(60):
        held = after_unchanged_scene(held, n / 15, {key_of(code(MILK))})
        held, new = codes_after_frame(held, [code(TEA if 15 < n < 25 else MILK)], n / 15)
        told += [f.data for f in new]
    assert told == [MILK]


def test_time_nobody_looked_in_takes_nothing_away() -> None:
    held, _ = codes_after_frame(codes_after_frame(TemporalDedup(), [code()], 0.0)[0], [code()], 0.1)
    held = shift_times(held, 7.0)
    assert codes_after_frame(codes_after_frame(held, [code()], 7.2)[0], [code()], 7.3)[1] == ()


def test_a_shelf_of_labels_does_not_grow_the_memory() -> None:
    held = TemporalDedup()
    for n in range(200):
        held, _ = codes_after_frame(held, [code(b"%013d" % n, x=100 * n), code(MILK, x=-500)], n / 100)
    assert len(held.codes) == MAX_CODES_REMEMBERED
    assert max(len(seen.beside) for seen in held.codes) <= 2 * MAX_CODES_REMEMBERED


def sheet(count: int) -> list[BelievedCode]:
    return [code(b"%04d" % n, x=100 * n, symbology=QR) for n in range(count)]


def test_a_sheet_full_of_codes_is_told_once_each_however_few_of_them_a_look_reads() -> None:
    codes = sheet(100)
    told = play((n / 15, codes[n % 3 :: 3] if n % 2 else codes[n % 5 :: 5]) for n in range(300))
    assert sorted(told) == [f.data for f in codes]


def test_of_more_codes_than_are_remembered_none_is_told_twice_and_the_rest_in_their_turn() -> None:
    codes = sheet(MAX_CODES_REMEMBERED + 50)
    dice = random.Random(7)
    shown = [(n / 15, dice.sample(codes, len(codes))) for n in range(150)]
    told = play(shown)
    assert (len(told), len(set(told))) == (MAX_CODES_REMEMBERED, MAX_CODES_REMEMBERED)
    left = [f for f in codes if f.data not in told]
    assert sorted(play([*shown, *((20 + n / 15, left) for n in range(30))])) == sorted(f.data for f in codes)


def history(dice: random.Random, fps: float) -> tuple[list[Showing], list[tuple[float, list[BelievedCode]]]]:
    """Eight items for 0.5 to 2 s, some of them twice; some frames lost (never three in a row), some misread."""
    at = 0.5
    showings: list[Showing] = []
    for n in range(8):
        again = showings and dice.random() < 0.2
        text, gap = (
            (showings[-1][0], CODE_HOLD_S + 0.2) if again else (b"%013d" % n, dice.choice([0.0, dice.uniform(0, 1.5)]))
        )
        at += gap
        showings.append((text, at, at := at + dice.uniform(0.5, 2.0)))
    frames, lost = [], 0
    for when, found in film(showings, fps, starts=dice.random() / fps):
        moved = [code(f.data, x=100 + dice.randrange(-25, 25)) for f in found]
        lost = lost + 1 if found and dice.random() < 0.15 and lost < (2 if fps > 10 else 0) else 0
        if moved and not lost and dice.random() < 0.02:
            moved = [code(b"%013d" % dice.randrange(10**9, 10**10))]
        frames.append((when, [] if lost else moved))
    return showings, frames


@pytest.mark.parametrize("fps", [15, 7])
def test_in_histories_by_the_dice_each_showing_is_told_once_and_no_misread_ever(fps: float) -> None:
    for seed in range(150):
        showings, frames = history(random.Random(seed), fps)
        assert sorted(play(frames)) == sorted(text for text, _, _ in showings), seed


@given(st.lists(st.tuples(st.floats(0, 0.5), st.sets(st.sampled_from([MILK, TEA]))), max_size=60))
def test_no_code_is_told_twice_unless_it_was_gone_for_hold(steps: list[tuple[float, set[bytes]]]) -> None:
    held, at = TemporalDedup(), 0.0
    seen: dict[bytes, float] = {}
    since: dict[bytes, float] = {}
    told: set[tuple[bytes, float]] = set()
    for wait, shown in steps:
        at += wait
        for data in shown:
            if data not in seen or at - seen[data] >= CODE_HOLD_S:
                since[data] = at  # this showing's begin
        seen |= dict.fromkeys(shown, at)
        held, new = codes_after_frame(held, [code(d, x=100 if d == MILK else 500) for d in sorted(shown)], at)
        for f in new:
            assert (f.data, since[f.data]) not in told
            told.add((f.data, since[f.data]))
