"""The key with which a box's database files are encrypted, and the page keys derived from it.

SQLCipher's design (https://www.zetetic.net/sqlcipher/design/): each page of 4,096 bytes is AES-256-CBC with its own random
IV, and carries an HMAC-SHA-512 over itself and its number.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Literal

DATA_KEY_BYTES = 32  # bytes of a data key
PLAIN_HEADER_BYTES = 32  # bytes at the start of a file that stay readable: the file's kind, and the size of its pages
PAGE_SIZE = 4096  # bytes
RESERVED_PAGE_BYTES = 80  # bytes at the end of each page: IV and HMAC
IV_BYTES = 16  # bytes
REPLICA_FILE = (
    "hq.db"  # files whose names begin so are the replica's; all others are store.db, its copies and its backups
)

_FAST = 2  # rounds of SQLCipher's HMAC key derivation from the cipher key: few, because that key is random already
_HMAC_MASK = 0x3A


# for the keys of anything but pages: see edge/crypto/keyed_values.py, edge/crypto/sealed_secret.py
KeyUse = Literal["codes", "pins", "pickup secrets", "kept secrets", "tls key"]


class NoDataKey(ValueError):
    """A text is no data key. The message says what was expected, and repeats nothing of the text."""


@dataclass(frozen=True, slots=True)
class PageKey:
    """The key with which one file's pages are encrypted."""

    cipher: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def spelt(self) -> str:
        """The key in the form in which SQLCipher takes a raw key, without derivation."""
        return f"x'{self.cipher.hex()}{self.salt.hex()}'"

    @property
    def mac(self) -> bytes:
        """The key of the pages' HMAC."""
        masked = bytes(byte ^ _HMAC_MASK for byte in self.salt)
        return hashlib.pbkdf2_hmac("sha512", self.cipher, masked, _FAST, DATA_KEY_BYTES)


@dataclass(frozen=True, slots=True)
class DataKey:
    """32 random bytes that only this box has."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Its name: 16 hex digits from which the key cannot be derived."""
        return self._derived(b"id").hex()[:16]

    def pages(self, name: str) -> PageKey:
        """The page key of a file by its name. hq.db and store.db have different keys, so their pages cannot be exchanged."""
        kind = b"hq" if name.startswith(REPLICA_FILE) else b"store"
        return PageKey(self._derived(b"pages of " + kind), self._derived(b"salt of " + kind)[:16])

    def of(self, use: KeyUse) -> bytes:
        """The key of one use. A value that is kept under it cannot be read with the key of another use."""
        return self._derived(b"key of " + use.encode())

    def _derived(self, what: bytes) -> bytes:
        return hmac.digest(self.secret, b"noren: " + what, "sha256")


def data_key_to_text(key: DataKey) -> str:
    """base64url without padding, as all keys here are written."""
    return base64.urlsafe_b64encode(key.secret).rstrip(b"=").decode()


def data_key_from_text(text: str) -> DataKey:
    """The key that `data_key_to_text` wrote; a line end after it is allowed. Raises NoDataKey."""
    word = text.strip()
    try:
        secret = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NoDataKey("expected base64url") from None
    if len(secret) != DATA_KEY_BYTES:
        raise NoDataKey(f"expected {DATA_KEY_BYTES} bytes in base64url, got {len(secret)}")
    return DataKey(secret)


def page_is_authentic(key: PageKey, mac: bytes, number: int, page: bytes) -> bool:
    """Whether a page (number from 1) is as it was written with that key. `mac` is `key.mac`, which is slow to compute."""
    start = PLAIN_HEADER_BYTES if number == 1 else 0
    end = len(page) - RESERVED_PAGE_BYTES + IV_BYTES
    told = hmac.digest(mac, page[start:end] + number.to_bytes(4, "little"), "sha512")
    return hmac.compare_digest(told, page[end:])
