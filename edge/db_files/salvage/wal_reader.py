"""Reading SQLite's write-ahead log ourselves: the frames after a damaged one, at which SQLite stops reading.

https://www.sqlite.org/fileformat2.html#walformat. Each frame's checksum continues that of the frame before, so SQLite
believes no frame after one that does not fit. Here the checksum that a frame *claims* is tried as well: if the next frame
follows from it, only the frame between is damaged, and what was committed after it is still true.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WAL_HEADER_BYTES, FRAME_HEADER_BYTES = 32, 24  # bytes before the frames, and before each frame's page
BIG_ENDIAN, LITTLE_ENDIAN = (
    bytes.fromhex("377f0683"),
    bytes.fromhex("377f0682"),
)  # magics: the byte order of the words in the checksums
MAX_DAMAGED_FRAMES = 4  # damaged frames in a row after which the run is still searched
MAX_FIRST_FRAME = (
    4  # number of first frames in which the run must begin if the header does not name it: older runs come after it
)
UINT32_MASK = 0xFFFFFFFF

Checksum = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalFrame:
    """A page as a commit left it. `commit`: the file's size in pages if a commit ends with this frame, else 0."""

    page: int  # 0: its head is damaged, too, and the page number is not known
    commit: int
    data: bytes
    sound: bool  # False: its bytes may not be those that were written, although sound frames come after it
    believed: bool  # whether SQLite reads as far as this


def has_wal_header(wal: bytes) -> bool:
    """Whether a log begins as SQLite writes it. If not, SQLite ignores the whole log without an error."""
    return wal[:4] in (BIG_ENDIAN, LITTLE_ENDIAN)


def read_frames(wal: bytes, page_size: int) -> list[WalFrame]:
    """The frames of the log's present run, in order, up to the last commit, with the damaged ones among them.

    A damaged last transaction is left out, as SQLite does: a power cut leaves the same, and what a power cut interrupted was
    never confirmed. Takes some 0.1 s for the 4 MB to which a log usually grows.
    """
    size = FRAME_HEADER_BYTES + page_size
    places = range(WAL_HEADER_BYTES, len(wal) - size + 1, size)
    order = ">" if wal[:4] == BIG_ENDIAN else "<"
    claimed, computed = _words(wal[24:32].ljust(8, b"\0")), _sum(wal[:24].ljust(24, b"\0"), (0, 0), order)
    believed = claimed == computed and has_wal_header(wal)
    salts = wal[16:24] if believed else _salts(wal, places)
    sums, found = {claimed, computed}, list[WalFrame]()
    whole = begun = 0  # frames up to the last valid commit; and the start of the current transaction
    for number, at in enumerate(places):
        head, data = wal[at : at + FRAME_HEADER_BYTES], wal[at + FRAME_HEADER_BYTES : at + size]
        page, commit = _words(head[:8])
        claimed = _words(head[16:24])
        results = {_sum(head[:8] + data, one, order) for one in sums}
        sound, ours = claimed in results, head[8:16] == salts
        if not (sound or ours) and not any(
            wal[ahead + 8 : ahead + 16] == salts for ahead in places[number + 1 :][:MAX_DAMAGED_FRAMES]
        ):
            break  # a frame of an earlier run of the log
        believed = believed and sound and ours
        sums = {claimed} if sound else {claimed, *results}
        known = sound or ours
        found.append(
            WalFrame(
                page=page if known else 0, commit=commit if sound else 0, data=data, sound=sound, believed=believed
            )
        )
        if sound and commit:
            whole = len(found) if all(frame.sound for frame in found[begun:]) else whole
            begun = len(found)
    return found[:whole]


def _salts(wal: bytes, places: Sequence[int]) -> bytes:
    """The two salts of the present run if the header is damaged: those of the first two neighbours that agree."""
    seen = [wal[at + 8 : at + 16] for at in places[:MAX_FIRST_FRAME]]
    return next((one for one, two in pairwise(seen) if one == two), b"")


def _words(data: bytes) -> Checksum:
    one, two = struct.unpack(">II", data)
    return one, two


def _sum(data: bytes, before: Checksum, order: str) -> Checksum:
    """The checksum over pairs of 32-bit words, continued from `before`."""
    first, second = before
    for one, two in struct.iter_unpack(f"{order}II", data):
        first = (first + one + second) & UINT32_MASK
        second = (second + two + first) & UINT32_MASK
    return first, second
