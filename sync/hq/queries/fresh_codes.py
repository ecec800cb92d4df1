"""Codes that prove that the member is present now, checked by HQ itself: each is valid for one question of one store.

A store sends what a phone has shown: a signed code, or the password of a wallet pass. Both expire in seconds, and HQ
remembers what was used, so that somebody with a store's key, or with an old code, learns nothing from it afterwards.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from edge.codes.issued import member_token, totp
from edge.codes.parsed_code import MemberToken
from edge.config.policy import Policy
from edge.features.member import Member
from edge.platform.clock import Now, parse_utc, utc_text
from edge.platform.database import first_row
from sync.hq.feeds import feed, row_types

USED_CODES_KEPT_FOR = timedelta(days=2)  # how long a used code is remembered: longer than a policy may let one live
# wrong passwords of one pass from one store, then none counts
MAX_WRONG_PASSWORDS, WRONG_PASSWORD_WINDOW = 10, timedelta(minutes=10)
GSRN_DIGITS = 18  # digits of a pass's number


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCode:
    """A signed code whose signature and times hold: whose it is, by the name it gives them, and what is used up by it."""

    ref: str
    name: str


def verify_token(db: Database, store: str, text: str, now: Now) -> VerifiedCode | None:
    """A signed code by the asking store's own policy: a key of the chain's, not too long a life, and good at this moment."""
    policy = (
        row_types.decode_row_or_none("config", "policy", feed.row_body(db, "config", store, "policy"), Policy)
        or Policy()
    )
    meant, at = member_token.verify_token(text, policy.codes), now.time.timestamp()
    if not isinstance(meant, MemberToken):
        return None
    lives, ahead = meant.exp - meant.iat, meant.iat - at
    if lives > policy.proofs.token_life_s or at > meant.exp or ahead > policy.proofs.token_ahead_s:
        return None
    return VerifiedCode(ref=meant.member, name=f"jti:{_digest(meant.issuer, meant.jti)}")


def use_up_token(db: Database, shown: VerifiedCode, now: Now) -> bool:
    """Use a signed code up, inside the caller's transaction; False if it was used before."""
    _forget(db, now)
    return _step(db, shown.name, 0, 0, now)


def is_wallet_pass(known: Member | None, card: str) -> bool:
    """Whether a card (`issuer:number`) is the number of a wallet pass, which has a password to show with it."""
    number = card.partition(":")[2]
    return bool(known and known.wallet_secret and len(number) == GSRN_DIGITS and number.isascii() and number.isdigit())


def verify_password(db: Database, store: str, known: Member, password: str, now: Now) -> bool:
    """Whether that is the pass's password now, and behind every one used before, in whichever store; it is used up.

    Inside the caller's transaction. Wrong ones are counted by store, so that no store shuts a member out at another.
    """
    secret = base64.b32decode(known.wallet_secret or "", casefold=True)
    name, here = f"totp:{_digest(secret.hex())}", int(now.time.timestamp())
    if not secret or _wrong(db, store, name, now) >= MAX_WRONG_PASSWORDS:
        return False
    step = totp.matching_step(secret, password, here)
    if step is None:
        _note_wrong(db, store, name, now)
        return False
    _forget(db, now)
    return _step(db, name, step, here // totp.TOTP_PERIOD_S + totp.STEPS_OF_DRIFT, now)


def _step(db: Database, name: str, step: int, latest: int, now: Now) -> bool:
    """Move on to a step; false at or before one that was used. One beyond the latest that can be shown now was used by a
    clock that has been set back since, and holds nothing up."""
    done = db.conn.execute(
        """insert into shown_codes (name, step, used) values (?, ?, ?)
           on conflict (name) do update set step = excluded.step, used = excluded.used
             where excluded.step > shown_codes.step or shown_codes.step > ?""",
        (name, step, now.text, latest),
    )
    return done.rowcount == 1


def _digest(*parts: str) -> str:
    """What HQ keeps of a secret or a name it need not know again."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _wrong(db: Database, store: str, name: str, now: Now) -> int:
    row = first_row(db, "select wrong, since from wrong_codes where store = ? and name = ?", (store, name))
    return row[0] if row and abs(now.time - parse_utc(row[1])) < WRONG_PASSWORD_WINDOW else 0


def _note_wrong(db: Database, store: str, name: str, now: Now) -> None:
    before = _wrong(db, store, name, now)
    db.conn.execute(
        """insert into wrong_codes (store, name, wrong, since) values (?, ?, ?, ?)
           on conflict (store, name) do update set wrong = excluded.wrong,
             since = case when excluded.wrong = 1 then excluded.since else since end""",
        (store, name, before + 1, now.text),
    )


def _forget(db: Database, now: Now) -> None:
    db.conn.execute("delete from shown_codes where used < ?", (utc_text(now.time - USED_CODES_KEPT_FOR),))
    db.conn.execute("delete from wrong_codes where since < ?", (utc_text(now.time - WRONG_PASSWORD_WINDOW),))
