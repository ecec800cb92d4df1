"""The secret a browser's session is known by: drawn anew while the session lasts, so that a copy is soon worth nothing.

A browser gets the next secret with an answer and may never see that answer. So the present one counts until the next one has
been used; from then on a request with it is somebody's who has a copy, but for those that were under way.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlite_utils import Database

from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.platform.clock import Now, parse_utc
from edge.platform.database import values

SECRET_LIFETIME = timedelta(minutes=5)  # after so long a session gets a new secret
OLD_SECRET_VALID_FOR = timedelta(seconds=30)  # what a request may take that was sent with the secret before


class SessionCopied(Fact, frozen=True, kw_only=True):
    """A session's secret was used after its browser had a newer one: somebody may have a copy. The session has ended."""

    TYPE = "staff.session_copied"
    ABOUT = ("staff", "station")

    device: str  # the paired device's id, or `box`


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOfSecret:
    """A session as one of its secrets finds it: the present one, the next one that was offered, or the one before."""

    id: str
    staff: str
    station: str
    device: str
    seen: str
    turned: str  # when the present secret was first used
    offered: str | None  # when the next one was sent
    secret: Literal["present", "next", "before"]

    def is_worn(self, now: Now) -> bool:
        """Whether the secret was replaced so long ago that no request with it can be under way."""
        return self.secret == "before" and _since(self.turned, now) > OLD_SECRET_VALID_FOR

    def is_due(self, now: Now) -> bool:
        """Whether `turn` has anything to write."""
        if self.secret == "present":
            return (
                _since(self.offered, now) > OLD_SECRET_VALID_FOR
                if self.offered
                else _since(self.turned, now) > SECRET_LIFETIME
            )
        return self.secret == "next" or self.is_worn(now)


def _since(then: str, now: Now) -> timedelta:
    """How long ago, also behind a clock that was set back."""
    return abs(now.time - parse_utc(then))


def new_secret() -> str:
    """A new secret; nobody guesses 256 bits."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """What the box keeps of a secret: whoever reads it there is not signed in by it. It is drawn at random from so many that
    SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def session_of_secret(db: Database, secret: str, device: str) -> SessionOfSecret | None:
    """The session behind a secret on the device on which it began; None on any other."""
    sql = """select id, staff, station, device, seen, turned, offered,
                    case :hash when hash then 'present' when next then 'next' else 'before' end as secret
             from staff_sessions where device = :device and :hash in (hash, next, before)"""
    return next(iter(values(db, SessionOfSecret, sql, {"hash": hash_secret(secret), "device": device})), None)


def rotate_secret(db: Database, box: BoxIdentity, secret: str, device: str, now: Now) -> str | None:
    """Offer a next secret, take the one that was offered, or end a session of which a copy is used; inside the caller's
    transaction. Returns the secret to send to the browser, if there is a new one.

    Two requests of one page may come at once. What is due is decided here, by what the first of them has written.
    """
    it = session_of_secret(db, secret, device)
    if it is None or not it.is_due(now):
        return None
    match it.secret:
        case "present":
            drawn = new_secret()
            sql = "update staff_sessions set next = ?, offered = ? where id = ?"
            db.conn.execute(sql, (hash_secret(drawn), now.text, it.id))
            return drawn
        case "next":
            sql = "update staff_sessions set before = hash, hash = next, next = null, offered = null, turned = ? where id = ?"
            db.conn.execute(sql, (now.text, it.id))
        case "before":
            db.conn.execute("delete from staff_sessions where id = ?", (it.id,))
            tell(db, box, SessionCopied(device=it.device), now, FactAttributes(staff=it.staff, station=it.station))
    return None
