"""Ed25519 keys of stores and HQ: read from text, named, used to sign and to check (RFC 8032)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32  # bytes of a private seed, and of a public key

PublicKeys = Mapping[str, Ed25519PublicKey]
"""Key id -> the key that may sign under it."""


class BadKey(ValueError):
    """The text is not a key: what was expected."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the id its signatures carry."""

    id: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> Ed25519PublicKey:
        return self.private.public_key()


def base64url_text(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_bytes(text: str) -> bytes:
    """The bytes of a base64url text without padding; only the text that `to_text` would make is accepted.

    Raises BadKey.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadKey(f"expected base64url, got something else ({error})") from None
    if base64url_text(data) != text:
        raise BadKey("expected base64url without padding and with no bits to spare")
    return data


def _seed(text: str) -> bytes:
    data = base64url_bytes(text.strip())
    if len(data) != KEY_BYTES:
        raise BadKey(f"expected {KEY_BYTES} bytes in base64url, got {len(data)}")
    return data


def fingerprint(public: Ed25519PublicKey) -> str:
    """A key's own name: the first 16 hex digits of SHA-256 over its 32 bytes. A store's key is named so."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def public_from_text(text: str) -> Ed25519PublicKey:
    """A public key from base64url. Raises BadKey."""
    return Ed25519PublicKey.from_public_bytes(_seed(text))


def private_from_text(text: str, key_id: str | None = None) -> SigningKey:
    """A signing key from its seed in base64url; named by its fingerprint if no id is given. Raises BadKey."""
    private = Ed25519PrivateKey.from_private_bytes(_seed(text))
    return SigningKey(key_id or fingerprint(private.public_key()), private)


def public_to_text(public: Ed25519PublicKey) -> str:
    """A public key as base64url."""
    return base64url_text(public.public_bytes_raw())


def private_to_text(key: SigningKey) -> str:
    """A signing key's seed as base64url."""
    return base64url_text(key.private.private_bytes_raw())


def new_key(key_id: str | None = None) -> SigningKey:
    """A new signing key; named by its fingerprint if no id is given."""
    private = Ed25519PrivateKey.generate()
    return SigningKey(key_id or fingerprint(private.public_key()), private)


def client_id(key: SigningKey, name: str) -> str:
    """The MQTT client id; nobody without the key can guess its last 64 bits.

    A broker closes a connection if another client takes its id: so no other account can close ours. The same box reconnects
    with the same id, which closes its own half-open connection at once; copies of its card do so too, and HQ detects them by it.
    """
    end = hmac.new(key.private.private_bytes_raw(), f"noren/client/1\n{name}".encode(), "sha256").hexdigest()
    return f"{name}-{end[:16]}"


def signed_by(public: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether the signature is this key's over these bytes."""
    try:
        public.verify(signature, data)
    except InvalidSignature:
        return False
    return True
