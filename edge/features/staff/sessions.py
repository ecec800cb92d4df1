"""Staff at this store: who they are, and their sessions."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from msgspec import Struct
from sqlite_utils import Database

from edge.facts.fact import About, Fact
from edge.facts.journal import Box, tell
from edge.features.staff import pin_locks
from edge.features.staff.pin_check import pin_matches
from edge.features.staff.pin_locks import PinAttempt, PinLocked, WrongPin
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import one_row, writing
from edge.replica import hq_replica
from edge.validation.fields import Card, Id, Mark, PersonName

IDLE_TIMEOUT = timedelta(minutes=3)  # a tablet left alone locks itself
SEEN_EVERY = timedelta(seconds=10)  # how exactly a session's last use is kept: a commit costs the card a write

PIN_MOST = 6  # digits

Fits = Callable[[str, str], bool]  # whether a hash is that of a PIN


class Staff(Struct, frozen=True, kw_only=True):
    """A row of the `staff` feed (per store); its key is the staff id."""

    staff: Id
    name: PersonName
    mark: Mark  # one character for the round badge: `森`
    role: Literal["clerk", "lead", "installer"]
    pin: str  # argon2id hash; as the mirror keeps it, sealed (edge/crypto/keyed_values.py)
    badges: list[Card] = []  # `issuer:number`


class SignedIn(Fact, frozen=True, kw_only=True):
    """Somebody of the staff signed in."""

    TYPE = "staff.signed_in"
    ABOUT = ("staff", "station")


FACTS = (SignedIn,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in at a station."""

    token: str
    staff: Staff
    station: str


def all_staff(hq: Database) -> list[Staff]:
    """All who may sign in here, by their number: the door shows no names."""
    return sorted(hq_replica.rows_where(hq, "staff", Staff), key=lambda one: (len(one.staff), one.staff))


def prove_pin(
    db: Database, box: Box, person: Staff, pin: str, at: PinAttempt, now: Now, fits: Fits
) -> WrongPin | PinLocked | None:
    """Try a PIN, in a transaction of its own; None if it is the person's.

    The lock is in store.db, so that a restart does not lift it. With the lock on, even the right PIN waits. The hash is
    tried before the pen is taken (it takes 35 ms, on a Pi more). Raises what `fits` does.
    """
    if on := pin_locks.locked_until(db, at, now):
        return on
    right = fits(person.pin, pin)
    with writing(db):
        return pin_locks.judge_attempt(db, box, at, right, now)


def sign_in(
    db: Database, box: Box, person: Staff, pin: str, at: PinAttempt, now: Now, fits: Fits = pin_matches
) -> Session | WrongPin | PinLocked:
    """Sign in with a PIN, in transactions of its own; a new session ends the station's old one. Raises what `fits` does."""
    if no := prove_pin(db, box, person, pin, at, now, fits):
        return no
    with writing(db):
        return open_session(db, box, person, at.station, now)


def _hash(token: str) -> bytes:
    """What the box keeps of a token: whoever reads it there is not signed in by it. It is drawn at random from so many that
    SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


def open_session(db: Database, box: Box, person: Staff, station: str, now: Now) -> Session:
    """Begin a session for somebody whose identity is proven, inside the caller's transaction."""
    token = secrets.token_urlsafe(32)
    db.conn.execute("delete from staff_sessions where station = ?", (station,))
    db.conn.execute(
        "insert into staff_sessions (hash, staff, station, since, seen) values (?, ?, ?, ?, ?)",
        (_hash(token), person.staff, station, now.text, now.text),
    )
    tell(db, box, SignedIn(), now, About(staff=person.staff, station=station))
    return Session(token=token, staff=person, station=station)


def session_of_token(db: Database, hq: Database, token: str, now: Now) -> Session | None:
    """The live session behind a token, or None if it ended, was idle too long, or HQ has removed the person."""
    row = one_row(db, "select staff, station, seen from staff_sessions where hash = ?", (_hash(token),))
    # a clock that was set back leaves sessions last seen in the future: they are as good as idle
    if row is None or abs(now.time - parse_utc(row[2])) > IDLE_TIMEOUT:
        return None
    person = hq_replica.replica_row(hq, "staff", row[0], Staff)
    return Session(token=token, staff=person, station=row[1]) if person else None


def keep_alive(db: Database, token: str, now: Now) -> None:
    """Note that the session was used, at most every ten seconds; call it inside `writing`."""
    db.conn.execute(
        "update staff_sessions set seen = ? where hash = ? and seen < ?",
        (now.text, _hash(token), utc_text(now.time - SEEN_EVERY)),
    )


def sign_out(db: Database, token: str) -> None:
    """End a session, inside the caller's transaction."""
    db.conn.execute("delete from staff_sessions where hash = ?", (_hash(token),))


def bind_session_to_device(db: Database, token: str, device: str) -> None:
    """A session is valid on the device on which it began (`box`, or a paired device's id) and nowhere else; inside the caller's
    transaction."""
    db.conn.execute("update staff_sessions set device = ? where hash = ?", (device, _hash(token)))


def is_bound_to_device(db: Database, token: str, device: str) -> bool:
    """Whether a session began on this device."""
    return one_row(db, "select 1 from staff_sessions where hash = ? and device = ?", (_hash(token), device)) is not None
