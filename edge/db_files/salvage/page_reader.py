"""Reading a database file page by page, without SQLite: a good page can be read whatever happened to the others.

https://www.sqlite.org/fileformat2.html: tables with rowids are trees whose leaves hold the rows; a leaf can be read alone.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

from edge.crypto.data_key import PAGE_SIZE, RESERVED_PAGE_BYTES, PageKey
from edge.crypto.page_cipher import SQLITE_MAGIC, decrypt_page, is_unencrypted
from edge.db_files.salvage.wal_reader import has_wal_header, read_frames
from edge.platform.sqlite_file import page_key_of

INTERIOR_PAGE, LEAF_PAGE = 0x05, 0x0D  # first byte of a page of a table with rowids
DEFAULT_PAGE_BYTES = 4096  # bytes; SQLite's default, if neither header gives another size
MAX_TREE_DEPTH = 20  # levels; no real tree has as many
_WIDTHS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # bytes of an integer by its serial type

CellValue = int | float | str | bytes | None


class UnreadableCell(Exception):
    """A cell or page does not follow the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafRow:
    """A row as it is on its leaf: its rowid, and its values in the order of the table's columns."""

    rowid: int
    values: tuple[CellValue, ...]


def _read(wal: Path) -> bytes:
    """The log's bytes; empty if there is none: the last user of the file deletes it when it closes the file, perhaps now."""
    try:
        return wal.read_bytes()
    except FileNotFoundError:
        return b""


class FileImage:
    """A file with the pages of its log of commits put over it, as far as the log can be read."""

    def __init__(self, file: Path) -> None:
        self._bytes = map_file(file)
        self._key = _key(file, self._bytes)
        self.size = PAGE_SIZE if self._key else _page_size(self._bytes[:100])
        self.usable = self.size - (RESERVED_PAGE_BYTES if self._key else 0)
        told = _read(file.with_name(file.name + "-wal"))
        log = read_frames(told, self.size)
        self._over = {frame.page: frame.data for frame in log if frame.page}
        committed = [frame.commit for frame in log if frame.commit]
        self.count = committed[-1] if committed else len(self._bytes) // self.size
        # whether SQLite itself would not read all of the log
        self.hidden = any(not frame.believed for frame in log) or bool(told and not has_wal_header(told))

    def page(self, number: int) -> bytes:
        """The bytes of a page, from 1. Raises UnreadableCell if the file has no such page."""
        found = self._over.get(number) or self._bytes[(number - 1) * self.size : number * self.size]
        if number < 1 or len(found) < self.size:
            raise UnreadableCell(f"page {number} is not there")
        return decrypt_page(self._key, number, found) if self._key else found

    def free(self) -> set[int]:
        """Pages that belong to no table any more, as far as their list can be read: their content was deleted."""
        found: set[int] = set()
        try:
            (trunk,) = struct.unpack(">I", self.page(1)[32:36])
            while trunk and trunk not in found:
                page = self.page(trunk)
                following, count = struct.unpack(">II", page[:8])
                leaves = struct.unpack(f">{count}I", page[8 : 8 + 4 * count]) if count <= self.usable // 4 else ()
                found |= {trunk, *leaves}
                trunk = following
        except (UnreadableCell, struct.error):
            pass  # then a few pages too many are read
        return found


def map_file(file: Path) -> mmap | bytes:
    """The bytes of a file; they are read from the card only when they are used."""
    try:
        with file.open("rb") as handle:
            return mmap(handle.fileno(), 0, access=ACCESS_READ)
    except (FileNotFoundError, ValueError):  # ValueError: an empty file cannot be mapped
        return b""


def _key(file: Path, data: mmap | bytes) -> PageKey | None:
    """The key of its pages; None for a plain file, which versions before this one wrote."""
    key = page_key_of(file)
    return None if is_unencrypted(key, data) else key


def _page_size(data: bytes) -> int:
    size = int.from_bytes(data[16:18], "big") if data[:16] == SQLITE_MAGIC else 0
    return size if size >= 512 and size & (size - 1) == 0 else DEFAULT_PAGE_BYTES


@dataclass(slots=True)
class TableTree:
    """A table's tree as far as it can be walked: its leaves in order, all its pages, and how many are no pages of a table."""

    leaves: list[int]
    pages: set[int]
    bad: int = 0


