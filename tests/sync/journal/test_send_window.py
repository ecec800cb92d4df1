"""What an answer, or silence, means for a lane under way."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.journal.send_window import (
    ANSWER_TIMEOUT_S,
    MAX_ANSWER_TIMEOUT_S,
    MAX_BATCH_ROWS,
    RESEND_HOLD_S,
    WINDOW_BATCHES,
    SendWindow,
    SentBatch,
    batch_acked,
    batch_nacked,
    batch_sent,
    idle_window,
    on_new_line,
    resend_if_late,
)


def flown(*lasts: int, kept: int = 0, at: float = 0.0) -> SendWindow:
    lane, first = idle_window(kept), kept + 1
    for last in lasts:
        lane, first = batch_sent(lane, SentBatch(first, last, last - first + 1, at)), last + 1
    return lane


def test_an_ack_takes_its_batches_from_the_window() -> None:
    lane = batch_acked(flown(10, 20, 30), 20, 1)
    assert (lane.kept, lane.sent, [batch.last for batch in lane.batches]) == (20, 30, [30])


def test_no_more_than_the_window_is_under_way() -> None:
    assert not flown(*range(1, WINDOW_BATCHES + 1)).has_room
    assert batch_acked(flown(*range(1, WINDOW_BATCHES + 1)), 1, 1).has_room


def test_an_ack_of_what_is_kept_already_means_a_batch_was_lost() -> None:
    lane = batch_acked(flown(10, 20), 0, 1)
    assert (lane.sent, lane.batches) == (0, ())


def test_its_echoes_do_not_send_the_lane_back_again() -> None:
    back = batch_acked(flown(10, 20), 0, 1)
    again = batch_sent(back, SentBatch(1, 20, 20, 1.1))
    assert batch_acked(again, 0, 1.2) == again
    assert batch_acked(again, 0, 1 + RESEND_HOLD_S).sent == 0


def test_an_ack_with_nothing_under_way_changes_nothing() -> None:
    assert batch_acked(idle_window(10), 10, 1) == idle_window(10)


def test_an_hq_restored_from_a_backup_takes_the_lane_back() -> None:
    lane = batch_acked(idle_window(80), 50, 1)
    assert (lane.kept, lane.sent) == (50, 50)


def test_hq_may_have_more_than_this_process_has_sent() -> None:
    assert batch_acked(idle_window(10), 30, 1) == idle_window(30)


def test_silence_sends_again_later_and_later() -> None:
    lane, waits = flown(10), []
    for _ in range(8):
        waits.append(lane.patience)
        now = lane.patience + 1
        assert resend_if_late(lane, lane.patience - 0.01, 1.0) == lane
        lane = batch_sent(resend_if_late(lane, now, 1.0), SentBatch(1, 10, 10, 0.0))
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (ANSWER_TIMEOUT_S, MAX_ANSWER_TIMEOUT_S)


def test_progress_makes_it_patient_no_more() -> None:
    tired = replace(flown(10, 20), tries=5, patience=60.0)
    assert batch_acked(tired, 10, 1).patience == ANSWER_TIMEOUT_S


def test_a_new_line_begins_where_hq_stands() -> None:
    assert on_new_line(flown(10, 20, kept=5)) == idle_window(5)


@given(st.integers(1, MAX_BATCH_ROWS), st.integers(1, MAX_BATCH_ROWS))
def test_halving_finds_any_bad_row_and_sends_it_as_bytes(rows: int, place: int) -> None:
    bad = 1 + place % rows
    lane, asked = idle_window(0), 0
    while lane.kept < rows:
        first = lane.kept + 1
        last = min(rows, first + lane.cap - 1)
        lane = batch_sent(lane, SentBatch(first, last, last - first + 1, 0.0))
        clean = not first <= bad <= last or (first == last and bad in lane.opaque)
        lane = batch_acked(lane, last, 0) if clean else batch_nacked(lane, first, last, 0)
        asked += 1
        assert asked < 60
    assert lane.opaque == frozenset()


def test_a_row_refused_even_as_bytes_waits_instead_of_spinning() -> None:
    lane = replace(flown(1), opaque=frozenset({1}))
    assert batch_nacked(lane, 1, 1, 5).batches == lane.batches


def test_a_nack_of_something_else_is_ignored() -> None:
    assert batch_nacked(flown(10), 3, 7, 1) == flown(10)
