"""A scan comes in and is answered: one transaction per scan, in order, whatever happens."""

import logging
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from edge.case import Case
from edge.clock import now
from edge.decide import decide
from edge.outcome import Fault, Outcome, keep, put_on_screen
from edge.scan import LOGS, Scan
from edge.service import Life
from edge.shop import Shop
from edge.store import Changes, NoRoom, after, cursor, move_cursor, writing

log = logging.getLogger(__name__)

TICK = 0.025  # seconds between looks at the log; a look costs 4 microseconds, and half a tick is all a scan waits
FULL_REST = 1.0  # seconds until a desk that found the disk full tries again

# A scan the desk comes to later than this (it was down, the power was cut) is kept and counts, but is not put on the
# screen: whoever held that code has gone, and somebody else stands there.
FRESH = timedelta(seconds=10)

# What is no scan's fault; a broken constraint is one, or the same scan would end the process again and again.
TROUBLE = (OSError, MemoryError, sqlite3.Error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An outcome that has been kept, where, and whether the screen there may show it."""

    seq: int
    station: str
    fresh: bool


def answer(shop: Shop, scan_log: str, scan: Scan) -> Answered:
    """Answer one scan in one transaction: outcome, facts and cursor move together.

    The scan's own moment decides (which day a visit counts for, whether a code has expired), however late the desk comes
    to it. A bug in a decision costs its own scan alone: it becomes the outcome `fault`, with the trace in the log.
    """
    cause = f"{scan_log}/{scan.seq}"
    try:
        with writing(shop.db):
            return _settle(shop, scan_log, scan, decide(_case(shop, scan, cause)))
    except NoRoom:
        raise  # the scan is kept and waits
    except Exception as error:
        if isinstance(error, TROUBLE) and not isinstance(error, sqlite3.IntegrityError):
            raise  # the card or the database, not this scan: the process ends and begins anew
        trace = secrets.token_hex(4)
        log.exception("scan %s is a fault, trace %s", cause, trace)
        with writing(shop.db):
            return _settle(shop, scan_log, scan, Fault(trace=trace))


def _case(shop: Shop, scan: Scan, cause: str) -> Case:
    place = shop.config.station(scan.station)
    return Case(shop=shop, scan=scan, role=place.role if place else "unknown", cause=cause, moment=scan.moment)


def _settle(shop: Shop, scan_log: str, scan: Scan, outcome: Outcome) -> Answered:
    moment = now()
    seq = keep(shop.db, scan_log, scan.seq, scan.station, outcome, moment)
    fresh = scan.boot == moment.boot and moment.uptime_ms - scan.uptime_ms <= FRESH.total_seconds() * 1000
    if fresh:
        put_on_screen(shop.db, scan.station, seq, moment)
    move_cursor(shop.db, f"desk:{scan_log}", scan.seq)
    return Answered(seq=seq, station=scan.station, fresh=fresh)


def catch_up(shop: Shop, tell_screens: Callable[[Answered], None], life: Life) -> None:
    """Answer every scan that waits, in order; in a long backlog each scan is a round of the loop."""
    for scan_log in LOGS:
        while waiting := after(shop.db, scan_log, Scan, cursor(shop.db, f"desk:{scan_log}")):
            for scan in waiting:
                if not life.goes_on():
                    return
                tell_screens(answer(shop, scan_log, scan))


def work(shop: Shop, tell_screens: Callable[[Answered], None], life: Life) -> None:
    """The desk's day: look, answer, rest. On a full disk the scans wait where they are, and so does the desk."""
    changes, full = Changes(shop.db), False
    while life.goes_on():
        if changes.seen() or full:
            was_full, full = full, not _caught_up(shop, tell_screens, life)
            if full and not was_full:
                log.error("no room on the disk: scans wait until there is")
        life.rest(FULL_REST if full else TICK)


def _caught_up(shop: Shop, tell_screens: Callable[[Answered], None], life: Life) -> bool:
    """Whether all that waited was answered; false where the disk is full."""
    try:
        catch_up(shop, tell_screens, life)
    except NoRoom:
        return False
    return True
