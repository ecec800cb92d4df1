"""One key of HQ vouches for the next and withdraws the one before: what is signed, and what it proves. Pure rules."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.protocol.ed25519_keys import (
    BadKey,
    PublicKeys,
    SigningKey,
    base64url_bytes,
    base64url_text,
    public_from_text,
    signed_by,
)
from sync.protocol.feed_types import HqKey, Vouch

KeyVerdict = Literal["counts", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchor:
    """A key of HQ as a store remembers it."""

    key: str
    public: str  # base64url
    revoked: bool = False


def sign_vouch(signing: SigningKey, chain: str, word: KeyVerdict, key: str, public: str) -> Vouch:
    """One key's signed statement on another key."""
    return Vouch(by=signing.id, signature=base64url_text(signing.private.sign(_said(chain, word, key, public))))


def _said(chain: str, word: KeyVerdict, key: str, public: str) -> bytes:
    """The signed bytes; no topic begins like them, so that no message can be mistaken for them."""
    return "\n".join(("noren/keys/1", chain, word, key, public)).encode()


def proven_keys(
    chain: str, trusted: PublicKeys, revoked: Mapping[str, str], rows: Mapping[str, HqKey]
) -> list[TrustAnchor]:
    """What rows of unknown origin prove if some keys are trusted: keys that are valid now, and keys that no longer are.

    `revoked`: public halves by key id, of keys that are never valid again, whatever vouches for them. A key that is withdrawn
    in these same rows still leads to the keys after it, so that a store which was offline in a rotation finds the present key.
    """
    barred = set(revoked.values())
    open_rows = {key: row for key, row in rows.items() if key not in revoked and row.public not in barred}
    reached = _reached(chain, trusted, open_rows)
    gone: set[str] = set()
    for by in reversed(reached):  # the last ones first: the statements of a withdrawn key do not count
        if by not in gone:
            gone |= {
                key
                for key, row in open_rows.items()
                if key in reached and key != by and _says(chain, "withdrawn", by, reached[by], key, row)
            }
    return [
        TrustAnchor(key=key, public=row.public, revoked=key in gone)
        for key, row in open_rows.items()
        if key in reached and (key in gone or key not in trusted)
    ]


def _reached(chain: str, trusted: PublicKeys, rows: Mapping[str, HqKey]) -> dict[str, Ed25519PublicKey]:
    """The trusted keys and those that they vouch for, directly or through others; nearest first."""
    reached = dict(trusted)
    waiting = deque(trusted)
    while waiting:
        by = waiting.popleft()
        for key, row in rows.items():
            if key not in reached and _says(chain, "counts", by, reached[by], key, row):
                reached[key] = public_from_text(row.public)
                waiting.append(key)
    return reached


def _says(chain: str, word: KeyVerdict, by: str, public: Ed25519PublicKey, key: str, row: HqKey) -> bool:
    said: Sequence[Vouch] = row.vouched if word == "counts" else row.withdrawn
    signed = _said(chain, word, key, row.public)
    return any(one.by == by and _holds(public, one.signature, signed) for one in said)


def _holds(public: Ed25519PublicKey, signature: str, signed: bytes) -> bool:
    try:
        return signed_by(public, base64url_bytes(signature), signed)
    except BadKey:
        return False
