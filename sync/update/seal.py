"""HQ's seal on an update package: its chain, version and SHA-256, signed with HQ's key."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from sync.protocol.ed25519_keys import BadKey, PublicKeys, SigningKey, base64url_bytes, base64url_text, signed_by
from sync.update.package import Package

SEAL_SUFFIX = ".sig"  # the seal is beside its package
MAX_SEAL_BYTES = 4 * 1024  # bytes of a seal

Short = Annotated[str, Meta(min_length=1, max_length=64)]


class UnsignedPackage(Exception):
    """The package has no seal of HQ that is valid here; the text says why."""


class PackageSeal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of the seal file."""

    kind: Literal["update"] = "update"
    chain: Short
    version: Short
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    key: Short
    signature: Annotated[str, Meta(max_length=100)]


def _said(kind: str, chain: str, version: str, digest: str) -> bytes:
    """The signed bytes; no topic and no other signed text of HQ begins like them, so that none can be mistaken for them."""
    return "\n".join(("noren/package/1", kind, chain, version, digest)).encode()


def sign_package(key: SigningKey, chain: str, package: Package) -> PackageSeal:
    """HQ's seal on a package."""
    signature = key.private.sign(_said("update", chain, package.version, package.digest))
    return PackageSeal(
        chain=chain, version=package.version, sha256=package.digest, key=key.id, signature=base64url_text(signature)
    )


def seal_path(package: Path) -> Path:
    """The path of a package's seal."""
    return package.with_name(package.name + SEAL_SUFFIX)


def read_seal(path: Path) -> PackageSeal:
    """A seal from its file. Raises NotSealed, OSError."""
    with path.open("rb") as file:
        text = file.read(MAX_SEAL_BYTES + 1)
    try:
        return msgspec.json.decode(text, type=PackageSeal)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnsignedPackage(f"{path} is no signature of HQ's for a package: {error}") from None


def check_seal(said: PackageSeal, digest: str, chain: str, keys: PublicKeys, revoked: Collection[str]) -> None:
    """Check that a seal is HQ's, for a file of that SHA-256 and this chain, by a key that is valid now. Raises NotSealed."""
    if said.key in revoked:
        raise UnsignedPackage(f"it is signed with the key {said.key}, which HQ has revoked")
    public = keys.get(said.key)
    if public is None:
        raise UnsignedPackage(f"it is signed with the key {said.key}, which is none of HQ's that this box knows")
    try:
        holds = signed_by(
            public, base64url_bytes(said.signature), _said(said.kind, said.chain, said.version, said.sha256)
        )
    except BadKey:
        holds = False
    if not holds:
        raise UnsignedPackage("its signature does not hold: it is not HQ's, or has been changed")
    if said.chain != chain:
        raise UnsignedPackage(f"it is for the chain `{said.chain}`, and this box is one of `{chain}`")
    if said.sha256 != digest:
        raise UnsignedPackage("it is another file than the one HQ has signed: cut off, changed, or another package")
