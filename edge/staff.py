"""Staff at this store: who they are, their PINs, and the lock after wrong ones."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from msgspec import Struct
from sqlite_utils import Database

from edge import mirror
from edge.clock import Now, parse_utc, utc_text
from edge.journal import Box, Fact, tell
from edge.store import one, writing

WRONG_MOST = 5  # wrong PINs before the lock (experience.md rule 26)
LOCK = timedelta(seconds=60)  # for the first lock; each further one doubles it
LOCK_MOST = timedelta(minutes=15)
DOUBLINGS = 10  # more than reach LOCK_MOST, and few enough to compute after any number of wrong PINs
IDLE = timedelta(minutes=3)  # a tablet left alone locks itself
SEEN_EVERY = timedelta(seconds=10)  # how exactly a session's last use is kept: a commit costs the card a write

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's argon2id minimum; 19 MiB on a Pi


class Staff(Struct, frozen=True, kw_only=True):
    """A row of the `staff` feed (per store); its key is the staff id."""

    staff: str
    name: str
    mark: str  # one character for the round badge: `森`
    role: Literal["clerk", "lead", "installer"]
    pin: str  # argon2id hash
    badges: list[str] = []  # `issuer:number`


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in at a station."""

    token: str
    staff: Staff
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """Too many wrong PINs: try again after `seconds`."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPin:
    """Not the PIN; `left` tries before the lock."""

    left: int


def hash_pin(pin: str) -> str:
    """The argon2id hash of a PIN, as HQ keeps and sends it."""
    return _HASHER.hash(pin)


def everyone(hq: Database) -> list[Staff]:
    """All who may sign in here, by name."""
    return sorted(mirror.where(hq, "staff", Staff), key=lambda one: one.name)


def is_pin(pin_hash: str, pin: str) -> bool:
    """Whether a hash is that PIN's; takes as long as the hash was made to take."""
    try:
        return _HASHER.verify(pin_hash, pin)
    except VerifyMismatchError:
        return False


def _lock(db: Database, staff: str, now: Now) -> tuple[int, int]:
    """Wrong PINs so far, and seconds the lock still lasts."""
    row = one(db, "select wrong, until from staff_locks where staff = ?", (staff,))
    if row is None:
        return 0, 0
    left = (parse_utc(row[1]) - now.time).total_seconds() if row[1] else 0
    # a clock that was set back must not keep somebody out longer than any lock lasts
    return row[0], min(max(0, round(left)), int(LOCK_MOST.total_seconds()))


def _count_wrong(db: Database, box: Box, person: Staff, wrong: int, station: str, now: Now) -> WrongPin | Locked:
    locks, rest = divmod(wrong, WRONG_MOST)
    until = None
    if rest == 0:
        length = min(LOCK * 2 ** min(locks - 1, DOUBLINGS), LOCK_MOST)
        until = utc_text(now.time + length)
        tell(db, box, Fact(kind="staff.locked", data={"wrong": wrong}, staff=person.staff, station=station), now)
    db.conn.execute(
        "insert or replace into staff_locks (staff, wrong, until) values (?, ?, ?)", (person.staff, wrong, until)
    )
    return Locked(seconds=int(length.total_seconds())) if until else WrongPin(left=WRONG_MOST - rest)


def sign_in(db: Database, box: Box, person: Staff, pin: str, station: str, now: Now) -> Session | WrongPin | Locked:
    """Sign in with a PIN, in a transaction of its own; a new session ends the station's old one.

    The lock is in store.db, so that a restart does not lift it. With the lock on, even the right PIN waits. The hash is
    tried before the pen is taken (it takes 35 ms, on a Pi more), and the lock is looked at again with the pen in hand:
    guesses made side by side are counted one by one.
    """
    if left := _lock(db, person.staff, now)[1]:
        return Locked(seconds=left)
    fits = is_pin(person.pin, pin)
    with writing(db):
        wrong, left = _lock(db, person.staff, now)
        if left:
            return Locked(seconds=left)
        if not fits:
            return _count_wrong(db, box, person, wrong + 1, station, now)
        db.conn.execute("delete from staff_locks where staff = ?", (person.staff,))
        return open_session(db, box, person, station, now)


def open_session(db: Database, box: Box, person: Staff, station: str, now: Now) -> Session:
    """Begin a session for somebody whose identity is proven, inside the caller's transaction."""
    token = secrets.token_urlsafe(32)
    db.conn.execute("delete from staff_sessions where station = ?", (station,))
    db.conn.execute(
        "insert into staff_sessions (token, staff, station, since, seen) values (?, ?, ?, ?, ?)",
        (token, person.staff, station, now.text, now.text),
    )
    tell(db, box, Fact(kind="staff.signed_in", staff=person.staff, station=station), now)
    return Session(token=token, staff=person, station=station)


def session(db: Database, hq: Database, token: str, now: Now) -> Session | None:
    """The live session behind a token, or None where it ended, idled out, or HQ has struck the person off."""
    row = one(db, "select staff, station, seen from staff_sessions where token = ?", (token,))
    # a clock that was set back leaves sessions last seen in the future: they are as good as idle
    if row is None or abs(now.time - parse_utc(row[2])) > IDLE:
        return None
    person = mirror.row(hq, "staff", row[0], Staff)
    return Session(token=token, staff=person, station=row[1]) if person else None


def keep_alive(db: Database, token: str, now: Now) -> None:
    """Note that the session was used, at most every ten seconds; call it inside `writing`."""
    db.conn.execute(
        "update staff_sessions set seen = ? where token = ? and seen < ?",
        (now.text, token, utc_text(now.time - SEEN_EVERY)),
    )


def sign_out(db: Database, token: str) -> None:
    """End a session, inside the caller's transaction."""
    db.conn.execute("delete from staff_sessions where token = ?", (token,))
