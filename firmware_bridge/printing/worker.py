"""One printer's work: take the oldest job, print it, note what became of it. It never prints a job twice by itself."""

import logging
import math
import time
from pathlib import Path

import msgspec
from PIL import Image
from sqlite_utils import Database

from edge.features.printing import results
from edge.features.printing.document import decode_document
from edge.features.printing.job import JobEvent, JobReason, PrintJob
from edge.features.printing.printer_fault import PrinterFault, PrinterTrouble
from edge.platform import clock
from edge.platform.database import CommitDetector, NoRoom, open_store
from edge.platform.process import ProcessLife
from firmware_bridge.printing.drawing.draw import draw
from firmware_bridge.printing.printer import Printer, PrinterSource

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.1  # seconds between looks for a new job; a look costs 4 microseconds if nothing was written
RETRY_S = 1.0  # seconds until a printer with trouble is tried again while a job waits: somebody stands before it
LOOK_S = 10.0  # seconds between looks at an idle printer, so that missing paper is known before it is wanted


def work(data: Path, printer: str, source: PrinterSource, life: ProcessLife) -> None:
    """Print what waits for a printer, until the life ends."""
    with open_store(data) as db:
        worker, changes = PrintWorker(db, printer, source), CommitDetector(db)
        due = -math.inf  # monotonic seconds
        while life.goes_on():
            if changes.seen() and worker.has_work():
                due = min(due, worker.retry_at)
            if time.monotonic() >= due:
                worker.round(life)
                due = worker.retry_at if worker.has_work() else time.monotonic() + LOOK_S
            life.rest(POLL_INTERVAL_S)


class PrintWorker:
    """`retry_at`: monotonic seconds before which a printer with trouble is not tried again."""

    def __init__(self, db: Database, printer: str, source: PrinterSource) -> None:
        self._db, self._printer, self._source = db, printer, source
        self.retry_at = -math.inf

    def has_work(self) -> bool:
        """Whether a job waits."""
        return results.next_job(self._db, self._printer) is not None

    def round(self, life: ProcessLife) -> None:
        """Look at the printer, and print what waits; trouble is noted, and what was not begun goes on waiting."""
        try:
            results.refuse_stale(self._db, self._printer, clock.now())
            with self._source.open() as printer:
                printer.check()
                self._note_printer(None)
                while life.goes_on() and (job := results.next_job(self._db, self._printer)):
                    self._print(printer, job, life)
        except PrinterTrouble as trouble:
            self.retry_at = time.monotonic() + RETRY_S
            self._note_printer(trouble.fault)
        except NoRoom:  # nothing was begun; the disk is another's trouble
            self.retry_at = time.monotonic() + RETRY_S

    def _print(self, printer: Printer, job: PrintJob, life: ProcessLife) -> None:
        """One job from its begin to its end. Raises PrinterTrouble if it breaks off, and NoRoom if it cannot be begun."""
        picture = self._drawn(job)
        clear = results.broke_off_last(self._db, self._printer)
        if picture is None or not results.note(self._db, job.seq, JobEvent.BEGIN, clock.now()):
            return
        try:
            for fault in printer.print(picture, f"job-{job.seq}", clear=clear):
                self._note_printer(fault)
                if not life.goes_on():
                    self._end(job, JobEvent.BREAK_OFF, life, JobReason.STOPPED)
                    return
        except PrinterTrouble as trouble:
            self._end(job, JobEvent.BREAK_OFF, life, trouble.fault)
            raise
        self._end(job, JobEvent.FINISH, life)
        self._note_printer(None)

    def _drawn(self, job: PrintJob) -> Image.Image | None:
        """The job as a picture; None if it cannot be drawn, which is noted."""
        try:
            return draw(decode_document(job.document), self._source.width)
        except (msgspec.DecodeError, ValueError) as error:
            log.error("print job %d cannot be drawn: %s", job.seq, type(error).__name__)
            results.note(self._db, job.seq, JobEvent.REFUSE, clock.now(), JobReason.UNDRAWABLE)
            return None

    def _end(self, job: PrintJob, event: JobEvent, life: ProcessLife, reason: str = "") -> None:
        """Note the end, as soon as the disk has room for it; a process that ends before leaves a job that is perhaps printed."""
        while True:
            try:
                results.note(self._db, job.seq, event, clock.now(), reason)
            except NoRoom:
                if not life.goes_on():
                    return
                life.rest(RETRY_S)
            else:
                log.info("print job %d at %s: %s %s", job.seq, self._printer, event, reason)
                return

    def _note_printer(self, fault: PrinterFault | None) -> None:
        try:
            if results.note_printer(self._db, self._printer, fault, clock.now()):
                log.log(
                    logging.WARNING if fault else logging.INFO,
                    "printer %s: %s",
                    self._printer,
                    fault or "works",
                )
        except NoRoom:
            log.error("disk full: the state of printer %s cannot be noted", self._printer)
