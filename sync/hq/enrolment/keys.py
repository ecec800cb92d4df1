"""The keys HQ trusts: its own signing key, and the stores' public keys."""

import logging
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from edge.key_files.private_file import write_secret
from edge.platform.database import rows
from sync.hq.errors import NotPossible
from sync.protocol.compromised_keys import refuse_known_key
from sync.protocol.ed25519_keys import (
    BadKey,
    SigningKey,
    fingerprint,
    new_key,
    private_from_text,
    private_to_text,
    public_from_text,
)

log = logging.getLogger(__name__)

HQ_KEY_FILE = "hq-key.json"
NEXT_HQ_KEY_FILE = "hq-key-next.json"  # made and sent to the stores, but not in use yet
_HELPS = (
    "Put it back from where it is kept: without it no store believes this headquarters",
    "`noren hq keys discard` throws the next key away and makes another",
)


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    private: str  # Ed25519 seed, base64url


@dataclass(frozen=True, slots=True)
class EnrolledKeys:
    """The stores HQ listens to: their public keys by key id, and which store each key is."""

    keys: dict[str, Ed25519PublicKey]
    owners: dict[str, str]

    @property
    def ids(self) -> list[str]:
        return sorted(set(self.owners.values()))


def make_hq_key(folder: Path, name: str = HQ_KEY_FILE) -> SigningKey:
    """A signing key of HQ's, made once. Raises FileExistsError."""
    key = new_key()
    text = msgspec.json.encode(_KeyFile(id=key.id, private=private_to_text(key))).decode()
    write_secret(folder / name, text + "\n")
    return key


def read_hq_key(folder: Path, name: str = HQ_KEY_FILE) -> SigningKey:
    """HQ's signing key. Raises NotPossible, which says what to do, if the file is missing, damaged, or not secret."""
    try:
        kept = msgspec.json.decode((folder / name).read_bytes(), type=_KeyFile)
        key = private_from_text(kept.private, kept.id)
        refuse_known_key(key.public)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, BadKey) as error:
        raise NotPossible(f"{folder / name} cannot be used: {error}. {_HELPS[name == NEXT_HQ_KEY_FILE]}") from None
    return key


def hq_keys(folder: Path) -> list[SigningKey]:
    """The key HQ signs with, and the next one, if it is made."""
    return [read_hq_key(folder, name) for name in (HQ_KEY_FILE, NEXT_HQ_KEY_FILE) if (folder / name).exists()]


def read_stores(db: Database) -> EnrolledKeys:
    """All stores whose keys are not revoked."""
    keys: dict[str, Ed25519PublicKey] = {}
    owners: dict[str, str] = {}
    for row in rows(db, "select id, public_key from stores where revoked is null"):
        public = public_from_text(row["public_key"])
        try:
            refuse_known_key(public)
        except BadKey as error:
            log.error("store %s is not trusted: %s (revoke it, and enrol it again)", row["id"], error)
            continue
        keys[fingerprint(public)] = public
        owners[fingerprint(public)] = row["id"]
    return EnrolledKeys(keys, owners)
