"""Values that need the box's data key: an HMAC of what is only compared, and encryption of the hash that PINs are tried against.

If somebody decrypts a copy of the databases, or exports a row, they cannot find a PIN by trying all 10,000, nor a card number
or a pickup secret by trying them all.
"""

import base64
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from edge.crypto.data_key import DataKey

SEALED_PREFIX = "sealed:"  # prefix of a sealed PIN hash; as HQ sends it, the hash begins with `$argon2id$`
CODE_HMAC_BYTES = 16  # bytes of a code's HMAC: enough that no two codes have the same one


def code_mac(key: DataKey, data: bytes) -> bytes:
    """An HMAC that is equal for two readings of one code. Card numbers are few enough to try them all, so it needs the key."""
    return hmac.digest(key.of("codes"), data, "sha256")[:CODE_HMAC_BYTES]


def secret_mac(key: DataKey, digest: str) -> str:
    """The HMAC that is kept of a pickup secret's SHA-256 (hex, as HQ sends it). A chain's own secret may have only four digits."""
    return hmac.digest(key.of("pickup secrets"), digest.lower().encode(), "sha256").hex()


def seal_pin(key: DataKey, pin_hash: str) -> str:
    """A PIN's hash as the replica keeps it: the same each time. A hash that is sealed already is returned unchanged.

    AES-SIV (RFC 5297) needs no nonce, so a row that HQ sends again is equal to the row that is kept.
    """
    if pin_hash.startswith(SEALED_PREFIX):
        return pin_hash
    return SEALED_PREFIX + base64.urlsafe_b64encode(AESSIV(key.of("pins")).encrypt(pin_hash.encode(), None)).decode()


def open_pin(key: DataKey | None, kept: str) -> str:
    """The hash to try a PIN against; empty, so that no PIN fits, if another box's key sealed it."""
    if key is None or not kept.startswith(SEALED_PREFIX):
        return kept
    try:
        return AESSIV(key.of("pins")).decrypt(base64.urlsafe_b64decode(kept.removeprefix(SEALED_PREFIX)), None).decode()
    except (InvalidTag, ValueError):
        return ""
