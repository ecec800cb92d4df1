"""The queue as pages use it: asking for a document, asking again, and looking what has become of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from edge.features.printing.document import Document, encode_document
from edge.features.printing.job import JOBS, PrintJob
from edge.platform.clock import Now
from edge.platform.database import append_to_log, first_row, values

MOST_WAITING = 100  # jobs of one printer: an hour's labels of a busy store


class QueueFull(Exception):
    """So many jobs wait for a printer that one more is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintRequest:
    """Asked twice with the same key, it is printed once. `about`: the order whose page shows the job."""

    key: str
    printer: str
    document: Document
    station: str
    staff: str | None = None
    about: str = ""


def ask_to_print(db: Database, request: PrintRequest, now: Now) -> int:
    """Put a document in the queue, inside the caller's transaction; returns the job's number. Raises QueueFull."""
    row = {
        "key": request.key,
        "printer": request.printer,
        "document": encode_document(request.document),
        "about": request.about,
        "staff": request.staff,
        "station": request.station,
        "repeats": None,
        "time": now.text,
    }
    return _ask_once(db, row)


def print_again(db: Database, job: PrintJob, staff: str, station: str, now: Now) -> int:
    """Put a job that ended badly in the queue once more; asked twice, it is done once. Raises QueueFull, and ValueError."""
    if not job.may_be_repeated:
        raise ValueError(f"print job {job.seq} is {job.state}: cannot be printed again")
    row = {
        "key": f"again:{job.seq}",
        "printer": job.printer,
        "document": job.document,
        "about": job.about,
        "staff": staff,
        "station": station,
        "repeats": job.seq,
        "time": now.text,
    }
    return _ask_once(db, row)


def _ask_once(db: Database, row: Mapping[str, Any]) -> int:
    if known := first_row(db, "select seq from print_jobs where key = ?", (row["key"],)):
        return int(known[0])
    waiting = first_row(
        db,
        """select count(*) from print_jobs j left join print_results r on r.job = j.seq
           where j.printer = ? and r.job is null""",
        (row["printer"],),
    )
    if waiting and waiting[0] >= MOST_WAITING:
        raise QueueFull(f"{waiting[0]} jobs wait for printer {row['printer']}")
    return append_to_log(db, "print_jobs", row)


def jobs_about(db: Database, about: str) -> list[PrintJob]:
    """The jobs for an order, the latest first, without those that were printed again."""
    sql = f"""{JOBS} where j.about = ? and j.seq not in (select repeats from print_jobs where repeats is not null)
              order by j.seq desc"""
    return values(db, PrintJob, sql, (about,))


def find_job(db: Database, seq: int) -> PrintJob | None:
    """A job by its number."""
    return next(iter(values(db, PrintJob, f"{JOBS} where j.seq = ?", (seq,))), None)
