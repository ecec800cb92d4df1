"""A TLS key encrypted with a password from the box's data key: in PEM, because the TLS library itself reads the file.

Anything else in the file stays. The key becomes encrypted PKCS#8 (RFC 5958), which openssl can read.
"""

import base64
import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from edge.crypto.data_key import DataKey

_BLOCK = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----.*?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----\r?\n?", re.S
)


class NoPem(ValueError):
    """A text does not hold exactly one readable private key in PEM. The message says what is there, and nothing of the key."""


def pem_password(key: DataKey) -> str:
    """The password of the encrypted key; as random as the data key it is derived from."""
    return base64.urlsafe_b64encode(key.of("tls key")).decode()


def encrypt_pem(key: DataKey, pem: bytes) -> bytes:
    """The same file with its private key encrypted. Raises NoPem."""
    return _changed(pem, None, serialization.BestAvailableEncryption(pem_password(key).encode()))


def decrypt_pem(key: DataKey, pem: bytes) -> bytes:
    """The same file with its private key decrypted, as PKCS#8. Raises NoPem, also if another key encrypted it."""
    return _changed(pem, pem_password(key).encode(), serialization.NoEncryption())


def _changed(pem: bytes, before: bytes | None, after: serialization.KeySerializationEncryption) -> bytes:
    found = _BLOCK.findall(pem)
    if len(found) != 1:
        raise NoPem(f"expected one private key in PEM, got {len(found)}")
    try:
        private = serialization.load_pem_private_key(found[0], before)
        new = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, after)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NoPem(
            "its private key is damaged, of a kind that is not known, or locked with another password"
        ) from None
    return _BLOCK.sub(lambda _: new, pem)
