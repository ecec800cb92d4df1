"""Whatever happens to printer and process, an asked job is printed once, or somebody is told; it is never doubled by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlite_utils import Database

from edge.features.printing import queue, results
from edge.features.printing.document import PickupLabel, encode_document
from edge.features.printing.job import JobReason, JobState, PrintJob
from edge.features.printing.printer_fault import PrinterFault, PrinterTrouble
from edge.features.printing.queue import PrintRequest
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import open_store, rows, writing
from edge.platform.process import ProcessLife
from firmware_bridge.printing.drawing.draw import draw
from firmware_bridge.printing.escpos_printer import EscPosSource, Patience
from firmware_bridge.printing.worker import PrintWorker
from tests.firmware_bridge.printing.test_escpos_printer import same
from tests.firmware_bridge.printing.virtual_printer import VirtualPrinter
from tests.support.keyed_databases import unlocked

WIDTH = 384
PATIENCE = Patience(answer=0.02, look=0.0, stuck=0.02, done=0.02)  # the twin answers within the call, or never
JOBS = 3
LONGEST_ROUND = 1000  # words on the line: three labels take some 200; who waits for paper without end is killed then


class Killed(BaseException):
    """The process has been killed at this point."""


@dataclass
class Bench:
    """A printer, the line to it, and the process that prints; `kill_at`: after so many words on the line."""

    db: Database
    twin: VirtualPrinter = field(default_factory=VirtualPrinter)
    kill_at: int | None = None
    present: bool = True
    answers: bytes = b""
    life: ProcessLife = field(default_factory=ProcessLife)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """The process begins, as its main does."""
        results.break_off_all(self.db, now())
        results.note_printers(self.db, {"p": "usb"}, now())
        self.worker = PrintWorker(
            self.db, "p", EscPosSource(connect=self.line, width=WIDTH, answers=True, patience=PATIENCE)
        )

    @contextmanager
    def line(self) -> Iterator["Bench"]:
        if not self.present or self.twin.unplugged:
            raise PrinterTrouble(PrinterFault.NOT_FOUND)
        self.answers = b""
        yield self

    def _word(self) -> None:
        if self.kill_at is not None:
            self.kill_at -= 1
            if self.kill_at < 0:
                self.kill_at = None
                raise Killed
        if self.twin.unplugged:
            raise PrinterTrouble(PrinterFault.GONE)

    def send(self, data: bytes, within: float) -> int:
        self._word()
        self.answers += self.twin.receive(data)
        self.answers += self.twin.work()
        return len(data)

    def hear(self, within: float) -> bytes:
        self._word()
        heard, self.answers = self.answers + self.twin.work(), b""
        return heard

    def round(self) -> None:
        try:
            self.worker.round(self.life)
        except Killed:
            self.begin()

    def ask(self, number: int) -> None:
        asked = PrintRequest(key=f"k-{number}", printer="p", document=label(number), station="c1", about="o-1")
        with writing(self.db):
            queue.ask_to_print(self.db, asked, now())

    def mend(self) -> None:
        """Everything is as it should be again."""
        self.kill_at, self.present = None, True
        self.twin.load_paper()
        self.twin.cover_open, self.twin.silent, self.twin.garbage, self.twin.never_done = False, False, b"", False
        self.twin.plug_in()

    def jobs(self) -> list[PrintJob]:
        return queue.jobs_about(self.db, "o-1")

    def pieces(self, number: int) -> int:
        """How many whole labels of that number came out."""
        return sum(same(drawn(number), piece) for piece in self.twin.pieces)


def label(number: int) -> PickupLabel:
    return PickupLabel(number=str(number), code=f"noren:o:o-{number}")


@cache
def drawn(number: int) -> Image.Image:
    return draw(label(number), WIDTH)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    migration.migrate(unlocked(tmp_path))
    with open_store(tmp_path) as db:
        yield Bench(db)


def only_job(bench: Bench) -> PrintJob:
    (job,) = bench.jobs()
    return job


def test_what_is_asked_for_comes_out_once(bench: Bench) -> None:
    for number in (1, 2, 1):
        bench.ask(number)
    bench.round()
    bench.round()
    assert [bench.pieces(number) for number in (1, 2)] == [1, 1]
    assert {job.state for job in bench.jobs()} == {JobState.PRINTED}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"paper": 0}, PrinterFault.PAPER_OUT),
        ({"cover_open": True}, PrinterFault.COVER_OPEN),
        ({"silent": True}, PrinterFault.NO_ANSWER),
        ({"garbage": b"\xff"}, PrinterFault.WRONG_MODEL),
        ({"unplugged": True}, PrinterFault.NOT_FOUND),
    ],
)
def test_a_job_waits_for_a_printer_with_trouble_and_comes_out_by_itself(
    bench: Bench, wrong: dict[str, object], why: PrinterFault
) -> None:
    for name, value in wrong.items():
        setattr(bench.twin, name, value)
    bench.ask(1)
    bench.round()
    assert (only_job(bench).state, only_job(bench).printer_fault) == (JobState.QUEUED, why)
    bench.mend()
    bench.round()
    assert (only_job(bench).state, only_job(bench).printer_fault, bench.pieces(1)) == (JobState.PRINTED, "", 1)


def test_a_cable_pulled_in_the_middle_leaves_a_job_that_is_perhaps_printed(bench: Bench) -> None:
    bench.twin.gone_after = 8000
    bench.ask(1)
    bench.round()
    assert (only_job(bench).state, only_job(bench).reason) == (JobState.PERHAPS_PRINTED, PrinterFault.GONE)
    bench.mend()
    bench.ask(2)
    bench.round()
    assert [bench.pieces(number) for number in (1, 2)] == [0, 1]  # and half of 1 is no part of 2
    with writing(bench.db):
        queue.print_again(bench.db, next(job for job in bench.jobs() if job.may_be_repeated), "s-1", "c1", now())
    bench.round()
    assert bench.pieces(1) == 1


def test_a_process_that_is_asked_to_end_while_it_waits_for_paper_says_so(bench: Bench) -> None:
    bench.twin.paper = 64
    bench.ask(1)
    bench.life.end()
    bench.worker.round(bench.life)
    assert only_job(bench).state is JobState.QUEUED  # the end had come before it began
    bench.life = ProcessLife()

    def note(*_: object) -> None:
        bench.life.end()

    bench.db.conn.set_trace_callback(lambda sql: note() if "paper_out" in sql else None)
    bench.round()
    bench.db.conn.set_trace_callback(None)
    assert (only_job(bench).state, only_job(bench).reason) == (JobState.PERHAPS_PRINTED, JobReason.STOPPED)


def test_what_cannot_be_drawn_has_an_end_and_holds_nothing_up(bench: Bench) -> None:
    bench.ask(1)
    with writing(bench.db):
        bench.db.conn.execute("""update print_jobs set document = '{"kind": "poster"}'""")
    bench.ask(2)
    bench.round()
    by_state = {job.state: job.reason for job in bench.jobs()}
    assert by_state == {JobState.FAILED: JobReason.UNDRAWABLE, JobState.PRINTED: ""}
    assert bench.pieces(2) == 1


FAULTS = st.one_of(
    st.tuples(st.just("paper"), st.integers(0, 700)),
    st.tuples(st.just("gone_after"), st.integers(0, 40_000)),
    st.tuples(st.just("cover_open"), st.booleans()),
    st.tuples(st.just("silent"), st.just(True)),
    st.tuples(st.just("garbage"), st.sampled_from([b"\xff", b"\x00", b"OK\r\n"])),
    st.tuples(st.just("never_done"), st.just(True)),
)
STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(1, JOBS)),
    st.tuples(st.just("kill"), st.integers(0, 120)),
    st.tuples(st.just("fault"), FAULTS),
    st.tuples(st.just("mend"), st.none()),
    st.tuples(st.just("again"), st.none()),
    st.tuples(st.just("restart"), st.none()),
)


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEPS, min_size=3, max_size=14))
def test_any_faults_and_restarts_each_job_has_one_end_and_none_is_doubled(steps: list[tuple[str, object]]) -> None:
    with TemporaryDirectory() as folder:
        migration.migrate(unlocked(Path(folder)))
        with open_store(Path(folder)) as db:
            _play(Bench(db), steps)


def _play(bench: Bench, steps: list[tuple[str, object]]) -> None:
    asked, repeats = set(), 0
    for what, value in steps:
        match what, value:
            case "ask", int(number):
                bench.ask(number)
                asked.add(number)
            case "kill", int(words):
                bench.kill_at = words
            case "fault", (str(name), fault):
                setattr(bench.twin, name, fault)
            case "mend", _:
                bench.mend()
            case "again", _:
                repeats += _again(bench)
            case "restart", _:
                bench.begin()
        if bench.kill_at is None:
            bench.kill_at = LONGEST_ROUND
        bench.round()
        bench.kill_at = None
    bench.mend()
    bench.round()
    bench.round()
    _check(bench, asked, repeats)


def _again(bench: Bench) -> int:
    for job in bench.jobs():
        if job.may_be_repeated:
            with writing(bench.db):
                queue.print_again(bench.db, job, "s-1", "c1", now())
            return 1
    return 0


def _check(bench: Bench, asked: set[int], repeats: int) -> None:
    ends = rows(
        bench.db, "select j.key, j.document, r.state from print_jobs j left join print_results r on r.job = j.seq"
    )
    assert len(ends) == len(asked) + repeats
    for number in asked:
        states = [row["state"] for row in ends if row["document"] == encode_document(label(number))]
        assert set(states) <= {JobState.PRINTED, JobState.PERHAPS_PRINTED, JobState.FAILED}
        sure = states.count(JobState.PRINTED)
        assert sure <= bench.pieces(number) <= sure + states.count(JobState.PERHAPS_PRINTED)
