"""A job is asked for once, has exactly one end, and is printed again only if somebody says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product as every
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.config.policy import Policy
from edge.features.printing import queue, results
from edge.features.printing.document import PickupLabel, decode_document
from edge.features.printing.feature import JOBS_TABLE
from edge.features.printing.job import LIFE, JobEvent, JobReason, JobState, PrintJob
from edge.features.printing.printer_fault import PrinterFault
from edge.features.printing.queue import MOST_WAITING, PrintRequest, QueueFull
from edge.platform.clock import Now, now
from edge.platform.database import rows, writing
from edge.platform.process import ProcessLife
from edge.retention.sweep import sweep
from edge.store_context import StoreContext
from tests.edge.floor import shop

LABEL = PickupLabel(number="4821", code="noren:o:o-1", name="サトウ")


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[StoreContext]:
    with shop(tmp_path) as opened:
        yield opened


@pytest.fixture
def db(floor: StoreContext) -> Database:
    results.note_printers(floor.db, {"labels": "file"}, now())
    return floor.db


def ask(db: Database, key: str = "k-1", moment: Now | None = None, printer: str = "labels") -> int:
    asked = PrintRequest(key=key, printer=printer, document=LABEL, station="c1", staff="s-1", about="o-1")
    with writing(db):
        return queue.ask_to_print(db, asked, moment or now())


def job(db: Database, seq: int) -> PrintJob:
    found = queue.find_job(db, seq)
    assert found is not None
    return found


def later(**much: float) -> Now:
    moment = now()
    return replace(moment, time=moment.time + timedelta(**much), clock="synced")


def begun(db: Database, key: str = "k-1") -> int:
    seq = ask(db, key)
    assert results.note(db, seq, JobEvent.BEGIN, now())
    return seq


def test_asked_twice_with_one_key_it_is_one_job(db: Database) -> None:
    assert ask(db, "k-1") == ask(db, "k-1") != ask(db, "k-2")
    assert rows(db, "select count(*) as n from print_jobs") == [{"n": 2}]


def test_the_document_comes_out_of_the_queue_as_it_went_in(db: Database) -> None:
    ask(db)
    waiting = results.next_job(db, "labels")
    assert waiting is not None
    assert (decode_document(waiting.document), waiting.state, waiting.about) == (LABEL, JobState.QUEUED, "o-1")


def test_jobs_of_a_printer_go_in_the_order_in_which_they_were_asked_for(db: Database) -> None:
    first, second = ask(db, "a", later(days=3)), ask(db, "b")
    assert results.next_job(db, "other") is None
    taken = []
    while waiting := results.next_job(db, "labels"):
        taken.append(waiting.seq)
        results.note(db, waiting.seq, JobEvent.BEGIN, now())
    assert taken == [first, second]


@pytest.mark.parametrize(("state", "event"), list(every(JobState, JobEvent)))
def test_a_job_takes_the_steps_of_its_table_and_no_others(db: Database, state: JobState, event: JobEvent) -> None:
    seq = ask(db)
    if state is not JobState.QUEUED:
        with writing(db):
            db.conn.execute("insert into print_results values (?, ?, '', '')", (seq, state))
    assert results.note(db, seq, event, now(), "why") == ((state, event) in LIFE)
    assert job(db, seq).state == LIFE.get((state, event), state)


def test_a_job_that_was_under_way_at_the_end_of_the_process_is_perhaps_printed(db: Database) -> None:
    seq, waiting = begun(db, "a"), ask(db, "b")
    assert results.break_off_all(db, now()) == 1
    assert (job(db, seq).state, job(db, seq).reason) == (JobState.PERHAPS_PRINTED, JobReason.STOPPED)
    assert job(db, waiting).state is JobState.QUEUED
    assert results.broke_off_last(db, "labels")


def test_what_broke_off_is_printed_again_once_however_often_it_is_pressed(db: Database) -> None:
    seq = begun(db)
    results.note(db, seq, JobEvent.BREAK_OFF, now(), PrinterFault.GONE)
    with writing(db):
        again = {queue.print_again(db, job(db, seq), "s-2", "c1", now()) for _ in range(3)}
    (repeat,) = again
    assert (job(db, repeat).repeats, job(db, repeat).document) == (seq, job(db, seq).document)
    assert [one.seq for one in queue.jobs_about(db, "o-1")] == [repeat]


@pytest.mark.parametrize("events", [(), (JobEvent.BEGIN,), (JobEvent.BEGIN, JobEvent.FINISH)])
def test_what_did_not_end_badly_is_not_printed_again(db: Database, events: tuple[JobEvent, ...]) -> None:
    seq = ask(db)
    for event in events:
        results.note(db, seq, event, now())
    with writing(db), pytest.raises(ValueError, match="cannot be printed again"):
        queue.print_again(db, job(db, seq), "s-2", "c1", now())


def test_a_queue_has_an_end(db: Database) -> None:
    for nth in range(MOST_WAITING):
        ask(db, f"k-{nth}")
    with pytest.raises(QueueFull):
        ask(db, "one more")
    assert ask(db, "k-0")  # what is in it already is no new one
    assert ask(db, "another printer", printer="other")


def test_a_label_of_hours_ago_is_not_printed_when_the_printer_comes_back(db: Database) -> None:
    seq = ask(db)
    assert results.refuse_stale(db, "labels", later(hours=1)) == 0
    assert results.refuse_stale(db, "labels", replace(later(hours=3), clock="unset")) == 0
    assert results.refuse_stale(db, "labels", later(hours=3)) == 1
    assert (job(db, seq).state, job(db, seq).reason) == (JobState.FAILED, JobReason.WAITED_TOO_LONG)
    assert job(db, seq).may_be_repeated


def test_what_waits_for_a_printer_that_is_no_longer_there_has_an_end(db: Database) -> None:
    seq = ask(db)
    results.note_printers(db, {"new": "usb"}, now())
    assert (job(db, seq).state, job(db, seq).reason) == (JobState.FAILED, JobReason.NO_PRINTER)
    assert rows(db, "select printer, kind, state from printers") == [
        {"printer": "new", "kind": "usb", "state": "starting"}
    ]


def test_the_state_of_a_printer_is_written_only_if_it_is_new(db: Database) -> None:
    assert results.note_printer(db, "labels", PrinterFault.PAPER_OUT, now())
    assert not results.note_printer(db, "labels", PrinterFault.PAPER_OUT, now())
    assert job(db, ask(db)).printer_fault == PrinterFault.PAPER_OUT
    assert results.note_printer(db, "labels", None, now())
    assert job(db, ask(db)).printer_fault == ""


def test_jobs_go_after_a_day_with_their_results_and_without_a_name_left(floor: StoreContext, db: Database) -> None:
    old = begun(db, "old")
    results.note(db, old, JobEvent.FINISH, now())
    young = ask(db, "young", later(hours=20))
    assert JOBS_TABLE.kept(Policy()) == timedelta(days=1)
    assert sweep(floor, later(hours=23), ProcessLife()).get("print_jobs") is None
    assert sweep(floor, later(hours=25), ProcessLife())["print_jobs"] == 1
    assert [row["seq"] for row in rows(db, "select seq from print_jobs")] == [young]
    assert rows(db, "select * from print_results") == []
