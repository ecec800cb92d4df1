"""The box's own secrets for headquarters as files on its card: sealed with its data key, each for one use only.

One line of text, `noren-sealed-1.KEY.USE.BOX`. KEY is the data key's name. USE is the setting of [hq] that names the file.
BOX is base64url: the secret in AES-SIV (RFC 5297), with all that comes before BOX authenticated. For a TLS key the line ends
after USE, and the PEM follows (edge/crypto/sealed_pem.py).
"""

import base64
from dataclasses import dataclass
from typing import Literal, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from edge.crypto import sealed_pem
from edge.crypto.data_key import DataKey

SecretUse = Literal["signing_key_file", "password_file", "key_file"]
SECRET_USES: tuple[SecretUse, ...] = get_args(SecretUse)
_HEAD = b"noren-sealed-1."


class NotOpened(ValueError):
    """A sealed secret cannot be opened. The message says why, and nothing of the secret."""


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """What the head of a sealed secret says: the name of the data key, and the use."""

    key: str
    use: SecretUse
    rest: bytes

    @property
    def head(self) -> bytes:
        return _HEAD + f"{self.key}.{self.use}".encode()


def is_sealed(data: bytes) -> bool:
    """Whether a file's first bytes say that it is a sealed secret."""
    return data.startswith(_HEAD)


def parse_sealed(data: bytes) -> SealedSecret:
    """The parts of what `seal` wrote, not opened yet. Raises NotOpened."""
    line, _, below = data.partition(b"\n")
    parts = line.strip().decode("ascii", "replace").removeprefix(_HEAD.decode()).split(".")
    if (
        not is_sealed(data)
        or len(parts) not in (2, 3)
        or parts[1] not in SECRET_USES
        or (len(parts) == 2) != (parts[1] == "key_file")
    ):
        raise NotOpened("it is damaged: expected what `noren seal-keys` writes")
    return SealedSecret(parts[0], parts[1], below if len(parts) == 2 else parts[2].encode())


def seal_secret(key: DataKey, use: SecretUse, secret: bytes) -> bytes:
    """The bytes of the sealed file; the same each time, except for a TLS key, for which it may raise sealed_pem.NoPem."""
    head = SealedSecret(key.id, use, b"").head
    if use == "key_file":
        return head + b"\n" + sealed_pem.encrypt_pem(key, secret)
    box = AESSIV(key.of("kept secrets")).encrypt(secret, [head])
    return head + b"." + base64.urlsafe_b64encode(box).rstrip(b"=") + b"\n"


def require_sealed(key: DataKey, use: SecretUse, data: bytes) -> SealedSecret:
    """The parts of a sealed file, if it was sealed for that use with that key. Raises NotOpened."""
    found = parse_sealed(data)
    if found.use != use:
        raise NotOpened(f"it was sealed as `{found.use}`, and is named as `{use}`")
    if found.key != key.id:
        raise NotOpened(f"it was sealed with the data key {found.key}, and the one that is here is {key.id}")
    return found


def open_secret(key: DataKey, use: SecretUse, data: bytes) -> bytes:
    """The secret in a sealed file, as it was (a TLS key as PKCS#8). Raises NotOpened."""
    found = require_sealed(key, use, data)
    try:
        if use == "key_file":
            return sealed_pem.decrypt_pem(key, found.rest)
        box = base64.b64decode(found.rest + b"=" * (-len(found.rest) % 4), altchars=b"-_", validate=True)
        return AESSIV(key.of("kept secrets")).decrypt(box, [found.head])
    except (InvalidTag, ValueError):
        raise NotOpened("it is damaged, or no word of this box's own: it does not open with its data key") from None
