"""The life of a print job, as one table."""

from enum import StrEnum

from msgspec import Struct


class JobState(StrEnum):
    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    PERHAPS_PRINTED = "perhaps_printed"  # it broke off once the printer had been given something
    FAILED = "failed"  # and nothing of it is on paper


class JobEvent(StrEnum):
    BEGIN = "begin"  # from now on the printer may have got something
    FINISH = "finish"
    BREAK_OFF = "break_off"
    REFUSE = "refuse"


S, E = JobState, JobEvent
LIFE = {
    (S.QUEUED, E.BEGIN): S.PRINTING,
    (S.QUEUED, E.REFUSE): S.FAILED,
    (S.PRINTING, E.FINISH): S.PRINTED,
    (S.PRINTING, E.BREAK_OFF): S.PERHAPS_PRINTED,
}
ENDED_BADLY = frozenset({S.PERHAPS_PRINTED, S.FAILED})  # a person decides whether to print it again; the box never does


class JobReason(StrEnum):
    """Why a job ended badly, beside the printer's own faults (PrinterFault)."""

    STOPPED = "stopped"  # the process was asked to end, or was killed, in the middle
    UNDRAWABLE = "undrawable"
    WAITED_TOO_LONG = "waited_too_long"
    NO_PRINTER = "no_printer"  # it is no longer in noren.toml


class PrintJob(Struct, frozen=True, kw_only=True):
    """A job with its state. `printer_fault` is what is wrong with its printer now, or empty."""

    seq: int
    printer: str
    document: str
    about: str
    staff: str | None
    station: str
    repeats: int | None
    time: str
    state: JobState
    reason: str
    printer_fault: str

    @property
    def may_be_repeated(self) -> bool:
        return self.state in ENDED_BADLY


JOBS = """select j.seq, j.printer, j.document, j.about, j.staff, j.station, j.repeats, j.time,
                 coalesce(r.state, 'queued') as state, coalesce(r.reason, '') as reason,
                 coalesce(p.reason, '') as printer_fault
          from print_jobs j left join print_results r on r.job = j.seq left join printers p on p.printer = j.printer"""
