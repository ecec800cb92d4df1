"""The lock after wrong PINs: counted by person and device, so that whoever guesses at one locks nobody out at another."""

from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.platform import attempt_counter
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import first_row, rows

MAX_WRONG_PINS = 5  # wrong PINs before the lock (experience.md rule 26)
FIRST_LOCK = timedelta(seconds=60)  # for the first lock; each further one doubles it
MAX_LOCK = timedelta(minutes=15)
MAX_DOUBLINGS = 10  # more than reach MAX_LOCK, and few enough to compute after any number of wrong PINs
# Wrong PINs of one person over all devices within an hour, from which each further one locks its device for MAX_LOCK: a
# clerk's right PIN between them resets nothing here. With two devices that is 28 an hour at most: two weeks for 10,000 PINs.
MAX_WRONG_PINS_EVERYWHERE = 20
LOCKED_EVERYWHERE_FOR = timedelta(hours=1)
_PIN = "pin"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinLocked:
    """Too many wrong PINs: try again after `seconds`."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPin:
    """Not the PIN; `left` tries before the lock."""

    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PinAttempt:
    """Whose PIN is tried, at which device, and the station of the fact; empty at a device that belongs to none."""

    staff: str
    device: str
    station: str


class StaffLocked(Fact, frozen=True, kw_only=True):
    """Too many wrong PINs: signing in waits."""

    TYPE = "staff.locked"
    ABOUT = ("staff", "station")

    wrong: int  # PINs so far, of this person at this device
    everywhere: int | None = None  # of this person at all devices, within an hour; a box before this does not say
    seconds: int | None = None  # that signing in waits there


class StaffUnlocked(Fact, frozen=True, kw_only=True):
    """A lead let somebody who was locked out try again."""

    TYPE = "staff.unlocked"
    ABOUT = ("staff", "station")

    who: str  # by their staff id; the fact's own `staff` is the lead


FACTS = (StaffLocked, StaffUnlocked)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPinRun:
    """A run of wrong PINs: of whom, where, how many, and seconds the lock still lasts."""

    staff: str
    device: str
    wrong: int
    seconds: int


def _lock(db: Database, at: PinAttempt, now: Now) -> tuple[int, int]:
    """Wrong PINs so far, and seconds the lock still lasts."""
    row = first_row(db, "select wrong, until from pin_locks where staff = ? and device = ?", (at.staff, at.device))
    return (row[0], _left(row[1], now)) if row else (0, 0)


def _left(until: str | None, now: Now) -> int:
    return max(0, round((parse_utc(until) - now.time).total_seconds())) if until else 0


def locked_until(db: Database, at: PinAttempt, now: Now) -> PinLocked | None:
    """The lock that is on, as far as it is known without the write lock: an impossibly long one is checked again under it."""
    left = _lock(db, at, now)[1]
    return PinLocked(seconds=left) if 0 < left <= MAX_LOCK.total_seconds() else None


def judge_attempt(db: Database, box: BoxIdentity, at: PinAttempt, fits: bool, now: Now) -> WrongPin | PinLocked | None:
    """What a PIN that was tried comes to, inside the caller's transaction; None if it is right and no lock is on.

    The lock is looked at again with the pen in hand: guesses made side by side are counted one by one.
    """
    wrong, left = _lock(db, at, now)
    if left:
        return _hold(db, at, wrong, left, now)
    if not fits:
        return _count(db, box, at, wrong + 1, now)
    db.conn.execute("delete from pin_locks where staff = ? and device = ?", (at.staff, at.device))
    return None


def _length(wrong: int) -> timedelta:
    """How long the lock lasts after so many wrong PINs."""
    doublings = min(max(0, wrong // MAX_WRONG_PINS - 1), MAX_DOUBLINGS)
    return min(FIRST_LOCK * (1 << doublings), MAX_LOCK)


def _hold(db: Database, at: PinAttempt, wrong: int, left: int, now: Now) -> PinLocked:
    """The lock that is on. One that lasts longer than any was set by a clock that has been set back since: it begins anew
    by this one, so that nobody is out until that time, and no restart lifts it."""
    if left > MAX_LOCK.total_seconds():
        length = _length(wrong)
        sql = "update pin_locks set until = ? where staff = ? and device = ?"
        db.conn.execute(sql, (utc_text(now.time + length), at.staff, at.device))
        left = int(length.total_seconds())
    return PinLocked(seconds=left)


def _count(db: Database, box: BoxIdentity, at: PinAttempt, wrong: int, now: Now) -> WrongPin | PinLocked:
    everywhere = attempt_counter.add_attempt(db, _PIN, at.staff, LOCKED_EVERYWHERE_FOR, now)
    rest, slow, until = wrong % MAX_WRONG_PINS, everywhere >= MAX_WRONG_PINS_EVERYWHERE, None
    length = MAX_LOCK if slow else _length(wrong)
    if slow or rest == 0:
        until = utc_text(now.time + length)
        locked = StaffLocked(wrong=wrong, everywhere=everywhere, seconds=int(length.total_seconds()))
        tell(db, box, locked, now, FactAttributes(staff=at.staff, station=at.station or None))
    db.conn.execute(
        "insert or replace into pin_locks (staff, device, wrong, until) values (?, ?, ?, ?)",
        (at.staff, at.device, wrong, until),
    )
    return PinLocked(seconds=int(length.total_seconds())) if until else WrongPin(left=MAX_WRONG_PINS - rest)


def runs_of_wrong_pins(db: Database, now: Now) -> list[WrongPinRun]:
    """Who was locked out where within the last hour, the latest first: what a lead should know of."""
    since, to = utc_text(now.time - LOCKED_EVERYWHERE_FOR), utc_text(now.time + MAX_LOCK)
    sql = "select staff, device, wrong, until from pin_locks where until > ? and until <= ? order by until desc"
    return [
        WrongPinRun(staff=row["staff"], device=row["device"], wrong=row["wrong"], seconds=_left(row["until"], now))
        for row in rows(db, sql, (since, to))
    ]


def unlock_staff(db: Database, box: BoxIdentity, staff: str, by: PinAttempt, now: Now) -> None:
    """A lead lets somebody try again everywhere, inside the caller's transaction; the fact names the lead."""
    db.conn.execute("delete from pin_locks where staff = ?", (staff,))
    attempt_counter.clear_attempts(db, _PIN, staff)
    tell(db, box, StaffUnlocked(who=staff), now, FactAttributes(staff=by.staff, station=by.station))
