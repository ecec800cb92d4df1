"""What noren-print writes: what has become of each job, and how each printer is. Each step is one transaction."""

from collections.abc import Collection
from datetime import timedelta

from msgspec import Struct
from sqlite_utils import Database

from edge.features.printing.job import JOBS, LIFE, JobEvent, JobReason, JobState, PrintJob
from edge.features.printing.printer_fault import PrinterFault
from edge.platform.clock import Now, parse_utc
from edge.platform.database import first_row, rows, values, writing

# A label is wanted while the goods are in hand. A printer that is plugged in the next morning prints none of yesterday's.
WAITS_AT_MOST = timedelta(hours=2)


class PrinterState(Struct, frozen=True, kw_only=True):
    """A printer's row: `works`, `lost` with a reason (PrinterFault), or `starting`."""

    printer: str
    kind: str
    state: str
    reason: str
    since: str


def printer_states(db: Database) -> list[PrinterState]:
    """How each printer is."""
    return values(db, PrinterState, "select * from printers order by printer")


def next_job(db: Database, printer: str) -> PrintJob | None:
    """The oldest job that waits for a printer."""
    sql = f"{JOBS} where j.printer = ? and r.job is null order by j.seq limit 1"
    return next(iter(values(db, PrintJob, sql, (printer,))), None)


def broke_off_last(db: Database, printer: str) -> bool:
    """Whether the last job that the printer was given broke off: a part of it may still be in the printer."""
    sql = """select r.state from print_results r join print_jobs j on j.seq = r.job
             where j.printer = ? and r.state <> 'failed' order by j.seq desc limit 1"""
    row = first_row(db, sql, (printer,))
    return row is not None and row[0] == JobState.PERHAPS_PRINTED


def note(db: Database, job: int, event: JobEvent, now: Now, reason: str = "") -> bool:
    """Take a step of a job's life. False if it is not one of its present state, or if the job has been deleted: nothing was done.

    `begin` is on the card at return, before the printer gets the first byte.
    """
    with writing(db):
        row = first_row(
            db,
            "select coalesce(r.state, 'queued') from print_jobs j left join print_results r on r.job = j.seq where j.seq = ?",
            (job,),
        )
        state = LIFE.get((JobState(row[0]), event)) if row else None
        if state is not None:
            db.conn.execute(
                """insert into print_results (job, state, reason, time) values (?, ?, ?, ?) on conflict (job)
                   do update set state = excluded.state, reason = excluded.reason, time = excluded.time""",
                (job, state, reason, now.text),
            )
    return state is not None


def break_off_all(db: Database, now: Now) -> int:
    """At the start: what was under way when the process ended is perhaps printed. Returns how many jobs."""
    under_way = [row["job"] for row in rows(db, "select job from print_results where state = 'printing'")]
    return sum(note(db, job, JobEvent.BREAK_OFF, now, JobReason.STOPPED) for job in under_way)


def refuse_stale(db: Database, printer: str, now: Now) -> int:
    """Refuse what has waited too long. Returns how many jobs. A clock that was never set tells no age."""
    if now.clock == "unset":
        return 0
    sql = f"{JOBS} where j.printer = ? and r.job is null order by j.seq"
    stale = [job.seq for job in values(db, PrintJob, sql, (printer,)) if now.time - parse_utc(job.time) > WAITS_AT_MOST]
    return sum(note(db, job, JobEvent.REFUSE, now, JobReason.WAITED_TOO_LONG) for job in stale)


def note_printers(db: Database, kinds: dict[str, str], now: Now) -> None:
    """At the start: the printers of noren.toml, and none that is no longer in it; what waits for such a one is refused."""
    with writing(db):
        _forget_others(db, kinds)
        for printer, kind in kinds.items():
            db.conn.execute(
                """insert into printers (printer, kind, state, reason, since) values (?, ?, 'starting', '', ?)
                   on conflict (printer) do update set kind = excluded.kind""",
                (printer, kind, now.text),
            )
    waiting = values(db, PrintJob, f"{JOBS} where r.job is null")
    for job in waiting:
        if job.printer not in kinds:
            note(db, job.seq, JobEvent.REFUSE, now, JobReason.NO_PRINTER)


def _forget_others(db: Database, kept: Collection[str]) -> None:
    marks = ", ".join("?" * len(kept))
    db.conn.execute(f"delete from printers where printer not in ({marks})", tuple(kept))


def note_printer(db: Database, printer: str, fault: PrinterFault | None, now: Now) -> bool:
    """Note how a printer is. True if that is new; else nothing is written, because each write is wear."""
    state, reason = ("lost", fault.value) if fault else ("works", "")
    known = first_row(db, "select state, reason from printers where printer = ?", (printer,))
    if known == (state, reason):
        return False
    with writing(db):
        db.conn.execute(
            "update printers set state = ?, reason = ?, since = ? where printer = ?", (state, reason, now.text, printer)
        )
    return True
