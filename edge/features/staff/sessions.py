"""Staff at this store: who they are, and their sessions."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from msgspec import Struct
from sqlite_utils import Database

from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.features.staff import pin_locks, session_secret
from edge.features.staff.pin_check import pin_matches
from edge.features.staff.pin_locks import PinAttempt, PinLocked, WrongPin
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import first_row, writing
from edge.replica import hq_replica
from edge.validation.fields import Card, Id, Mark, PersonName

IDLE_TIMEOUT = timedelta(minutes=3)  # a tablet left alone locks itself
KEEP_ALIVE_INTERVAL = timedelta(seconds=10)  # how exactly a session's last use is kept: a commit costs the card a write

PIN_LEAST, MAX_PIN_LENGTH = 4, 6  # digits

PinComparison = Callable[[str, str], bool]  # whether a hash is that of a PIN


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


FACTS = (SignedIn, session_secret.SessionCopied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in at a station, on one device; `id` names the session, and opens nothing."""

    id: str
    staff: Staff
    station: str


class SessionEnded(Exception):
    """Its clerk has locked the page or signed out, or somebody else's badge was read, while a step waited."""


@contextmanager
def writing_as(db: Database, it: Session) -> Iterator[None]:
    """A write transaction of somebody signed in. Raises SessionEnded if they are not any more.

    A step may wait seconds for the write lock. It is judged again once it has it: nothing is done in the name of a clerk who
    has left.
    """
    with writing(db):
        if first_row(db, "select 1 from staff_sessions where id = ?", (it.id,)) is None:
            raise SessionEnded(it.id)
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A session that has just begun, and the secret its browser is known by; the box keeps its hash only."""

    session: Session
    secret: str


def all_staff(hq: Database) -> list[Staff]:
    """All who may sign in here, by their number: the door shows no names."""
    return sorted(hq_replica.rows_where(hq, "staff", Staff), key=lambda one: (len(one.staff), one.staff))


def prove_pin(
    db: Database, box: BoxIdentity, person: Staff, pin: str, at: PinAttempt, now: Now, fits: PinComparison
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
    db: Database,
    box: BoxIdentity,
    person: Staff,
    pin: str,
    at: PinAttempt,
    now: Now,
    device: str,
    fits: PinComparison = pin_matches,
) -> OpenedSession | WrongPin | PinLocked:
    """Sign in with a PIN on a device (`box`, or a paired device's id), in transactions of its own. Raises what `fits` does."""
    if no := prove_pin(db, box, person, pin, at, now, fits):
        return no
    with writing(db):
        return open_session(db, box, person, at.station, device, now)


def open_session(db: Database, box: BoxIdentity, person: Staff, station: str, device: str, now: Now) -> OpenedSession:
    """Begin a session for somebody whose identity is proven, inside the caller's transaction; it ends the one before on that
    device. Others' go on: a station may have more than one tablet."""
    name, secret = secrets.token_hex(8), session_secret.new_secret()
    db.conn.execute("delete from staff_sessions where station = ? and device = ?", (station, device))
    db.conn.execute(
        "insert into staff_sessions (id, staff, station, device, since, seen, hash, turned) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (name, person.staff, station, device, now.text, now.text, session_secret.hash_secret(secret), now.text),
    )
    tell(db, box, SignedIn(), now, FactAttributes(staff=person.staff, station=station))
    return OpenedSession(session=Session(id=name, staff=person, station=station), secret=secret)


def live_session(db: Database, hq: Database, secret: str, device: str, now: Now) -> Session | None:
    """The live session behind a secret, or None: it ended, began on another device, was idle too long, has had a newer secret
    for a while, or HQ has removed the person."""
    it = session_secret.session_of_secret(db, secret, device)
    # a clock that was set back leaves sessions last seen in the future: they are as good as idle
    if it is None or it.is_worn(now) or abs(now.time - parse_utc(it.seen)) > IDLE_TIMEOUT:
        return None
    person = hq_replica.replica_row(hq, "staff", it.staff, Staff)
    return Session(id=it.id, staff=person, station=it.station) if person else None


def keep_alive(db: Database, it: Session, now: Now) -> None:
    """Note that the session was used, at most every ten seconds; call it inside `writing`."""
    db.conn.execute(
        "update staff_sessions set seen = ? where id = ? and seen < ?",
        (now.text, it.id, utc_text(now.time - KEEP_ALIVE_INTERVAL)),
    )


def sign_out(db: Database, it: Session) -> None:
    """End a session, inside the caller's transaction."""
    db.conn.execute("delete from staff_sessions where id = ?", (it.id,))


def end_other_sessions(db: Database, station: str, staff: str) -> None:
    """End the sessions of everybody else at a station, inside the caller's transaction."""
    db.conn.execute("delete from staff_sessions where station = ? and staff <> ?", (station, staff))
