"""Whose word counts: HQ's own signing key, and the stores' public keys."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from edge.store import rows
from sync.signing import SigningKey, fingerprint, new_key, read_private, read_public, write_private

FILE = "hq-key.json"
NEXT = "hq-key-next.json"  # made and told to the stores, but not signed with yet
SECRET = 0o600  # only the owner reads and writes


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    private: str  # Ed25519 seed, base64url


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores HQ listens to: their public keys by key id, and which store each key is."""

    keys: dict[str, Ed25519PublicKey]
    owners: dict[str, str]

    @property
    def ids(self) -> list[str]:
        return sorted(set(self.owners.values()))


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, from its first byte on. Raises FileExistsError."""
    path.touch(mode=SECRET, exist_ok=False)
    path.write_text(text, encoding="utf-8")


def make_hq_key(folder: Path, name: str = FILE) -> SigningKey:
    """A signing key of HQ's, made once. Raises FileExistsError."""
    key = new_key()
    text = msgspec.json.encode(_KeyFile(id=key.id, private=write_private(key))).decode()
    write_secret(folder / name, text + "\n")
    return key


def read_hq_key(folder: Path, name: str = FILE) -> SigningKey:
    """HQ's signing key. Raises FileNotFoundError, msgspec.DecodeError, sync.signing.BadKey."""
    kept = msgspec.json.decode((folder / name).read_bytes(), type=_KeyFile)
    return read_private(kept.private, kept.id)


def hq_keys(folder: Path) -> list[SigningKey]:
    """The key HQ signs with, and the one it will sign with next where that is made."""
    return [read_hq_key(folder, name) for name in (FILE, NEXT) if (folder / name).exists()]


def read_stores(db: Database) -> Stores:
    """All stores whose keys are not revoked."""
    keys: dict[str, Ed25519PublicKey] = {}
    owners: dict[str, str] = {}
    for row in rows(db, "select id, public_key from stores where revoked is null"):
        public = read_public(row["public_key"])
        keys[fingerprint(public)] = public
        owners[fingerprint(public)] = row["id"]
    return Stores(keys, owners)
