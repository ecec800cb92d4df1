"""A scan comes in and is answered: one transaction per scan, in order, whatever happens."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from edge.codes.abridged_code import AbridgedCode, abridge_code
from edge.codes.parse import parse_code
from edge.crypto.keyed_values import code_mac
from edge.db_files.full_disk_retry import FULL_DISK_RETRY_DELAY_S, FullDiskRetry
from edge.features.outcome import Fault, Outcome, kind_of, record_outcome, show_on_station
from edge.platform.clock import now
from edge.platform.database import CommitDetector, NoRoom, cursor, move_cursor, rows_after, writing
from edge.platform.process import ProcessLife
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import key_of_connection
from edge.scan.context import ScanContext
from edge.scan.log import SCAN_LOGS, Scan, count_answered
from edge.scan.raw_reading import UNREAD_KINDS, delete_reading_bytes
from edge.store_context import StoreContext

log = logging.getLogger(__name__)

POLL_INTERVAL_S = (
    0.025  # seconds between looks at the log; a look costs 4 microseconds, and half a tick is all a scan waits
)

# A scan that is answered later than this (web was down, the power was cut) is kept and counts, but is not put on the
# screen: the person with that code has left, and another person is at the station.
SHOWN_MAX_AGE = timedelta(seconds=10)

# The log that this process writes itself: it deletes those readings with their answer. The bridge deletes its own readings
# later, so that each log has one writer.
PAGE_SCANS_LOG = "page_scans"

# Errors that no scan causes. A broken constraint is a scan's fault, or the same scan would end the process again and again.
MACHINE_ERRORS = (OSError, MemoryError, sqlite3.Error)

DecideOutcome = Callable[[ScanContext], Outcome]
"""Returns the outcome of a scan, by the table of the features that are on (edge/registry.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredScan:
    """An outcome that has been kept, where, and whether the screen there may show it."""

    seq: int
    station: str
    fresh: bool


def answer_scan(shop: StoreContext, decide: DecideOutcome, scan_log: str, scan: Scan) -> AnsweredScan:
    """Answer one scan in one transaction: outcome, facts and cursor move together.

    The scan's own moment decides (which day a visit counts for, whether a code has expired), however late it is
    answered. A bug in a decision costs only its own scan: the outcome is `fault`, with the trace in the log.
    """
    cause = f"{scan_log}/{scan.seq}"
    shop.renew()
    try:
        with writing(shop.db):
            case = _case(shop, scan, cause)
            return _settle(shop, scan_log, scan, decide(case), abridge_code(case.meaning, scan.data))
    except NoRoom:
        raise  # the scan is kept and waits
    except Exception as error:
        if isinstance(error, MACHINE_ERRORS) and not isinstance(error, sqlite3.IntegrityError):
            raise  # the card or the database, not this scan: the process ends and begins anew
        trace = secrets.token_hex(4)
        log.exception("scan %s failed by an error of this program, trace %s", cause, trace)
        with writing(shop.db):
            return _settle(shop, scan_log, scan, Fault(trace=trace), None)


def _case(shop: StoreContext, scan: Scan, cause: str) -> ScanContext:
    place = shop.config.station(scan.station)
    return ScanContext(
        shop=shop,
        scan=scan,
        meaning=parse_code(scan.data, aim=scan.aim, symbology=scan.symbology, rules=shop.policy.codes),
        role=place.role if place else None,
        cause=cause,
        moment=scan.moment,
    )


def _settle(shop: StoreContext, scan_log: str, scan: Scan, outcome: Outcome, code: AbridgedCode | None) -> AnsweredScan:
    moment = now()
    key = key_of_connection(shop.db.conn)
    mac = code_mac(key, scan.data) if key else None
    seq = record_outcome(shop.db, scan_log, scan.seq, scan.station, outcome, moment, code, mac)
    fresh = scan.boot == moment.boot and moment.uptime_ms - scan.uptime_ms <= SHOWN_MAX_AGE.total_seconds() * 1000
    if fresh:
        show_on_station(shop.db, scan.station, seq, moment)
    count_answered(shop.db, scan_log, scan)
    if scan_log == PAGE_SCANS_LOG and kind_of(outcome) not in UNREAD_KINDS:
        delete_reading_bytes(shop.db, scan_log, scan.seq)
    move_cursor(shop.db, f"desk:{scan_log}", scan.seq)
    return AnsweredScan(seq=seq, station=scan.station, fresh=fresh)


def answer_waiting_scans(
    shop: StoreContext, decide: DecideOutcome, tell_screens: Callable[[AnsweredScan], None], life: ProcessLife
) -> None:
    """Answer every scan that waits, in order; in a long backlog each scan is a round of the loop."""
    for scan_log in SCAN_LOGS:
        while waiting := rows_after(shop.db, scan_log, Scan, cursor(shop.db, f"desk:{scan_log}")):
            for scan in waiting:
                if not life.goes_on():
                    return
                tell_screens(answer_scan(shop, decide, scan_log, scan))


def run_scan_processor(
    shop: StoreContext,
    decide: DecideOutcome,
    tell_screens: Callable[[AnsweredScan], None],
    life: ProcessLife,
    tell_no_room: Callable[[str], None],
) -> None:
    """Answer scans until the process ends. On a full disk the scans wait in their log; the station of the first of them
    shows an error."""
    changes, rounds = CommitDetector(shop.db), FullDiskRetry(log, "scans wait until there is room")
    while life.goes_on():
        if (changes.seen() or rounds.again) and rounds.run_round(
            partial(answer_waiting_scans, shop, decide, tell_screens, life)
        ):
            tell_no_room(_first_waiting(shop).station)
        life.rest(FULL_DISK_RETRY_DELAY_S if rounds.full else POLL_INTERVAL_S)


def _first_waiting(shop: StoreContext) -> Scan:
    return next(
        scan for log in SCAN_LOGS for scan in rows_after(shop.db, log, Scan, cursor(shop.db, f"desk:{log}"), most=1)
    )
