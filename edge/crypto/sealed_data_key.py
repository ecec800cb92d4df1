"""A box's data key sealed for headquarters: the line alone opens nothing, and HQ can open it for a new box.

One line of text: `noren-key-1.STORE.KEY.RECOVERY.BOX`. KEY is the data key's name. RECOVERY is the name of HQ's recovery key
(X25519). BOX is base64url: an ephemeral public key, then the data key in AES-256-GCM under HKDF-SHA-256 of the shared secret.
All before BOX is authenticated with it. Without a recovery key RECOVERY and BOX are `-`: the line then only names the key.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge.crypto.data_key import DATA_KEY_BYTES, DataKey

_HEAD = "noren-key-1"
_SHAPE = re.compile(rf"{_HEAD}\.([a-z0-9-]{{1,40}})\.([0-9a-f]{{16}})\.([0-9a-f]{{16}}|-)\.([A-Za-z0-9_-]+)")
_NONCE = bytes(12)  # constant, because each seal has its own key
_TAG = 16


class NotSealed(ValueError):
    """A text is no sealed key, or another recovery key must open it. The message says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """The fields of the line."""

    store: str
    key: str
    recovery: str = ""  # empty: sealed for nobody
    box: bytes = b""

    @property
    def text(self) -> str:
        return f"{self.head}.{_to_text(self.box) if self.box else '-'}"

    @property
    def head(self) -> str:
        return f"{_HEAD}.{self.store}.{self.key}.{self.recovery or '-'}"


def recovery_key_id(public: X25519PublicKey) -> str:
    """The name of a recovery key: the first 16 hex digits of SHA-256 over its 32 bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def parse_recovery_public(text: str) -> X25519PublicKey:
    """HQ's public recovery key from base64url. Raises NotSealed, also for one of the few points that give no secret."""
    public = X25519PublicKey.from_public_bytes(_bytes(text, "HQ's public recovery key"))
    try:
        X25519PrivateKey.generate().exchange(public)
    except ValueError:  # RFC 7748, section 6.1: the shared secret would be all zeros
        raise NotSealed("HQ's public recovery key: expected one that `noren hq data-key` printed") from None
    return public


def recovery_public_to_text(public: X25519PublicKey) -> str:
    """A public recovery key as text."""
    return _to_text(public.public_bytes_raw())


def parse_recovery_private(text: str) -> X25519PrivateKey:
    """HQ's private recovery key from base64url. Raises NotSealed."""
    return X25519PrivateKey.from_private_bytes(_bytes(text, "HQ's private recovery key"))


def recovery_private_to_text(private: X25519PrivateKey) -> str:
    """A private recovery key as text."""
    return _to_text(private.private_bytes_raw())


def seal_data_key(key: DataKey, store: str, recovery: X25519PublicKey | None) -> SealedKey:
    """Seal the key of a store's box for the owner of the recovery key's private half; for nobody if `recovery` is None."""
    if recovery is None:
        return SealedKey(store=store, key=key.id)
    empty = SealedKey(store=store, key=key.id, recovery=recovery_key_id(recovery))
    once = X25519PrivateKey.generate()
    secret = _secret(once.exchange(recovery), once.public_key(), recovery)
    box = once.public_key().public_bytes_raw() + AESGCM(secret).encrypt(_NONCE, key.secret, empty.head.encode())
    return SealedKey(store=store, key=key.id, recovery=empty.recovery, box=box)


def open_data_key(sealed: SealedKey, recovery: X25519PrivateKey) -> DataKey:
    """The data key. Raises NotSealed if it is sealed for another recovery key, or if the line has been changed."""
    if sealed.recovery != recovery_key_id(recovery.public_key()):
        raise NotSealed(
            f"it is sealed for the recovery key {sealed.recovery}" if sealed.recovery else "it is sealed for nobody"
        )
    try:
        once = X25519PublicKey.from_public_bytes(sealed.box[:DATA_KEY_BYTES])
        secret = _secret(recovery.exchange(once), once, recovery.public_key())
        key = DataKey(AESGCM(secret).decrypt(_NONCE, sealed.box[DATA_KEY_BYTES:], sealed.head.encode()))
    except (InvalidTag, ValueError):
        raise NotSealed("it is not as it was made: a character of it is wrong") from None
    return key


def sealed_key_from_text(text: str) -> SealedKey:
    """The fields of a line. Raises NotSealed."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise NotSealed(f"expected a line that begins with `{_HEAD}.`")
    store, key, recovery, box = found.groups()
    if recovery == "-":
        return SealedKey(store=store, key=key)
    try:
        data = _from_text(box)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != DATA_KEY_BYTES + DATA_KEY_BYTES + _TAG:
        raise NotSealed("its end is missing, or something follows it")
    return SealedKey(store=store, key=key, recovery=recovery, box=data)


def _secret(shared: bytes, once: X25519PublicKey, recovery: X25519PublicKey) -> bytes:
    info = b"noren: sealed data key" + once.public_bytes_raw() + recovery.public_bytes_raw()
    return HKDF(SHA256(), DATA_KEY_BYTES, None, info).derive(shared)


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _bytes(text: str, what: str) -> bytes:
    try:
        data = _from_text(text.strip())
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != DATA_KEY_BYTES:
        raise NotSealed(f"{what}: expected {DATA_KEY_BYTES} bytes in base64url")
    return data
