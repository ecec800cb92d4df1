"""An update package: one tar of plain files; its first member has the SHA-256 of each of the others.

Nothing is unpacked here. Anything that tar readers may read differently is refused: a name that leaves its folder, a link,
a header that extends another, a file twice, anything after the end.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SUMS_FILE = "SHA256SUMS"
MAX_SUMS_BYTES = 256 * 1024  # bytes
MAX_FILES = 1_000
TAR_BLOCK_BYTES = 512  # bytes of a tar's header, and of what its contents are padded to (POSIX.1-1988)
READ_CHUNK_BYTES = 1 << 20
# each part of a name begins with a letter or figure: there is no `..`, no hidden file and no root in it;
# the @ is for units of several instances (`noren-kiosk@.service`, systemd.unit(5))
TAR_MEMBER_NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_-]{0,40}/){0,2}[A-Za-z0-9][A-Za-z0-9._+@-]{0,180}", re.ASCII)
SUMS_LINE = re.compile(rf"([0-9a-f]{{64}})  ({TAR_MEMBER_NAME.pattern})", re.ASCII)
NOREN_WHEEL = re.compile(r"wheels/noren-([^-]+)-py3-none-any\.whl", re.ASCII)


class BadPackage(Exception):
    """The file is not a complete package; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The version and digest of a complete package."""

    version: str  # of Noren
    digest: str  # SHA-256 of the whole file, hex
    files: int


def read_package(path: Path) -> Package:
    """Look at all of a package. Raises BadPackage, OSError."""
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as tar:
            names = _whole(tar)
            _nothing_behind(file, tar.offset)
    except (tarfile.TarError, UnicodeDecodeError, EOFError) as error:
        raise BadPackage(f"it is cut off or no package at all ({error})") from None
    versions = [found[1] for name in names if (found := NOREN_WHEEL.fullmatch(name))]
    if len(versions) != 1:
        raise BadPackage(f"expected one package of Noren in it, found {len(versions)}")
    return Package(version=versions[0], digest=package_digest(path), files=len(names))


def package_digest(path: Path) -> str:
    """SHA-256 of a file, hex. Raises OSError."""
    with path.open("rb") as file:
        return _digest(file)


def _whole(tar: tarfile.TarFile) -> list[str]:
    """The names of the files, each of which is as the list has it. Raises BadPackage."""
    members = _members(tar)
    first = next(members, None)
    if first is None or first[0].name != SUMS_FILE or first[0].size > MAX_SUMS_BYTES:
        raise BadPackage(f"it does not begin with a list {SUMS_FILE}")
    text = first[1].read(MAX_SUMS_BYTES)
    wanted = _list(text)
    for member, content in members:
        if wanted.pop(member.name, None) != (found := _digest(content)):
            raise BadPackage(
                f"{member.name} is not as {SUMS_FILE} has it, or not in it, or there twice (SHA-256 {found[:16]}…)"
            )
    if wanted:
        raise BadPackage(f"{len(wanted)} of the files that {SUMS_FILE} has are missing, {sorted(wanted)[0]} among them")
    return list(_list(text))


def _members(tar: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Each plain file in turn. Raises BadPackage for anything else."""
    for count, member in enumerate(tar):
        if count > MAX_FILES:
            raise BadPackage(f"it has more than {MAX_FILES} files")
        if not TAR_MEMBER_NAME.fullmatch(member.name):
            raise BadPackage(f"{member.name[:80]!r} is no name for a file in it")
        if (
            member.type != tarfile.REGTYPE
            or member.pax_headers
            or member.offset_data - member.offset != TAR_BLOCK_BYTES
        ):
            raise BadPackage(f"{member.name} is no plain file")
        content = tar.extractfile(member)
        assert content is not None  # it is a plain file
        yield member, content


def _list(text: bytes) -> dict[str, str]:
    """Name to SHA-256, as `sha256sum` writes them. Raises BadPackage."""
    found: dict[str, str] = {}
    lines = text.decode("ascii", errors="replace").split("\n")
    if lines.pop() or not lines:
        raise BadPackage(f"{SUMS_FILE} is cut off")
    for line in lines:
        if not (match := SUMS_LINE.fullmatch(line)) or match[2] in found or match[2] == SUMS_FILE:
            raise BadPackage(f"{SUMS_FILE} has an invalid line: {line[:80]!r}")
        found[match[2]] = match[1]
    return found


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(READ_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _nothing_behind(file: IO[bytes], end: int) -> None:
    """A tar ends in at least two blocks of zeros, and ours in nothing else."""
    file.seek(end)
    length = 0
    while chunk := file.read(READ_CHUNK_BYTES):
        length += len(chunk)
        if chunk.strip(b"\0"):
            raise BadPackage("there is something behind its end")
    if length < TAR_BLOCK_BYTES:
        raise BadPackage("its end is cut off")


_VERSION = re.compile(r"(\d{1,6}(?:\.\d{1,6}){1,3})(?:(a|b|rc)(\d{1,6}))?(?:\+[a-z0-9.]+)?", re.ASCII)
_STAGES = {"a": 0, "b": 1, "rc": 2, None: 3}


def version_order(version: str) -> tuple[tuple[int, ...], int, int]:
    """A version as something to compare: `0.9` < `0.10rc1` < `0.10`. Raises BadPackage if it is not a version."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise BadPackage(f"{version[:40]!r} is no version of Noren")
    numbers = tuple(int(part) for part in match[1].split("."))
    return numbers + (0,) * (4 - len(numbers)), _STAGES[match[2]], int(match[3] or 0)
