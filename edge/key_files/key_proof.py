"""What a database file itself shows of its key: whether it is encrypted, and whether a key fits its pages."""

from mmap import ACCESS_READ, mmap
from pathlib import Path

from edge.crypto.data_key import PAGE_SIZE, PLAIN_HEADER_BYTES, DataKey
from edge.crypto.page_cipher import HEADER_BYTES, is_encrypted, key_fits, page_count

PAGES_PROVING_ANOTHER_KEY = 4  # if a key fits none of this many written pages, that is no damage but another key


def header_bytes(file: Path) -> bytes:
    """The first bytes of a file; empty if it does not exist."""
    try:
        with file.open("rb") as handle:
            return handle.read(HEADER_BYTES)
    except FileNotFoundError:
        return b""


def key_fits_file(key: DataKey, file: Path) -> bool | None:
    """Whether a key fits a file; None if the file does not say that it is encrypted, or has no whole page."""
    if not is_encrypted(header_bytes(file)):
        return None
    with file.open("rb") as handle, mmap(handle.fileno(), 0, access=ACCESS_READ) as data:
        return key_fits(key.pages(file.name), data) if page_count(data) else None


def has_pages_with_content(file: Path) -> bool:
    """Whether at least `PAGES_PROVING_ANOTHER_KEY` pages have content. A page of one byte repeated counts as empty."""
    there = 0
    with file.open("rb") as handle, mmap(handle.fileno(), 0, access=ACCESS_READ) as data:
        for at in range(0, page_count(data) * PAGE_SIZE, PAGE_SIZE):
            page = data[at + PLAIN_HEADER_BYTES : at + PAGE_SIZE]
            there += page != page[:1] * len(page)
            if there == PAGES_PROVING_ANOTHER_KEY:
                return True
    return False