def walk_tree(image: FileImage, root: int) -> TableTree:
    """All of a table's tree that can be reached from its root."""
    tree = TableTree([], set())
    _walk(image, root, tree, 0)
    return tree


def _walk(image: FileImage, number: int, tree: TableTree, depth: int) -> None:
    if number in tree.pages or depth > MAX_TREE_DEPTH:
        tree.bad += 1
        return
    tree.pages.add(number)
    try:
        page, start = image.page(number), _start(number)
    except UnreadableCell:
        tree.bad += 1
        return
    if page[start] == INTERIOR_PAGE:
        for child in _children(page, start):
            _walk(image, child, tree, depth + 1)
        return
    tree.leaves.append(number)  # also if the first byte says otherwise: perhaps only that byte is damaged
    tree.bad += page[start] != LEAF_PAGE


def _start(number: int) -> int:
    return 100 if number == 1 else 0  # the file's header comes before the header of the first page


def _children(page: bytes, start: int) -> Iterator[int]:
    for at in _cells(page, start, 12):
        yield int.from_bytes(page[at : at + 4], "big")
    yield int.from_bytes(page[start + 8 : start + 12], "big")


def _cells(page: bytes, start: int, head: int) -> list[int]:
    """The offsets of a page's cells, as far as they are possible."""
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    end = min(start + head + 2 * count, len(page) - 1)
    places = [int.from_bytes(page[at : at + 2], "big") for at in range(start + head, end, 2)]
    return [place for place in places if start + head <= place < len(page) - 3]


def leaf_rows(image: FileImage, number: int) -> tuple[list[LeafRow], int]:
    """The rows of a leaf that can be read, and the number of its cells that cannot."""
    page, start = image.page(number), _start(number)
    found, bad = [], 0
    for at in _cells(page, start, 8):
        try:
            found.append(_row(image, page, at))
        except (UnreadableCell, IndexError, struct.error):
            bad += 1
    return found, bad


def _row(image: FileImage, page: bytes, at: int) -> LeafRow:
    length, at = _varint(page, at)
    rowid, at = _varint(page, at)
    if length > image.count * image.size:
        raise UnreadableCell("longer than the file")
    return LeafRow(rowid=rowid - (1 << 64) if rowid >> 63 else rowid, values=_record(_payload(image, page, at, length)))


def _payload(image: FileImage, page: bytes, at: int, length: int) -> bytes:
    """The bytes of a row: on its leaf, and, if they do not fit there, on a chain of overflow pages."""
    usable = image.usable
    if length <= usable - 35:
        here = length
    else:
        least = (usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (usable - 4)
        here = here if here <= usable - 35 else least
    if at + here > len(page):
        raise UnreadableCell("beyond its page")
    parts, left = [page[at : at + here]], length - here
    following = int.from_bytes(page[at + here : at + here + 4], "big") if left else 0
    while left > 0:
        more = image.page(following)
        parts.append(more[4 : 4 + left])
        left -= usable - 4
        following = int.from_bytes(more[:4], "big")
    return b"".join(parts)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for number in range(9):
        byte = data[at + number]
        if number == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + number + 1
    raise AssertionError("a loop of nine returns at its ninth")


def _record(data: bytes) -> tuple[CellValue, ...]:
    head, at = _varint(data, 0)
    if not 0 < head <= len(data):
        raise UnreadableCell("no record")
    values: list[CellValue] = []
    body = head
    while at < head:
        kind, at = _varint(data, at)
        value, body = _value(data, kind, body)
        values.append(value)
    if body != len(data):
        raise UnreadableCell("its parts are not its whole")
    return tuple(values)


def _value(data: bytes, kind: int, at: int) -> tuple[CellValue, int]:
    """A value of a serial type, and the offset of the next one."""
    match kind:
        case 0 | 8 | 9:
            return (None, 0, 1)[max(0, kind - 7)], at
        case 1 | 2 | 3 | 4 | 5 | 6:
            width = _WIDTHS[kind]
            return int.from_bytes(data[at : at + width], "big", signed=True), at + width
        case 7:
            return struct.unpack(">d", data[at : at + 8])[0], at + 8
        case 10 | 11:
            raise UnreadableCell("no such type")
    length = (kind - 12) // 2
    part = data[at : at + length]
    if len(part) < length:
        raise UnreadableCell("beyond its end")
    return (part.decode(errors="replace") if kind % 2 else part), at + length
