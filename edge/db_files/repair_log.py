"""What was done to store.db as a file, recorded in store.db: for the status page, and for later questions."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlite_utils import Database

from edge.platform.clock import Now
from edge.platform.database import append_to_log, first_row

RepairKind = Literal["salvage", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What was done, why, and the name under which the former file was set aside (empty: there was none)."""

    kind: RepairKind
    why: str
    aside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRecord(Repair):
    """A repair, its time, and its report (of a salvage: rows saved and rows not readable, by table)."""

    time: str
    report: dict[str, Any]


def note_repair(db: Database, repair: Repair, closed: str, report: dict[str, Any], now: Now) -> None:
    """Record it inside the caller's transaction; `closed` is the epoch that ended with it."""
    row = {"kind": repair.kind, "why": repair.why, "aside": repair.aside, "epoch": closed, "time": now.text}
    append_to_log(db, "repairs", {**row, "report": msgspec.json.encode(report).decode()})


def last_repair(db: Database) -> RepairRecord | None:
    """The newest repair; None if there never was one."""
    row = first_row(db, "select kind, why, aside, time, report from repairs order by number desc limit 1")
    if row is None:
        return None
    report: dict[str, Any] = msgspec.json.decode(row[4])
    return RepairRecord(kind=row[0], why=row[1], aside=row[2], time=row[3], report=report)
