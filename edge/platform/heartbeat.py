"""Each loop's last round, in store.db: the status page shows whether a loop still runs, not only that it exists."""

import time
from collections.abc import Mapping
from pathlib import Path

from sqlite_utils import Database

from edge.platform.clock import Now, now
from edge.platform.database import NoRoom, open_store, rows, writing
from edge.platform.process import ProcessLife
from edge.platform.sqlite import sqlite3

NOTE_INTERVAL_S = 2.0  # seconds between two notes of a process; such a commit does not wait for the card
BUSY_TIMEOUT_MS = 500  # ms to wait for the write lock: a late note has no value
SILENT_AFTER_S = (
    7.0  # seconds without a round until a loop counts as silent: the slowest rests 3 s, a note is up to 2 s old
)

LoopKeys = frozenset[tuple[str, str]]  # process and loop


def run_heartbeat(data: Path, process: str, life: ProcessLife) -> None:
    """Note the last round of each loop of this process, until the life ends.

    If a note cannot be written (full disk, write lock held), it is skipped. The status page then shows the loops as silent.
    """
    with open_store(data) as db:
        db.conn.execute("pragma synchronous = normal")
        db.conn.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")
        while life.goes_on():
            try:
                note_rounds(db, process, life.rounds(), time.monotonic(), now())
            except (NoRoom, sqlite3.OperationalError) as error:
                if not isinstance(error, NoRoom) and error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            life.rest(NOTE_INTERVAL_S)


def note_rounds(db: Database, process: str, rounds: Mapping[str, float], at: float, moment: Now) -> None:
    """Note the loops of a process. `rounds` and `at` (now) are monotonic seconds."""
    with writing(db):
        marks = ", ".join("?" * len(rounds))
        db.conn.execute(f"delete from loops where process = ? and loop not in ({marks})", (process, *rounds))
        db.conn.executemany(
            """insert into loops (process, loop, boot, round_ms, time) values (?, ?, ?, ?, ?) on conflict (process, loop)
               do update set boot = excluded.boot, round_ms = excluded.round_ms, time = excluded.time""",
            [
                (process, loop, moment.boot, moment.uptime_ms - round(1000 * (at - last)), moment.text)
                for loop, last in rounds.items()
            ],
        )


def silent_loops(db: Database, moment: Now) -> LoopKeys:
    """The loops (process, loop) that are silent, of all that ever noted a round. Only the uptime is compared, not the time."""
    return frozenset(loop for loop, goes_round in _loops(db, moment).items() if not goes_round)


def silent_loops_on_full_disk(db: Database, moment: Now) -> LoopKeys:
    """The same for a full disk. If no loop could note a round, the disk is the cause, and the result is empty."""
    loops = _loops(db, moment)
    return (
        frozenset(loop for loop, goes_round in loops.items() if not goes_round) if any(loops.values()) else frozenset()
    )


def _loops(db: Database, moment: Now) -> dict[tuple[str, str], bool]:
    """Whether each loop still runs."""
    return {
        (row["process"], row["loop"]): row["boot"] == moment.boot
        and moment.uptime_ms - row["round_ms"] <= 1000 * SILENT_AFTER_S
        for row in rows(db, "select process, loop, boot, round_ms from loops")
    }
