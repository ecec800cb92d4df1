"""Checking store.db before anybody opens it, and salvaging it if it is damaged: by one process, while no other runs."""

import logging
import time
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from edge.db_files.file_lock import InUse, exclusive_lock
from edge.db_files.inspection import READ_BUDGET_S, describe_error, find_damage
from edge.db_files.repair_log import Repair
from edge.db_files.replacement import NEXT_STORE_FILE, finish_replacement, prepare_new_file, replace_store
from edge.db_files.salvage.journal_check import altered_seqs_of_lane
from edge.db_files.salvage.page_reader import FileImage
from edge.db_files.salvage.rebuild import SalvageResult, salvage_store
from edge.db_files.salvage.table_rows import JSON_COLUMNS
from edge.platform.clock import Now
from edge.platform.set_aside import set_aside_path
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import STORE_DB, connect, repair_request_path

log = logging.getLogger(__name__)

OTHERS_END_WITHIN_S = (
    45.0  # seconds until the other processes have noticed it and ended; the watchdog ends a stuck one after 30
)
POLL_INTERVAL = 0.5  # seconds between looks whether another process has done it meanwhile
SUSPECTED_MARK = f"{STORE_DB}.suspected"  # damage was reported but not found; at the second report it is salvaged


def repair_store_if_damaged(folder: Path, store: str, now: Now, *, within: float) -> None:
    """Before a process opens store.db: repair it if it is damaged. `within`: seconds spent on reading its pages.

    Raises InUse if other processes go on running with it, NoRoom if there is no room for the salvaged rows.
    """
    until = time.monotonic() + OTHERS_END_WITHIN_S
    while _is_urgent(folder):
        try:
            with exclusive_lock(folder, within=POLL_INTERVAL):
                _make_good(folder, store, now, within=None)
                return
        except InUse:
            if time.monotonic() > until:
                raise
    try:
        with exclusive_lock(folder, within=0):
            _make_good(folder, store, now, within=within)
    except InUse:
        return  # others run, so the file is good; if it is not, they will find the damage


def _is_urgent(folder: Path) -> bool:
    return repair_request_path(folder).exists() or (folder / NEXT_STORE_FILE).exists()


def _make_good(folder: Path, store: str, now: Now, *, within: float | None) -> None:
    finish_replacement(folder)
    file = folder / STORE_DB
    if not _has_something(file):
        return
    why = _why(file, within) or _met_again(folder)
    if why is not None:
        _salvage(file, why, store, now)


def _has_something(file: Path) -> bool:
    wal = file.with_name(f"{file.name}-wal")
    return file.exists() or _is_filled(wal)


def _why(file: Path, within: float | None) -> str | None:
    """What is wrong. If `within` is None everything is read: each page, and each row."""
    if _hides(file):
        return "its log of commits is damaged"
    if why := find_damage(file, within=within):
        return why
    return _rows(file, all_of_them=within is None) if within is None or within >= READ_BUDGET_S else None


def _hides(file: Path) -> bool:
    wal = file.with_name(f"{file.name}-wal")
    return _is_filled(wal) and FileImage(file).hidden


def _is_filled(wal: Path) -> bool:
    """Whether a log has content. The log is deleted when the last user of the file closes it, which may happen now."""
    try:
        return wal.stat().st_size > 0
    except FileNotFoundError:
        return False


def _rows(file: Path, *, all_of_them: bool) -> str | None:
    """What is wrong with the rows themselves: SQLite checks only the structure of its pages.

    The hashes of the facts that HQ has not kept are always checked (a second for a million).
    """
    try:
        with closing(connect(file, mode="ro")) as conn:
            db = Database(conn)
            for epoch, lane in conn.execute("select distinct epoch, lane from journal").fetchall():
                if altered := altered_seqs_of_lane(db, epoch, lane):
                    return f"{len(altered)} facts have changed since they were written"
            if all_of_them:
                _read_all(db)
    except sqlite3.DatabaseError as error:
        return describe_error(error, file)
    return None


def _read_all(db: Database) -> None:
    """Raises Damaged if a row is no valid text, or no valid JSON, any more."""
    for name in db.table_names():
        for _ in db.conn.execute(f"select * from {name}"):
            pass
    for table, column in sorted(JSON_COLUMNS):
        db.conn.execute(f"select count(json_type({column})) from {table}").fetchone()


def _met_again(folder: Path) -> str | None:
    """A process reported damage that is not found: it may have been only in memory. A second report is believed."""
    word, before = repair_request_path(folder), folder / SUSPECTED_MARK
    if not word.exists():
        return None
    why = word.read_text(encoding="utf-8")
    if before.exists():
        before.unlink()
        return why
    log.warning("damage was reported in store.db, and there is none: %s", why)
    word.rename(before)
    return None


def _salvage(file: Path, why: str, store: str, now: Now) -> None:
    log.error("store.db is damaged, what can be read is saved: %s", why)
    place = set_aside_path(file, "damaged", now)
    part = prepare_new_file(file.parent)
    saved = salvage_store(file, part, Repair(kind="salvage", why=why, aside=place.name), store, now)
    replace_store(file.parent, part)
    _report(saved, place)


def _report(saved: SalvageResult, place: Path) -> None:
    for table, count in saved.rows.items():
        log.info("saved: %d rows of %s", count, table)
    for table, count in saved.unreadable.items():
        log.error("%d pages or rows of %s cannot be read", count, table)
    if saved.altered:
        log.error("%d facts that HQ has not kept have changed since they were written; HQ gets a report", saved.altered)
    log.warning("store.db goes on in a new epoch; the old file is %s", place)
